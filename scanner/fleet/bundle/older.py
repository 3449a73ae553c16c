"""Bundles of older versions: what they were not read for is unknown, never a default.

ARM leaves out a property that is not set, so a record without it has the default. A bundle that was
made before a property was read lacks it for another reason. It is taken off the record, so that who
touches it learns that it was not read (``scanner.inventory.gap.guard``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_origin

from msgspec import MsgspecError, Struct, inspect, msgpack
from msgspec.structs import fields

from scanner.fleet.bundle.codec import Codec, Malformed, T, expand
from scanner.fleet.bundle.content import Index
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.snapshot import (
    BackupReadings,
    GoneVms,
    LeftOut,
    NetworkReadings,
    Reading,
    Snapshot,
    VaultReadings,
)

Lacking = Mapping[str, frozenset[str]]
"""Names of fields, as they are saved, that a bundle lacks, by the kind of record."""
_SETS = (Snapshot, BackupReadings, VaultReadings, NetworkReadings, Reading)
_WITH_DEFAULTS = (*_SETS, Gap, LeftOut, GoneVms)
"""A new field of these with a default was not asked for, which is what the default says."""
_REMEDY = "The bundle was made before the scanner read it. Make the bundle again."


def lacking(recorded: Mapping[str, str], known: Mapping[str, str]) -> Lacking:
    """What a bundle lacks of what this version reads. Empty for a bundle of this version."""
    found = {
        kind: frozenset(names.split()) - frozenset(recorded[kind].split())
        for kind, names in known.items()
        if kind in recorded
    }
    return {kind: names for kind, names in found.items() if names}


def unpack_older(codec: Codec[T], kind: type[T], data: bytes, missed: Lacking) -> T:
    """What a file of an older version holds. Raises ``Malformed``.

    A listing that was not made is a gap of each of its entries.
    """
    try:
        content = msgpack.decode(expand(data))
    except (MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"{error}") from None
    _add_to(inspect.type_info(kind), content, missed)
    found = codec.decode(msgpack.encode(content))
    _take_off(found, missed)
    return found


def _class(kind: inspect.StructType) -> type:
    """The class of a kind of record, without the kind of its entries."""
    return get_origin(kind.cls) or kind.cls


def _add_to(kind: inspect.Type, content: Any, missed: Lacking) -> None:
    if isinstance(kind, inspect.VarTupleType) and isinstance(content, list):
        for entry in content:
            _add_to(kind.item_type, entry, missed)
    if not (isinstance(kind, inspect.StructType) and isinstance(content, dict)):
        return
    if not issubclass(_class(kind), (*_SETS, Index)):
        return
    for field in kind.fields:
        if field.encode_name in content:
            _add_to(field.type, content[field.encode_name], missed)
        elif field.required and field.encode_name in missed.get(_class(kind).__name__, ()):
            content[field.encode_name] = _unread(field, content)


def _unread(field: inspect.Field, siblings: Mapping[str, Any]) -> Any:
    """A listing that was not made, with scope and time of another listing of the same set."""
    if not (isinstance(field.type, inspect.StructType) and _class(field.type) is Reading):
        raise Malformed(f"it has no {field.name}, which this version needs")
    for other in siblings.values():
        if isinstance(other, dict) and {"scope", "seen_at"} <= other.keys():
            gap = {"_is": "gap", "scope": other["scope"], "fact": field.name, "action": None,
                   "reason": Reason.NOT_RECORDED.value, "remedy": _REMEDY}  # fmt: skip
            return {"scope": other["scope"], "seen_at": other["seen_at"], "gaps": [gap]}
    raise Malformed(f"it has no {field.name}, which this version needs")


def _take_off(value: object, missed: Lacking) -> None:
    """Take off every record the fields that the bundle lacks."""
    for record in _records_in(value):
        names = missed.get(type(record).__name__)
        if names and not isinstance(record, _WITH_DEFAULTS):
            for field in fields(record):
                if field.encode_name in names:
                    # A frozen record refuses ``del``. Its descriptor does not.
                    getattr(type(record), field.name).__delete__(record)


def _records_in(value: object) -> Iterator[Struct]:
    if isinstance(value, Struct):
        inner = [getattr(value, name) for name in value.__struct_fields__]
        yield value
    elif isinstance(value, Mapping):
        inner = list(value.values())
    elif isinstance(value, tuple | list):
        inner = list(value)
    else:
        return
    for entry in inner:
        yield from _records_in(entry)
