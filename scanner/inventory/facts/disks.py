"""Facts about what a VM is made of: its size, its security type, and the kind of each disk."""

from __future__ import annotations

from msgspec import Struct

from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.gap import Gap, require


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
        return require(self.known_size)

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


class DiskTraits(Struct, frozen=True, gc=False, kw_only=True):
    """What only a disk's own resource tells."""

    known_shares: int | Gap
    known_auth_mode: str | Gap | None
    known_security_type: str | Gap | None
    known_encrypted: bool | Gap
    """Whether Azure Disk Encryption is on, inside the guest."""
    known_key: str | Gap | None
    source: Source

    @property
    def shares(self) -> int:
        """How many VMs may attach it at once; raises ``Unseen`` where that makes no sense."""
        return require(self.known_shares)

    @property
    def key(self) -> str | None:
        """How a key of the customer's own encrypts it; None by the platform's. ``Unseen``."""
        return require(self.known_key)

    @property
    def auth_mode(self) -> str | None:
        """``AzureActiveDirectory`` where only identities of Entra ID may read it, or None."""
        return require(self.known_auth_mode)

    @property
    def security_type(self) -> str | None:
        """Such as ``TrustedLaunch``; None for a disk of the standard kind."""
        return require(self.known_security_type)


class DiskKind(Struct, frozen=True, gc=False, kw_only=True):
    """What a disk is, as far as Azure Backup asks for it."""

    name: str
    is_os: bool
    is_accelerated: bool
    """Whether Write Accelerator is on."""
    known_ephemeral: bool | Gap
    known_unmanaged: bool | Gap
    """Whether it is a blob in a storage account."""
    known_encrypted: bool | Gap
    """Whether the VM's body says that Azure Disk Encryption is on."""
    known_type: Evidence | Gap
    known_traits: DiskTraits | Gap
    source: Source

    @property
    def is_unmanaged(self) -> bool:
        """Whether it is a blob; raises ``Unseen`` where the body names neither blob nor disk."""
        return require(self.known_unmanaged)

    @property
    def is_ephemeral(self) -> bool:
        """Whether it lies on the host alone; raises ``Unseen`` where that makes no sense."""
        return require(self.known_ephemeral)

    @property
    def type(self) -> str:
        """Such as ``Premium_LRS``, empty for an unmanaged disk; raises ``Unseen``."""
        return str(require(self.known_type).value or "")

    @property
    def type_evidence(self) -> Evidence:
        """The type as seen, in the VM's body or the disk's."""
        return require(self.known_type)

    @property
    def traits(self) -> DiskTraits:
        """What its resource tells; raises ``Unseen`` where that was not read."""
        return require(self.known_traits)


class Encryption(Struct, frozen=True, gc=False):
    """What shows that disks of a VM are encrypted by more than the platform's own key."""

    known_by_guest: Evidence | Gap | None
    known_by_key: Evidence | Gap | None

    @property
    def by_guest(self) -> Evidence | None:
        """What shows Azure Disk Encryption; raises ``Unseen`` where it may be on."""
        return require(self.known_by_guest)

    @property
    def by_any(self) -> Evidence | None:
        """What shows either, or a key of the customer's own; raises ``Unseen`` where one may be."""
        known = (self.known_by_guest, self.known_by_key)
        seen = next((each for each in known if isinstance(each, Evidence)), None)
        return seen or require(known[0]) or require(known[1])


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
        return require(self.known_security_type)

    @property
    def disks(self) -> tuple[DiskKind, ...]:
        """OS disk and data disks; raises ``Unseen`` where the body does not list them."""
        return require(self.known_disks)

    @property
    def security_evidence(self) -> Evidence:
        """The security type as seen."""
        return self.source.evidence("properties.securityProfile.securityType", self.security_type)

    @property
    def count_evidence(self) -> Evidence:
        """The number of data disks as counted."""
        return self.source.evidence(
            "properties.storageProfile.dataDisks.length", len(self.disks) - 1
        )

    @property
    def size_evidence(self) -> Evidence:
        """The size as seen."""
        return self.source.evidence("properties.hardwareProfile.vmSize", self.size)
