"""Resources of the provider azapi (1 and 2): their bodies are ARM bodies already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

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


class Referred(NamedTuple):
    """What the expression of a body refers to."""

    ids: Mapping[str, Sequence[str]] = {}
    """The ids, by their type in lower case."""
    is_open: bool = False
    """True if it may also refer to what nobody knows."""

    def id_for(self, member: str, places: Mapping[str, int]) -> str | Unknown:
        """The id that an unknown member has. ``places`` is how many members may have each type."""
        type_ = _WANTED.get(member, "")
        ids = self.ids.get(type_, ())
        is_sure = len(ids) == 1 and not (self.is_open and places[type_] > 1)
        return ids[0] if is_sure else UNKNOWN


def azapi_body(attributes: Attributes, referred: Referred) -> Any:
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
    is_open = referred.is_open
    places = Counter(_WANTED.get(one, "") for one in _unknown_ids(unknown, "")) if is_open else {}
    filled = _filled(body, unknown, "", lambda member: referred.id_for(member, places))
    if attributes.marks[_BODY] == "secret":
        # What must never be shown is not kept.
        filled = _filled(filled, secret, "", lambda _member: UNKNOWN)
    return {**filled, **_envelope(attributes)}


def _envelope(attributes: Attributes) -> dict[str, Any]:
    values = {name: attributes.get(name) for name in ("location", "name")}
    return {name: value for name, value in values.items() if value is not None}


def _unknown_ids(unknown: Any, name: str) -> Iterator[str]:
    """The members that have an unknown id each, as often as there are such places."""
    if isinstance(unknown, Mapping):
        for key, mark in unknown.items():
            if mark is True and (member := _member(name, key)):
                yield member
            else:
                yield from _unknown_ids(mark, key)
    elif isinstance(unknown, list):
        for mark in unknown:
            yield from _unknown_ids(mark, name)


def _member(name: str, key: str) -> str | None:
    """The member that has an id: by itself, or by the ``id`` in its body. None for any other."""
    return name if key == "id" else key if key in _WANTED else None


def _filled(value: Any, unknown: Any, name: str, id_for: Callable[[str], str | Unknown]) -> Any:
    """The value with ids, or ``UNKNOWN``, in the places that are unknown."""
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, Mapping) and isinstance(value, Mapping | None):
        found = dict(value or {})
        for key, mark in unknown.items():
            member = _member(name, key)
            if mark is True and member is not None:
                found[key] = id_for(member)
            elif mark is not False:
                found[key] = _filled(found.get(key), mark, key, id_for)
        return found
    if isinstance(unknown, list) and isinstance(value, list | None):
        listed = list(value or ())
        listed += [None] * (len(unknown) - len(listed))
        marks = [*unknown, *[False] * (len(listed) - len(unknown))]
        return [_filled(part, mark, name, id_for) for part, mark in zip(listed, marks, strict=True)]
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
