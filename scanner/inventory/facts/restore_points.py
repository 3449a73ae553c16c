"""Facts about restore points and the locks that keep them."""

from __future__ import annotations

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.gap import Gap, require


class Lock(Struct, frozen=True, gc=False):
    """A CanNotDelete or ReadOnly lock and the resource it lies on."""

    id: ArmId
    level: str
    scope: ArmId
    source: Source

    def covers(self, resource: ArmId) -> bool:
        """Whether the lock lies on the resource, its resource group or its subscription."""
        return self.scope in (resource, resource.group, resource.subscription_id)

    @property
    def evidence(self) -> Evidence:
        """The level as seen."""
        return self.source.evidence("properties.level", self.level)

    def __str__(self) -> str:
        kind = (self.scope.type or "resource").rpartition("/")[2]
        where = f"{kind} {self.scope.name}"
        if self.scope == self.scope.subscription_id:
            where = "the subscription"
        elif self.scope == self.scope.group:
            where = f"group {self.scope.name}"
        return f"{self.id.name} ({self.level}, on {where})"


class GroupLock(Struct, frozen=True, gc=False):
    """A lock on a resource group, or that one lies there and was not read."""

    group: ArmId
    known_lock: Lock | Gap

    @property
    def lock(self) -> Lock:
        """The lock; raises ``Unseen``."""
        return require(self.known_lock)


class RestorePointCollection(Struct, frozen=True, gc=False):
    """One collection of a VM and how many restore points it holds."""

    id: ArmId
    count: int
    source: Source

    @property
    def evidence(self) -> Evidence:
        """The number of points, as counted."""
        return self.source.evidence("properties.restorePoints.length", self.count)


class RestorePoints(Struct, frozen=True, gc=False):
    """All restore points of a VM, whatever the names and groups of their collections."""

    collections: tuple[RestorePointCollection, ...]

    @property
    def count(self) -> int:
        """Points in all collections together."""
        return sum(collection.count for collection in self.collections)
