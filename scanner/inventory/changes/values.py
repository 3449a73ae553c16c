"""Two records of one resource compared, member by member."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from scanner.inventory.armid import ArmId
from scanner.inventory.records.base import Resource

_MOST = 300
"""Characters of a value that is shown."""
_VOLATILE: Mapping[str, frozenset[str]] = {
    "Status": frozenset(("time", "message")),
    "ClassicAgentStatus": frozenset(("timestamp", "formatted_message")),
    "ItemProperties": frozenset(("last_backup_time", "last_recovery_point")),
    "PolicyProperties": frozenset(("protected_items_count",)),
    "RestorePointProperties": frozenset(("time_created",)),
}
"""Members that change from one reading to the next although nobody changed anything."""


class Difference(NamedTuple):
    """One member that differs."""

    path: str
    """Where the member is, such as ``properties.securityRules[deny].properties.access``."""
    before: str | None
    """None if it was not there."""
    now: str | None
    """None if it is not there any more."""


def differences(old: Struct, new: Struct) -> Iterator[Difference]:
    """The members that differ, by their names in ARM's answers.

    Entries of a list are compared with the entry of the same id or name, else of the same value.
    """
    return _of_records(old, new, "")


def shown(value: Any) -> str | None:
    """A value as text. None if it is left out."""
    if value is None:
        return None
    plain = _plain(value)
    text = plain if isinstance(plain, str) else msgspec.json.encode(plain).decode()
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"


def _of_records(old: Struct, new: Struct, path: str) -> Iterator[Difference]:
    skipped = _VOLATILE.get(type(old).__name__, frozenset())
    for field in fields(old):
        if field.name not in skipped:
            before, now = getattr(old, field.name), getattr(new, field.name)
            if before is not now and before != now:
                yield from _of_values(before, now, f"{path}.{field.encode_name}".lstrip("."))


def _of_values(old: Any, new: Any, path: str) -> Iterator[Difference]:
    if isinstance(old, Struct) and type(old) is type(new):
        yield from _of_records(old, new, path)
    elif isinstance(old, tuple) or isinstance(new, tuple):
        yield from _of_lists(old or (), new or (), path)
    elif isinstance(old, dict) or isinstance(new, dict):
        yield from _of_entries(old or {}, new or {}, path)
    else:
        yield Difference(path, shown(old), shown(new))


def _of_lists(old: tuple[Any, ...], new: tuple[Any, ...], path: str) -> Iterator[Difference]:
    if _is_of_points(old or new):
        if len(old) != len(new):
            yield Difference(f"{path}.length", f"{len(old)}", f"{len(new)}")
        return
    yield from _of_entries(_by_key(old), _by_key(new), path)


def _of_entries(old: Mapping[Any, Any], new: Mapping[Any, Any], path: str) -> Iterator[Difference]:
    for key in dict.fromkeys((*old, *new)):
        before, now = old.get(key), new.get(key)
        if before != now:
            # A record within another one has members of its own, such as a subnet of a network.
            yield from _of_values(before, now, f"{path}[{_key_text(key)}]")


def _is_of_points(values: tuple[Any, ...]) -> bool:
    """True for restore points: every backup makes one, and their number matters alone."""
    return bool(values) and type(values[0]).__name__ == "RestorePoint"


def _by_key(values: tuple[Any, ...]) -> dict[Any, Any]:
    """Entries by their id or name, else by their value and how often it came before."""
    found: dict[Any, Any] = {}
    seen: Counter[Any] = Counter()
    for value in values:
        key = _key(value)
        found[(key, seen[key])] = value
        seen[key] += 1
    return found


def _key(value: Any) -> Any:
    for name in ("id", "name", "lun", "type", "code", "service", "level"):
        key = getattr(value, name, None)
        if key is not None:
            is_code = name == "code"
            return f"{key}".partition("/")[0].lower() if is_code else f"{key}".lower()
    return shown(value)


def _key_text(key: Any) -> str:
    if isinstance(key, tuple):
        text, number = key
        text = text.rpartition("/")[2] if text.startswith("/") else text
        return f"{text}#{number + 1}" if number else text
    return f"{key}"


def _plain(value: Any) -> Any:
    """A value without members that are left out."""
    if isinstance(value, Struct):
        members = ((field.encode_name, getattr(value, field.name)) for field in fields(value))
        return {name: _plain(member) for name, member in members if member is not None}
    if isinstance(value, tuple | list | frozenset):
        return [_plain(entry) for entry in value]
    if isinstance(value, dict):
        return {f"{key}": _plain(entry) for key, entry in value.items()}
    return value.text if isinstance(value, ArmId) else value


def parts_of(record: Struct) -> Iterator[Resource]:
    """The resources within a record, such as the subnets of a network."""
    for value in _members(record):
        if isinstance(value, Resource):
            yield value
        elif isinstance(value, Struct):
            yield from parts_of(value)


def references_of(record: Struct) -> Iterator[ArmId]:
    """The resources that a record names, without what is within the resources in it.

    A peering leads to networks of others, which are no part of this one.
    """
    for value in _members(record):
        if isinstance(value, ArmId):
            yield value
        elif isinstance(value, Struct) and type(value).__name__ != "Peering":
            yield from (value.id,) if isinstance(value, Resource) else references_of(value)


def _members(record: Struct) -> Iterator[Any]:
    for name in record.__struct_fields__:
        value = getattr(record, name)
        yield from value if isinstance(value, tuple) else (value,)
