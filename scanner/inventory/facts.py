"""The facts a VM's view hands out: what was seen, and where."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.gap import Gap
from scanner.inventory.seeing import see
from scanner.inventory.version import Version

Family = Literal["windows", "linux"]
Deployment = Literal["resource-manager", "classic"]


class OperatingSystem(Struct, frozen=True, gc=False):
    """Windows or Linux, and whether Azure was asked to install the agent."""

    family: Family
    provision_vm_agent: bool | None
    source: Source


class PowerState(Struct, frozen=True, gc=False):
    """``running``, ``stopped``, ``deallocated``, …: the part after ``PowerState/``."""

    code: str
    source: Source

    @property
    def is_running(self) -> bool:
        """Whether the guest runs; a VM that is just starting does not count."""
        return self.code == "running"

    @property
    def evidence(self) -> Evidence:
        """The power state as seen."""
        return self.source.evidence("", f"PowerState/{self.code}")


class Provisioning(Struct, frozen=True, gc=False):
    """How the last change of the VM's model ended, such as ``Succeeded`` or ``Failed``."""

    state: str
    source: Source

    @property
    def evidence(self) -> Evidence:
        """The state as seen."""
        return self.source.evidence("", self.state)


class GuestSystem(Struct, frozen=True, gc=False):
    """What the guest calls itself, such as ``Windows Server 2022 Datacenter``; None if untold."""

    name: str | None
    source: Source

    @property
    def evidence(self) -> Evidence:
        """The name as reported."""
        return self.source.evidence("osName", self.name)


class Agent(Struct, frozen=True, gc=False):
    """What the VM agent of a running VM last reported."""

    present: bool
    """False: the instance view was read and lists no agent."""
    ready: bool
    status: str | None
    """The status as ARM displays it, such as ``Ready`` or ``Not Ready``."""
    message: str | None
    reported_at: datetime | None
    """UTC; when ARM last heard of the agent."""
    known_version: Version | Gap
    source: Source

    @property
    def version(self) -> Version:
        """The version; raises ``Unseen`` where the agent reports none."""
        return see(self.known_version)

    @property
    def status_evidence(self) -> Evidence:
        """The status, its message and its age when it was read."""
        if not self.present:
            return self.source.evidence("", None)
        shown = ": ".join(text for text in (self.status, self.message) if text)
        if self.reported_at:
            age = max(0, round((self.source.seen_at - self.reported_at).total_seconds() / 60))
            shown += f" (reported {age:,} min before it was read)"
        return self.source.evidence("statuses", shown)

    @property
    def version_evidence(self) -> Evidence:
        """The version as reported."""
        return self.source.evidence("vmAgentVersion", self.version.text)


class Disk(Struct, frozen=True, gc=False):
    """An OS or data disk of a VM."""

    name: str
    lun: int | None
    """Logical unit number; None for the OS disk."""
    known_size: int | Gap
    source: Source
    """Where the size stands: in the VM's body, else in the disk resource."""

    @property
    def size_gib(self) -> int:
        """Size in GiB; raises ``Unseen`` where neither body gave it."""
        return see(self.known_size)

    @property
    def is_sized(self) -> bool:
        """Whether the size was read: to look at what is known before what is not."""
        return not isinstance(self.known_size, Gap)

    @property
    def evidence(self) -> Evidence:
        """The size as seen."""
        return self.source.evidence("diskSizeGB", self.size_gib)

    def __str__(self) -> str:
        return f"{'OS disk' if self.lun is None else f'data disk (LUN {self.lun})'} {self.name}"


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
        return see(self.known_lock)


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
