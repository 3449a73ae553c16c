"""Facts about what a VM is made of: its size, its security type, and the kind of each disk."""

from __future__ import annotations

from msgspec import Struct

from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.gap import Gap
from scanner.inventory.seeing import see


class DiskKind(Struct, frozen=True, gc=False):
    """What a disk is, as far as a backup policy asks for it."""

    name: str
    known_type: str | Gap
    """Such as ``Premium_LRS``; empty for a disk that is no managed one."""
    known_shares: int | Gap
    """How many VMs may attach it at once."""
    is_accelerated: bool
    """Whether Write Accelerator is on."""
    is_ephemeral: bool
    """Whether it lies on the host alone, as some OS disks do."""
    source: Source

    @property
    def type(self) -> str:
        """The storage type; raises ``Unseen`` where neither body gave it."""
        return see(self.known_type)

    @property
    def shares(self) -> int:
        """How many VMs may attach it; raises ``Unseen`` where its resource was not read."""
        return see(self.known_shares)

    def evidence(self, shown: str) -> Evidence:
        """What of it decides."""
        return self.source.evidence("", f"{self.name}: {shown}")


class Hardware(Struct, frozen=True, gc=False):
    """What a VM is made of."""

    size: str | None
    """Such as ``Standard_D4s_v5``."""
    security_type: str | None
    """``TrustedLaunch`` or ``ConfidentialVM``; None for a VM of the standard kind."""
    known_disks: tuple[DiskKind, ...] | Gap
    source: Source

    @property
    def disks(self) -> tuple[DiskKind, ...]:
        """OS disk and data disks; raises ``Unseen`` where the body does not list them."""
        return see(self.known_disks)

    @property
    def security_evidence(self) -> Evidence:
        """The security type as seen."""
        return self.source.evidence("properties.securityProfile.securityType", self.security_type)

    @property
    def size_evidence(self) -> Evidence:
        """The size as seen."""
        return self.source.evidence("properties.hardwareProfile.vmSize", self.size)
