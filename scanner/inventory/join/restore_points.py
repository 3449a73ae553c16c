"""What keeps restore points: the collections of a VM and the locks over them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from scanner.inventory.armid import ArmId
from scanner.inventory.facts import restore_points as facts
from scanner.inventory.gap import Gap, Unseen, catch_gap, present, require, unrecorded
from scanner.inventory.join.table import Table
from scanner.inventory.records.compute import RestorePointCollection
from scanner.inventory.records.resources import Lock

_BLOCKING = {"cannotdelete": "CanNotDelete", "readonly": "ReadOnly"}
_NO_LOCK = "notspecified"
_POINTS = "restore_points"

Points = Callable[[ArmId], facts.RestorePoints]


def points_by_vm(
    listing: Table[RestorePointCollection], expanded: Table[RestorePointCollection]
) -> Points:
    """The restore points of a VM, over all collections whose source it is."""
    collections: defaultdict[ArmId, list[ArmId]] = defaultdict(list)
    unread = listing.rest
    for collection_id, entry in sorted(listing.entries.items()):
        source = catch_gap(_source_vm, entry, collection_id, listing)
        if isinstance(source, Gap):
            # It may belong to any VM of the subscription, so no VM's points are all seen.
            unread = unread or source
        else:
            collections[source].append(collection_id)

    def restore_points(vm_id: ArmId) -> facts.RestorePoints:
        if unread:
            raise Unseen(unread)
        of_vm = collections.get(vm_id, [])
        return facts.RestorePoints(tuple(_collection(each, expanded) for each in of_vm))

    return restore_points


def _source_vm(
    entry: RestorePointCollection | Gap,
    collection_id: ArmId,
    listing: Table[RestorePointCollection],
) -> ArmId:
    body = listing.source(collection_id)
    properties = present(require(entry).properties, body, "properties", _POINTS)
    reference = properties.source.id if properties.source else None
    return present(reference, body, "properties.source.id", _POINTS)


def _collection(
    collection_id: ArmId, expanded: Table[RestorePointCollection]
) -> facts.RestorePointCollection:
    body = expanded.source(collection_id)
    record = expanded.find(collection_id, _POINTS)
    properties = present(record.properties, body, "properties", _POINTS)
    points = present(properties.restore_points, body, "properties.restorePoints", _POINTS)
    return facts.RestorePointCollection(collection_id, len(points), body)


class Locks:
    """The blocking locks of a subscription, by what they lie on."""

    def __init__(self, listing: Table[Lock]) -> None:
        self._found: defaultdict[ArmId, list[facts.Lock | Gap]] = defaultdict(list)
        self._unread = listing.rest
        for lock_id, entry in sorted(listing.entries.items()):
            if scope := lock_id.scope:
                self._found[scope].append(catch_gap(_lock, entry, lock_id, scope, listing))
            else:
                # It may lie on anything, so no VM's locks are all seen.
                source = listing.source(lock_id)
                odd = unrecorded(source, "id that names what it locks", "locks").gap
                self._unread = self._unread or odd
        self.on_groups = self._unread or self._on_groups()

    def over(self, vm_id: ArmId, points: facts.RestorePoints | Gap) -> tuple[facts.Lock, ...]:
        """Those on a VM, on its collections, on their groups and subscription."""
        if self._unread:
            raise Unseen(self._unread)
        # Which locks matter is only known once the collections are.
        resources = (vm_id, *(collection.id for collection in require(points).collections))
        scopes = {scope: None for resource in resources for scope in _scopes(resource)}
        over = [require(entry) for scope in scopes for entry in self._found.get(scope, ())]
        return tuple(lock for lock in over if _is_blocking(lock))

    def _on_groups(self) -> tuple[facts.GroupLock, ...]:
        return tuple(
            facts.GroupLock(scope, each)
            for scope, those in self._found.items()
            for each in those
            if scope == scope.group and (isinstance(each, Gap) or _is_blocking(each))
        )


def _is_blocking(lock: facts.Lock) -> bool:
    return lock.level in _BLOCKING.values()


def _scopes(resource: ArmId) -> tuple[ArmId, ...]:
    scopes = (resource.subscription_id, resource.group, resource)
    return tuple(scope for scope in scopes if scope is not None)


def _lock(entry: Lock | Gap, lock_id: ArmId, scope: ArmId, listing: Table[Lock]) -> facts.Lock:
    body = listing.source(lock_id)
    properties = present(require(entry).properties, body, "properties", "locks")
    level = present(properties.level, body, "properties.level", "locks")
    if level.lower() not in (*_BLOCKING, _NO_LOCK):
        raise unrecorded(body, f"known lock level but {level!r}", "locks")
    return facts.Lock(lock_id, _BLOCKING.get(level.lower(), level), scope, body)
