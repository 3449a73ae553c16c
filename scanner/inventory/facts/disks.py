"""Facts about the hardware of a VM: its size, its security type, and its disks."""

from __future__ import annotations

from msgspec import Struct

from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.gap import Gap, require


class Disk(Struct, frozen=True, gc=False):
    """An OS or data disk of a VM, with its size."""

    name: str
    lun: int | None
    """Logical unit number. None for the OS disk."""
    known_size: int | Gap
    """Size in GiB."""
    source: Source
    """The body with the size: the VM's, else the disk resource's."""
    has_lun: bool = True
    """False if ARM gives no LUN: ``lun`` is then the place in the VM's body."""

    @property
    def size_gib(self) -> int:
        """Size in GiB. Raises ``Unseen`` if no body has it."""
        return require(self.known_size)

    @property
    def is_sized(self) -> bool:
        """True if the size was read. Disks of known size may already decide a verdict."""
        return type(self.known_size) is not Gap

    @property
    def evidence(self) -> Evidence:
        """The size in GiB."""
        return self.source.evidence("diskSizeGB", self.size_gib)

    def __str__(self) -> str:
        if self.lun is None:
            return f"OS disk {self.name}"
        at = f" (LUN {self.lun})" if self.has_lun else ""
        return f"data disk{at} {self.name}"


class DiskTraits(Struct, frozen=True, gc=False, kw_only=True):
    """The properties of a disk that only its own resource has, not the VM's body."""

    known_shares: int | Gap
    known_auth_mode: str | Gap | None
    known_security_type: str | Gap | None
    known_encrypted: bool | Gap
    """True if Azure Disk Encryption is on, which encrypts inside the guest."""
    known_key: str | Gap | None
    source: Source

    @property
    def shares(self) -> int:
        """Number of VMs that may attach it at once (``maxShares``). Raises ``Unseen``."""
        return require(self.known_shares)

    @property
    def key(self) -> str | None:
        """The encryption type if the customer's own key encrypts it, such as
        ``EncryptionAtRestWithCustomerKey``. None if the platform's key does. Raises ``Unseen``."""
        return require(self.known_key)

    @property
    def auth_mode(self) -> str | None:
        """``AzureActiveDirectory`` if only Microsoft Entra identities may read its data, else
        None. Raises ``Unseen``."""
        return require(self.known_auth_mode)

    @property
    def security_type(self) -> str | None:
        """Such as ``TrustedLaunch``. None for a standard disk. Raises ``Unseen``."""
        return require(self.known_security_type)


class DiskKind(Struct, frozen=True, gc=False, kw_only=True):
    """An OS or data disk of a VM, with the properties that decide on its backup."""

    name: str
    is_os: bool
    lun: int | None = None
    """Logical unit number. None for the OS disk, and if ARM gives none."""
    known_accelerated: bool | Gap
    known_ephemeral: bool | Gap
    known_unmanaged: bool | Gap
    known_encrypted: bool | Gap
    """True if the VM's body says that Azure Disk Encryption is on."""
    known_type: Evidence | Gap
    known_traits: DiskTraits | Gap
    source: Source
    """The disk's entry in the VM's body."""

    @property
    def is_unmanaged(self) -> bool:
        """True if it is a blob in a storage account. Raises ``Unseen`` if the VM's body names
        neither a blob nor a disk resource."""
        return require(self.known_unmanaged)

    @property
    def is_accelerated(self) -> bool:
        """True if Write Accelerator is on. Raises ``Unseen``."""
        return require(self.known_accelerated)

    @property
    def is_ephemeral(self) -> bool:
        """True if it is on the host's local storage. Raises ``Unseen``."""
        return require(self.known_ephemeral)

    @property
    def type(self) -> str:
        """Such as ``Premium_LRS``. Empty for an unmanaged disk. Raises ``Unseen``."""
        return str(require(self.known_type).value or "")

    @property
    def type_evidence(self) -> Evidence:
        """The type, from the VM's body or the disk resource."""
        return require(self.known_type)

    @property
    def traits(self) -> DiskTraits:
        """The properties of its own resource. Raises ``Unseen`` if that was not read."""
        return require(self.known_traits)


class Encryption(Struct, frozen=True, gc=False):
    """Signs that disks of a VM are encrypted by more than the platform's own key."""

    known_by_guest: Evidence | Gap | None
    known_by_key: Evidence | Gap | None

    @property
    def by_guest(self) -> Evidence | None:
        """The sign of Azure Disk Encryption inside the guest. None if it is off. Raises ``Unseen``
        if it may be on."""
        return require(self.known_by_guest)

    @property
    def by_any(self) -> Evidence | None:
        """The sign of Azure Disk Encryption or of a customer-managed key. None if there is neither.
        Raises ``Unseen`` if there may be one."""
        by_guest, by_key = self.known_by_guest, self.known_by_key
        sign = next((sign for sign in (by_guest, by_key) if isinstance(sign, Evidence)), None)
        return sign or require(by_guest) or require(by_key)


class Hardware(Struct, frozen=True, gc=False):
    """Size, security type and disks of a VM."""

    size: str | None
    """Such as ``Standard_D4s_v5``. None if the VM's body has none."""
    known_security_type: str | Gap | None
    known_disks: tuple[DiskKind, ...] | Gap
    source: Source

    @property
    def security_type(self) -> str | None:
        """``TrustedLaunch`` or ``ConfidentialVM``. None for a standard VM. Raises ``Unseen``."""
        return require(self.known_security_type)

    @property
    def disks(self) -> tuple[DiskKind, ...]:
        """The OS disk, then the data disks. Raises ``Unseen`` if the VM's body lists none."""
        return require(self.known_disks)

    @property
    def security_evidence(self) -> Evidence:
        """The security type as ARM sent it."""
        return self.source.evidence("properties.securityProfile.securityType", self.security_type)

    @property
    def count_evidence(self) -> Evidence:
        """The number of data disks in the VM's body."""
        return self.source.evidence(
            "properties.storageProfile.dataDisks.length", len(self.disks) - 1
        )

    @property
    def size_evidence(self) -> Evidence:
        """The size as ARM sent it."""
        return self.source.evidence("properties.hardwareProfile.vmSize", self.size)
