"""Facts about classic VMs."""

from __future__ import annotations

from msgspec import Struct

from scanner.inventory.evidence import Evidence, Source


class Registration(Struct, frozen=True, gc=False):
    """Whether the platform was asked to have an agent in a classic VM."""

    provisioned: bool
    source: Source
    """Of the flag itself, which has two names."""

    @property
    def evidence(self) -> Evidence:
        """The flag as seen."""
        return self.source.evidence("", self.provisioned)


class CloudService(Struct, frozen=True, gc=False):
    """The cloud service of a classic VM, and how many VMs were seen in it."""

    name: str | None
    """None where the VM's body names none."""
    vms: int
    source: Source

    @property
    def evidence(self) -> Evidence:
        """The service as the VM names it."""
        return self.source.evidence("", self.name)
