"""Facts about restore points, and about the locks that keep them from deletion."""

from __future__ import annotations

import re

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.facts.backup import Policy
from scanner.inventory.gap import Gap, require

_COLLECTION = "azurebackup_"
_GROUP = re.compile(r"azurebackuprg_.+_\d+")


class Lock(Struct, frozen=True, gc=False):
    """A management lock that prevents deletion."""

    id: ArmId
    level: str
    """``CanNotDelete`` or ``ReadOnly``."""
    scope: ArmId
    """The subscription, resource group or resource that is locked."""
    source: Source

    def covers(self, resource: ArmId) -> bool:
        """True if the lock is on the resource, its resource group or its subscription."""
        return self.scope in (resource, resource.group, resource.subscription_id)

    @property
    def evidence(self) -> Evidence:
        """The level as ARM sent it."""
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
    """A lock on a resource group of the VM's subscription."""

    group: ArmId
    known_lock: Lock | Gap

    @property
    def lock(self) -> Lock:
        """The lock. Raises ``Unseen`` if it exists but was not read."""
        return require(self.known_lock)


class RestorePointCollection(Struct, frozen=True, gc=False):
    """One restore point collection of a VM."""

    id: ArmId
    count: int
    """Number of restore points in it."""
    source: Source

    @property
    def has_name_of_backup(self) -> bool:
        """True if it or its group has a name that Azure Backup gives: ``AzureBackup_…``, or
        ``AzureBackupRG_<region>_<number>`` (Azure Backup FAQ)."""
        return self.id.name.lower().startswith(_COLLECTION) or bool(
            _GROUP.fullmatch((self.id.resource_group or "").lower())
        )

    def is_managed(self, policy: Policy | None) -> bool:
        """True if Azure Backup manages it, by its names or by the group that the policy names."""
        return self.has_name_of_backup or (
            policy is not None and policy.keeps_points_in(self.id.resource_group or "")
        )

    @property
    def evidence(self) -> Evidence:
        """The number of restore points."""
        return self.source.evidence("properties.restorePoints.length", self.count)


class RestorePoints(Struct, frozen=True, gc=False):
    """All restore points of a VM, in all collections in all resource groups."""

    collections: tuple[RestorePointCollection, ...]

    @property
    def count(self) -> int:
        """Number of restore points in all collections."""
        return sum(collection.count for collection in self.collections)
