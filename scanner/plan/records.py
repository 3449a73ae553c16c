"""From a body with unknown values to a record, or to the gap of what is not known of it.

An unknown value never becomes a missing member: ARM leaves members out that are not set.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap
from scanner.inventory.origin import Origin
from scanner.inventory.records import compute, network
from scanner.inventory.records.base import Record, Resource, arm_id_from_text
from scanner.inventory.records.compute import VirtualMachine
from scanner.plan.planned import UNKNOWN_NAME, Unknown, after_apply, odd_body

_SAFE_REFERENCES = frozenset({
    "networkSecurityGroup", "routeTable", "natGateway", "subnet", "managedDisk",
    "networkInterfaces", "loadBalancerBackendAddressPools",
})  # fmt: skip
"""Members that refer to a resource without which nothing is clear. A public address is not among
them: its name alone is a way out."""
_REPORTED = frozenset({
    (compute.VmDisk, "diskSizeGB"), (compute.VmDisk, "name"),
    (compute.DiskProperties, "diskSizeGB"),
    (network.IpConfigurationProperties, "privateIPAddress"),
    (network.PublicIpProperties, "ipAddress"),
    (VirtualMachine, "location"), (VirtualMachine, "name"),
    (network.SecurityRule, "name"), (network.SecurityRule, "id"),
    (network.Route, "name"), (network.Route, "id"),
})  # fmt: skip
"""Members that every reader misses: without one, what needs it is a gap."""
_WORDS = frozenset({
    (compute.SecurityProfile, "securityType"), (compute.ManagedDisk, "storageAccountType"),
    (compute.DiskSku, "name"), (compute.DiffDisk, "option"),
    (compute.DiskProperties, "dataAccessAuthMode"), (compute.DiskSecurity, "securityType"),
    (compute.PlatformEncryption, "type"), (compute.VmDisk, "osType"),
})  # fmt: skip
"""Members with documented words, where any other word is a gap."""


class Decoded(NamedTuple):
    """A record and the gaps of the resources that it refers to and nobody knows."""

    entry: Resource | Gap
    placeholders: tuple[Gap, ...] = ()


class _Hole(Exception):  # noqa: N818 - a signal, not an error
    """An unknown value that makes the whole resource unknown."""

    def __init__(self, path: str) -> None:
        self.path = path


def decode(
    kind: type[Resource], id_: ArmId, body: Mapping[str, Any], origin: Origin, *, is_new: bool
) -> Decoded:
    """The record of a body. ``is_new``: nothing lives under the id, so no member is left over."""
    walk = _Walk(id_, origin, is_new=is_new)
    try:
        whole = walk.of_struct(kind, {**body, "id": id_.text}, "")
        record = msgspec.convert(whole, kind, dec_hook=arm_id_from_text)
    except _Hole as hole:
        return Decoded(after_apply(id_, hole.path, origin))
    except (msgspec.ValidationError, ValueError, TypeError, RecursionError) as error:
        # What a decoder quotes of a body may be a secret: only the place is shown.
        where = f"{error}".rpartition(" - at `")[2].rstrip("`") if " - at `" in f"{error}" else ""
        return Decoded(odd_body(id_, origin, where.removeprefix("$.")))
    return Decoded(record, tuple(walk.placeholders))


class _Walk:
    """Replaces the unknown values of one body."""

    def __init__(self, id_: ArmId, origin: Origin, *, is_new: bool) -> None:
        self.id, self.origin, self.is_new = id_, origin, is_new
        self.placeholders: list[Gap] = []

    def of_struct(self, kind: type[Struct], body: Any, path: str) -> Any:
        """The body without what the record does not keep."""
        if isinstance(body, Unknown):
            raise _Hole(path or "the body")
        if not isinstance(body, Mapping):
            return body
        found: dict[str, Any] = {}
        for name, type_ in _members(kind).items():
            if name in body:
                at = f"{path}.{name}" if path else name
                value = self.of_member(kind, name, type_, body[name], at)
                if not isinstance(value, Unknown):
                    found[name] = value
        return found

    def of_member(self, kind: type[Struct], name: str, type_: Any, value: Any, at: str) -> Any:
        """The value of a member. Unknown if it may be left out. Raises ``_Hole`` if not."""
        if name == "tags":
            return _without_holes(value)
        inner, is_list = _inner(type_)
        if isinstance(value, Unknown):
            if (kind, name) in _REPORTED and self.is_new:
                return value
            if (kind, name) in _WORDS:
                return UNKNOWN_NAME
            if _refers(inner) and name in _SAFE_REFERENCES and not is_list:
                return {"id": self._placeholder(at)}
            raise _Hole(at)
        if inner is None:
            return value
        if not is_list:
            return self._of_part(inner, name, value, at)
        if not isinstance(value, list | tuple):
            return value
        return [
            self._of_part(inner, name, part, f"{at}[{index}]") for index, part in enumerate(value)
        ]

    def _of_part(self, inner: type[Struct], name: str, value: Any, at: str) -> Any:
        if _refers(inner) and name in _SAFE_REFERENCES:
            if isinstance(value, Unknown):
                return {"id": self._placeholder(at)}
            if isinstance(value, Mapping) and isinstance(value.get("id"), Unknown):
                value = {**value, "id": self._placeholder(f"{at}.id")}
        return self.of_struct(inner, value, at)

    def _placeholder(self, at: str) -> str:
        """The id of a resource that nobody knows, and its gap. It is a child: its parent, such as
        the network of a subnet, is not known either."""
        # An id has no empty segment, and addresses have dots and brackets alone.
        name = self.origin.address.replace("/", "_").strip(".") or "resource"
        parent = ArmId(f"/providers/plan/{UNKNOWN_NAME}/{name}")
        child = ArmId(f"{parent.text}/at/{at}")
        for unknown in (parent, child):
            gap = after_apply(self.id, at, self.origin)
            self.placeholders.append(msgspec.structs.replace(gap, scope=unknown.text))
        return child.text


def _without_holes(value: Any) -> Any:
    """The tags that are known. A waiver of VMs with a tag covers none whose tag is unknown."""
    if not isinstance(value, Mapping):
        return value
    return {name: text for name, text in value.items() if not isinstance(text, Unknown)}


@cache
def _members(kind: type[Struct]) -> Mapping[str, Any]:
    """The types of a record's members, by their names in ARM."""
    return {field.encode_name: field.type for field in msgspec.structs.fields(kind)}


@cache
def _inner(type_: Any) -> tuple[type[Record] | None, bool]:
    """The record in the type of a member, if it is one, and whether there is a list of them."""
    if get_origin(type_) in (UnionType, Union):
        return next((found for arg in get_args(type_) if (found := _inner(arg))[0]), (None, False))
    if get_origin(type_) is tuple:
        return _inner(get_args(type_)[0])[0], True
    is_record = isinstance(type_, type) and issubclass(type_, Record)
    return (type_ if is_record else None), False


def _refers(inner: type[Struct] | None) -> bool:
    return inner is not None and "id" in _members(inner)
