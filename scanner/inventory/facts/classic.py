"""Facts about classic VMs."""

from __future__ import annotations

from msgspec import Struct

from scanner.inventory.evidence import Evidence, Source


class Registration(Struct, frozen=True, gc=False):
    """Registration of the guest agent of a classic VM."""

    provisioned: bool
    """True if the VM was created with an agent (ProvisionGuestAgent)."""
    source: Source
    """The flag itself. ARM sends it under one of two names."""

    @property
    def evidence(self) -> Evidence:
        """The flag as ARM sent it."""
        return self.source.evidence("", self.provisioned)


class CloudService(Struct, frozen=True, gc=False):
    """The cloud service of a classic VM."""

    name: str | None
    """None if the VM's body names no cloud service."""
    vms: int
    """Number of VMs in it, this one included."""
    source: Source

    @property
    def evidence(self) -> Evidence:
        """The cloud service as the VM names it."""
        return self.source.evidence("", self.name)
