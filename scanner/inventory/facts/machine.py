"""Facts about a VM as a machine: operating system, power state, provisioning, agent."""

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
    """The operating system by the VM's body: Windows or Linux."""

    family: Family
    provision_vm_agent: bool | None
    """The setting ``provisionVMAgent``: False if the VM was created without an agent. None if the
    VM's body does not say."""
    source: Source


class PowerState(Struct, frozen=True, gc=False):
    """The power state of a VM."""

    code: str
    """Such as ``running``, ``stopped`` or ``deallocated``: the part after ``PowerState/``. A
    classic VM has its own words, such as ``started``."""
    source: Source

    @property
    def is_running(self) -> bool:
        """True if the guest runs. A VM that is starting does not count."""
        return self.code in ("running", "started")

    @property
    def evidence(self) -> Evidence:
        """The power state as ARM sent it."""
        return self.source.evidence("", f"PowerState/{self.code}")


class Provisioning(Struct, frozen=True, gc=False):
    """How the last change of the VM's model ended, such as ``Succeeded`` or ``Failed``."""

    state: str
    source: Source

    @property
    def evidence(self) -> Evidence:
        """The state as ARM sent it."""
        return self.source.evidence("", self.state)


class GuestSystem(Struct, frozen=True, gc=False):
    """The operating system by the VM agent's report."""

    name: str | None
    """Such as ``Windows Server 2022 Datacenter``. None if the agent does not report it."""
    source: Source
    version: str | None = None
    """Such as ``9.4``. None if the agent does not report it."""

    @property
    def evidence(self) -> Evidence:
        """The name as the agent reported it."""
        return self.source.evidence("osName", self.name)


class Agent(Struct, frozen=True, gc=False):
    """The last report of the VM agent of a running VM."""

    present: bool
    """False if the instance view was read and has no agent."""
    ready: bool
    """True if the agent reported Ready."""
    status: str | None
    """The status as ARM displays it, such as ``Ready`` or ``Not Ready``."""
    message: str | None
    """The message with the status."""
    reported_at: datetime | None
    """The time of the status (UTC).

    It does not say since when the status holds: for a silent agent, ARM gives the time of its own
    answer (as recorded).
    """
    known_version: Version | Gap
    source: Source
    status_path: str = "statuses"
    """Where the status is, under the source."""
    version_path: str = "vmAgentVersion"

    @property
    def version(self) -> Version:
        """The version. Raises ``Unseen`` if the agent does not report it."""
        return require(self.known_version)

    @property
    def status_evidence(self) -> Evidence:
        """The status with its message and its age in minutes. None as value without an agent."""
        if not self.present:
            return self.source.evidence("", None)
        text = ": ".join(filter(None, (self.status, self.message)))
        if self.reported_at:
            minutes = max(0, round((self.source.seen_at - self.reported_at).total_seconds() / 60))
            text += f" (status of {minutes:,} min before the read)"
        return self.source.evidence(self.status_path, text)

    @property
    def version_evidence(self) -> Evidence:
        """The version as the agent reported it."""
        return self.source.evidence(self.version_path, self.version.text)
