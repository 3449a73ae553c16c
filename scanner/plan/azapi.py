"""Resources of the provider azapi (1 and 2): their bodies are ARM bodies already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from scanner.inventory.arm_text import lower
from scanner.plan.attributes import Attributes
from scanner.plan.decoded import at
from scanner.plan.planned import UNKNOWN, Unknown

_BODY = ("body",)
AZAPI = ("azapi_resource", "azapi_update_resource")
_WANTED = {
    "networkInterfaces": "microsoft.network/networkinterfaces",
    "managedDisk": "microsoft.compute/disks",
    "networkSecurityGroup": "microsoft.network/networksecuritygroups",
    "routeTable": "microsoft.network/routetables",
    "natGateway": "microsoft.network/natgateways",
    "subnet": "microsoft.network/virtualnetworks/subnets",
    "publicIPAddress": "microsoft.network/publicipaddresses",
    "publicIpAddresses": "microsoft.network/publicipaddresses",
    "source": "microsoft.compute/virtualmachines",
    "sourceResourceId": "microsoft.compute/virtualmachines",
    "policyId": "microsoft.recoveryservices/vaults/backuppolicies",
}
"""The type of resource that a member refers to."""


def azapi_body(attributes: Attributes, referred: Mapping[str, Sequence[str]]) -> Any:
    """The ARM body. References of a whole body are one list: the type says which is which."""
    body, unknown = attributes.values.get("body"), attributes.marks.unknown_at(_BODY)
    secret = at(attributes.marks.sensitive, _BODY)
    if isinstance(body, str):
        # Before azapi 2 a body is JSON text, and wholly unknown if any part of it is.
        try:
            body = msgspec.json.decode(body)
        except msgspec.MsgspecError:
            body = UNKNOWN
    if secret is True:
        unknown = True
    if unknown is True or not isinstance(body, Mapping):
        body = UNKNOWN if unknown is True or body is not None else {}
    if isinstance(body, Unknown):
        # Every member of the record is then unknown.
        return {"properties": UNKNOWN, **_envelope(attributes)}
    filled = _filled(body, unknown, "", referred)
    # What must never be shown is not kept.
    return {**_filled(filled, secret, "", {}), **_envelope(attributes)}


def _envelope(attributes: Attributes) -> dict[str, Any]:
    values = {name: attributes.get(name) for name in ("location", "name")}
    return {name: value for name, value in values.items() if value is not None}


def _filled(value: Any, unknown: Any, name: str, referred: Mapping[str, Sequence[str]]) -> Any:
    """The value with ids, or ``UNKNOWN``, in the places that are unknown."""
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, Mapping) and isinstance(value, Mapping | None):
        found = dict(value or {})
        for key, mark in unknown.items():
            if (mark is True and key == "id") or (mark is True and key in _WANTED):
                member = name if key == "id" else key
                ids = referred.get(_WANTED.get(member, ""), ())
                found[key] = ids[0] if len(ids) == 1 else UNKNOWN
            elif mark is not False:
                found[key] = _filled(found.get(key), mark, key, referred)
        return found
    if isinstance(unknown, list) and isinstance(value, list | None):
        listed = list(value or ())
        listed += [None] * (len(unknown) - len(listed))
        marks = [*unknown, *[False] * (len(listed) - len(unknown))]
        return [
            _filled(part, mark, name, referred) for part, mark in zip(listed, marks, strict=True)
        ]
    return value


def azapi_target(attributes: Attributes, subscription: str) -> str | Unknown:
    """The id: given, or by the parent, the type and the name."""
    given = attributes.get("resource_id")
    if isinstance(given, str):
        return given
    type_, name = attributes.get("type"), attributes.get("name")
    parent = attributes.get("parent_id")
    if not isinstance(type_, str) or not isinstance(name, str):
        return UNKNOWN
    kind = type_.partition("@")[0]
    if lower(kind) == "microsoft.resources/resourcegroups":
        return f"/subscriptions/{subscription}/resourceGroups/{name}"
    if not isinstance(parent, str) or not parent.startswith("/"):
        return UNKNOWN
    parent = parent.rstrip("/")
    namespace, *types = kind.split("/")
    is_child = (
        len(types) > 1 and f"/providers/{namespace}/{types[0]}/".lower() in f"{parent}/".lower()
    )
    return f"{parent}/{types[-1]}/{name}" if is_child else f"{parent}/providers/{kind}/{name}"
