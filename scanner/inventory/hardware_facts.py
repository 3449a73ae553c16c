"""Facts about what a VM is made of: its size, its security type, and the kind of each disk."""

from __future__ import annotations

from msgspec import Struct

from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.gap import Gap
from scanner.inventory.seeing import see


class DiskTraits(Struct, frozen=True, gc=False):
    """What only a disk's own resource tells."""

    shares: int
    """How many VMs may attach it at once."""
    auth_mode: str | None
    """``AzureActiveDirectory`` where its data is handed out to identities of Entra ID alone."""
    security_type: str | None
    """Such as ``TrustedLaunch``; None for a disk of the standard kind."""


class DiskKind(Struct, frozen=True, gc=False, kw_only=True):
    """What a disk is, as far as Azure Backup asks for it."""

    name: str
    is_os: bool
    is_accelerated: bool
    """Whether Write Accelerator is on."""
    is_ephemeral: bool
    """Whether it lies on the host alone, as some OS disks do."""
    is_unmanaged: bool
    """Whether it is a blob in a storage account."""
    known_type: str | Gap
    """Such as ``Premium_LRS``; empty for an unmanaged disk."""
    known_traits: DiskTraits | Gap
    source: Source

    @property
    def type(self) -> str:
        """The storage type; raises ``Unseen`` where neither body gave it."""
        return see(self.known_type)

    @property
    def traits(self) -> DiskTraits:
        """What its resource tells; raises ``Unseen`` where that was not read."""
        return see(self.known_traits)

    def evidence(self, shown: str) -> Evidence:
        """What of it decides."""
        return self.source.evidence("", f"{self.name}: {shown}")


class Hardware(Struct, frozen=True, gc=False):
    """What a VM is made of."""

    size: str | None
    """Such as ``Standard_D4s_v5``."""
    known_security_type: str | Gap | None
    known_disks: tuple[DiskKind, ...] | Gap
    source: Source

    @property
    def security_type(self) -> str | None:
        """``TrustedLaunch`` or ``ConfidentialVM``; None for a standard VM. Raises ``Unseen``."""
        return see(self.known_security_type)

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
