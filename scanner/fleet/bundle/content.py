"""What the files of a bundle hold next to the manifest, and the fields of its records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from msgspec import Struct, inspect
from msgspec.structs import replace

from scanner.fleet.bundle.codec import Codec
from scanner.fleet.scope import Targets
from scanner.inventory.facts.network import PublishedTags
from scanner.inventory.snapshot import BackupReadings, Snapshot


class Index(Struct, frozen=True):
    """What every subscription needs of the others: small, and kept for the whole scan."""

    targets: Targets
    backup: BackupReadings


@cache
def index_codec() -> Codec[Index]:
    """Packs the index of a bundle."""
    return Codec(Index)


@cache
def snapshot_codec() -> Codec[Snapshot]:
    """Packs what was read of one subscription."""
    return Codec(Snapshot)


@cache
def tags_codec() -> Codec[PublishedTags]:
    """Packs the service tags of a cloud."""
    return Codec(PublishedTags)


def without_tags(snapshot: Snapshot, tags: PublishedTags | None) -> Snapshot:
    """A snapshot that only names the publication of these tags, which take several MB."""
    if tags is None or snapshot.service_tags is not tags:
        return snapshot
    return replace(snapshot, service_tags=PublishedTags(tags.publication, {}))


def with_tags(snapshot: Snapshot, tags: PublishedTags | None) -> Snapshot:
    """A snapshot with the tags of the publication that it names. Without any if there are none."""
    named = snapshot.service_tags
    if named is None or named.prefixes:
        return snapshot
    is_same = tags is not None and tags.publication == named.publication
    return replace(snapshot, service_tags=tags if is_same else None)


@cache
def known_fields() -> Mapping[str, str]:
    """The fields of each kind of record that this version reads, separated by spaces."""
    found: dict[str, str] = {}
    for kind in inspect.multi_type_info([Index, Snapshot]):
        for record in _records_in(kind):
            found[record.cls.__name__] = " ".join(field.encode_name for field in record.fields)
    return dict(sorted(found.items()))


def _records_in(kind: Any) -> Iterator[inspect.StructType]:
    """The kinds of records in a type, each once."""
    seen: set[int] = set()
    todo = [kind]
    while todo:
        found = todo.pop()
        if id(found) in seen or not isinstance(found, inspect.Type):
            continue
        seen.add(id(found))
        if isinstance(found, inspect.StructType):
            yield found
            todo += [field.type for field in found.fields]
        else:
            todo += _inner(found)


def _inner(kind: inspect.Type) -> list[Any]:
    """The types that a type is made of."""
    found: list[Any] = []
    for name in ("types", "item_type", "item_types", "key_type", "value_type", "type", "fields"):
        inner = getattr(kind, name, ())
        inner = inner if isinstance(inner, tuple) else (inner,)
        found += [getattr(entry, "type", entry) for entry in inner]
    return found
