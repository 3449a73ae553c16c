"""The protected items and the restore point collections whose VM does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from scanner.inventory.armid import ArmId
from scanner.inventory.facts.orphan import Orphan
from scanner.inventory.gap import guard
from scanner.inventory.join.protection import Protections
from scanner.inventory.join.restore_points import collection_fact
from scanner.inventory.join.table import Table
from scanner.inventory.records.compute import RestorePointCollection
from scanner.inventory.snapshot import Snapshot


def find_orphans(snapshot: Snapshot, protections: Protections) -> tuple[Orphan, ...]:
    """The items and collections of VMs that do not exist, ordered by VM and id."""
    items = (orphan for vm in snapshot.gone.vms for orphan in _items_of(vm, snapshot, protections))
    found = (*items, *_collections(snapshot))
    return tuple(sorted(found, key=lambda orphan: (orphan.vm, orphan.id)))


def _items_of(vm: ArmId, snapshot: Snapshot, protections: Protections) -> Iterator[Orphan]:
    seen_at = snapshot.vms.seen_at
    for item, protection in protections.read_items_of(vm):
        yield Orphan(
            id=item, kind="protected-item", vm=vm, known_protection=protection, seen_at=seen_at
        )


def _collections(snapshot: Snapshot) -> Iterator[Orphan]:
    if snapshot.gone.expanded is None:
        return
    expanded = Table(snapshot.gone.expanded)
    # A page may repeat an entry of the one before.
    for collection in {record.id: record for record in snapshot.collections.records}.values():
        source = collection.properties.source if collection.properties else None
        if source is None or source.id is None or source.id not in snapshot.gone.vms:
            continue
        read = partial(_count_points, collection.id, expanded)
        yield Orphan(
            id=collection.id,
            kind="restore-point-collection",
            vm=source.id,
            known_points=guard(collection.id, "restore_points", read),
            seen_at=snapshot.vms.seen_at,
        )


def _count_points(collection: ArmId, expanded: Table[RestorePointCollection]) -> int:
    return collection_fact(collection, expanded).count
