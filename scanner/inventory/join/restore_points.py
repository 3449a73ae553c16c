"""The restore points of a VM, and the locks that keep them from being deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from scanner.inventory.armid import ArmId
from scanner.inventory.facts import restore_points as facts
from scanner.inventory.gap import Gap, Unseen, catch_gap, present, require, unrecorded
from scanner.inventory.join.table import Table
from scanner.inventory.records.compute import RestorePointCollection
from scanner.inventory.records.resources import Lock
from scanner.inventory.words import by_lower_case, word

_LEVELS = by_lower_case("CanNotDelete", "ReadOnly", "NotSpecified")
"""LockLevel (REST API reference, Management Locks, 2020-05-01)."""
_BLOCKING = ("CanNotDelete", "ReadOnly")
"""The levels that prevent a deletion."""
_POINTS = "restore_points"

Points = Callable[[ArmId], facts.RestorePoints]


def points_by_vm(
    listing: Table[RestorePointCollection], expanded: Table[RestorePointCollection]
) -> Points:
    """A function from a VM to its restore points, in all collections whose source it is.

    The function raises ``Unseen`` if a collection that may be the VM's was not read.
    """
    collections: defaultdict[ArmId, list[ArmId]] = defaultdict(list)
    unread = listing.rest
    for collection_id, entry in sorted(listing.entries.items()):
        source = catch_gap(_source_vm, entry, collection_id, listing)
        if type(source) is Gap:
            # It may be any VM's, so no VM's restore points are all known.
            unread = unread or source
        else:
            collections[source].append(collection_id)

    def restore_points(vm_id: ArmId) -> facts.RestorePoints:
        if unread:
            raise Unseen(unread)
        of_vm = collections.get(vm_id, [])
        return facts.RestorePoints(
            tuple(collection_fact(collection, expanded) for collection in of_vm)
        )

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


def collection_fact(
    collection_id: ArmId, expanded: Table[RestorePointCollection]
) -> facts.RestorePointCollection:
    """A collection with the number of its points. Raises ``Unseen`` if it was not read."""
    body = expanded.source(collection_id)
    record = expanded.find(collection_id, _POINTS)
    properties = present(record.properties, body, "properties", _POINTS)
    points = present(properties.restore_points, body, "properties.restorePoints", _POINTS)
    return facts.RestorePointCollection(collection_id, len(points), body)


class Locks:
    """The locks of a subscription by the scope that they are on."""

    def __init__(self, listing: Table[Lock]) -> None:
        self._by_scope: defaultdict[ArmId, list[facts.Lock | Gap]] = defaultdict(list)
        self._unread = listing.rest
        for lock_id, entry in sorted(listing.entries.items()):
            if scope := lock_id.scope:
                self._by_scope[scope].append(catch_gap(_lock_fact, entry, lock_id, scope, listing))
            else:
                # It may be on anything, so no VM's locks are all known.
                source = listing.source(lock_id)
                gap = unrecorded(source, "id that names what it locks", "locks").gap
                self._unread = self._unread or gap
        self.on_groups = self._unread or self._on_groups()

    def over(self, vm_id: ArmId, points: facts.RestorePoints | Gap) -> tuple[facts.Lock, ...]:
        """The blocking locks on a VM and its collections, their groups and their subscription.

        Raises ``Unseen`` if one of these locks, or a collection, was not read.
        """
        if self._unread:
            raise Unseen(self._unread)
        # The locks on its collections count too, so the collections have to be known.
        resources = (vm_id, *(collection.id for collection in require(points).collections))
        scopes = {
            scope: None for resource in resources for scope in _scopes_with_locks_for(resource)
        }
        locks = [require(entry) for scope in scopes for entry in self._by_scope.get(scope, ())]
        return tuple(lock for lock in locks if _is_blocking(lock))

    def _on_groups(self) -> tuple[facts.GroupLock, ...]:
        """The blocking locks on resource groups, and gaps that may be such locks."""
        return tuple(
            facts.GroupLock(scope, lock)
            for scope, locks in self._by_scope.items()
            for lock in locks
            if scope == scope.group and (type(lock) is Gap or _is_blocking(lock))
        )


def _is_blocking(lock: facts.Lock) -> bool:
    return lock.level in _BLOCKING


def _scopes_with_locks_for(resource: ArmId) -> tuple[ArmId, ...]:
    """The scopes whose locks a resource inherits, and the resource itself."""
    scopes = (resource.subscription_id, resource.group, resource)
    return tuple(scope for scope in scopes if scope is not None)


def _lock_fact(entry: Lock | Gap, lock_id: ArmId, scope: ArmId, listing: Table[Lock]) -> facts.Lock:
    body = listing.source(lock_id)
    properties = present(require(entry).properties, body, "properties", "locks")
    level = word(properties.level, _LEVELS, body, "properties.level", "locks")
    return facts.Lock(lock_id, level, scope, body)
