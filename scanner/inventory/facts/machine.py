"""The facts a VM's view hands out: what was seen, and where."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.gap import Gap, require
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
        return require(self.known_version)

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
