"""Records of VMs, disks and restore points (Microsoft.Compute 2026-04-01).

The shapes follow the REST API reference and recorded answers.
"""

from __future__ import annotations

from msgspec import field

from scanner.inventory.records.base import Record, Reference, Resource


class Status(Record, frozen=True):
    """One status of an instance view. ``time`` is RFC 3339."""

    code: str | None = None
    level: str | None = None
    display_status: str | None = None
    message: str | None = None
    time: str | None = None


class HandlerView(Record, frozen=True):
    """The VM agent's last report about an extension's handler. ``type`` is publisher and type."""

    type: str | None = None
    type_handler_version: str | None = None
    status: Status | None = None


class VmAgentView(Record, frozen=True):
    """The last report of the VM agent."""

    vm_agent_version: str | None = None
    statuses: tuple[Status, ...] | None = None
    extension_handlers: tuple[HandlerView, ...] | None = None


class ExtensionView(Record, frozen=True):
    """The last report of an extension. ``type`` is publisher and type, and often missing."""

    name: str | None = None
    type: str | None = None
    type_handler_version: str | None = None
    statuses: tuple[Status, ...] | None = None


class InstanceView(Record, frozen=True):
    """The run-time state of a VM."""

    os_name: str | None = None
    os_version: str | None = None
    statuses: tuple[Status, ...] | None = None
    vm_agent: VmAgentView | None = None
    extensions: tuple[ExtensionView, ...] | None = None


class ManagedDisk(Reference, frozen=True):
    """A VM's reference to a disk resource, with the disk's type, such as ``Premium_LRS``."""

    storage_account_type: str | None = None


class DiffDisk(Record, frozen=True):
    """The settings of an ephemeral OS disk: ``option`` is Local."""

    option: str | None = None


class Encryption(Record, frozen=True):
    """The settings of Azure Disk Encryption, which encrypts inside the guest."""

    enabled: bool | None = None


class Vhd(Record, frozen=True):
    """The blob of an unmanaged disk."""

    uri: str | None = None


class VmDisk(Record, frozen=True):
    """An OS or data disk in the body of a VM. The size is in GiB."""

    name: str | None = None
    lun: int | None = None
    os_type: str | None = None
    disk_size_gb: int | None = field(name="diskSizeGB", default=None)
    managed_disk: ManagedDisk | None = None
    vhd: Vhd | None = None
    encryption_settings: Encryption | None = None
    write_accelerator_enabled: bool | None = None
    diff_disk_settings: DiffDisk | None = None


class ImageReference(Record, frozen=True):
    """The image a VM was created from. A gallery image has an id and none of these fields."""

    publisher: str | None = None
    offer: str | None = None
    sku: str | None = None


class StorageProfile(Record, frozen=True):
    """The disks and the image of a VM."""

    image_reference: ImageReference | None = None
    os_disk: VmDisk | None = None
    data_disks: tuple[VmDisk, ...] | None = None


class GuestConfiguration(Record, frozen=True):
    """The Windows or Linux part of an OS profile."""

    provision_vm_agent: bool | None = field(name="provisionVMAgent", default=None)


class OsProfile(Record, frozen=True):
    """The settings of the guest when the VM was created."""

    windows_configuration: GuestConfiguration | None = None
    linux_configuration: GuestConfiguration | None = None
    allow_extension_operations: bool | None = None
    """Absent means true (REST API reference, OSProfile)."""


class NicReferenceProperties(Record, frozen=True):
    """``primary`` is missing if the VM has only one network interface."""

    primary: bool | None = None


class NicReference(Resource, frozen=True):
    """A VM's reference to a network interface."""

    properties: NicReferenceProperties | None = None


class NetworkProfile(Record, frozen=True):
    """The network interfaces of a VM."""

    network_interfaces: tuple[NicReference, ...] | None = None


class HardwareProfile(Record, frozen=True):
    """The size of a VM."""

    vm_size: str | None = None


class SecurityProfile(Record, frozen=True):
    """``security_type`` is TrustedLaunch or ConfidentialVM. A standard VM has none."""

    security_type: str | None = None


class VmProperties(Record, frozen=True):
    """The properties of a VM: the union of listing, status listing and single read."""

    storage_profile: StorageProfile | None = None
    os_profile: OsProfile | None = None
    network_profile: NetworkProfile | None = None
    virtual_machine_scale_set: Reference | None = None
    instance_view: InstanceView | None = None
    hardware_profile: HardwareProfile | None = None
    security_profile: SecurityProfile | None = None
    provisioning_state: str | None = None


class ExtensionProperties(Record, frozen=True):
    """The model of an extension: its type, and how its provisioning ended."""

    publisher: str | None = None
    type: str | None = None
    provisioning_state: str | None = None


class Extension(Resource, frozen=True):
    """An extension of a VM. A listing of VMs only has its id."""

    name: str | None = None
    properties: ExtensionProperties | None = None


class VirtualMachine(Resource, frozen=True):
    """A VM, from the listing, the status listing or ``GET`` with its instance view."""

    name: str | None = None
    location: str | None = None
    tags: dict[str, str | None] | None = None
    properties: VmProperties | None = None
    resources: tuple[Extension, ...] | None = None
    """The extensions. A listing has only their ids. The member is missing if there are none."""


class DiskSecurity(Record, frozen=True):
    """``security_type`` is missing unless the disk was created for a VM with a security type."""

    security_type: str | None = None


class PlatformEncryption(Record, frozen=True):
    """Encryption by the platform. ``type`` is such as EncryptionAtRestWithPlatformKey."""

    type: str | None = None


class DiskProperties(Record, frozen=True):
    """The properties of a managed disk. Sizes are in GiB and bytes."""

    disk_size_gb: int | None = field(name="diskSizeGB", default=None)
    disk_size_bytes: int | None = None
    max_shares: int | None = None
    data_access_auth_mode: str | None = None
    security_profile: DiskSecurity | None = None
    encryption_settings_collection: Encryption | None = None
    encryption: PlatformEncryption | None = None


class DiskSku(Record, frozen=True):
    """The type of a disk, such as ``Premium_LRS``."""

    name: str | None = None


class Disk(Resource, frozen=True):
    """A managed disk."""

    sku: DiskSku | None = None
    properties: DiskProperties | None = None


class RestorePointProperties(Record, frozen=True):
    """``time_created`` is RFC 3339."""

    time_created: str | None = None


class RestorePoint(Resource, frozen=True):
    """One restore point of a collection."""

    properties: RestorePointProperties | None = None


class CollectionProperties(Record, frozen=True):
    """``source`` is the VM. ``restore_points`` is missing unless requested by ``$expand``."""

    source: Reference | None = None
    restore_points: tuple[RestorePoint, ...] | None = None


class RestorePointCollection(Resource, frozen=True):
    """A restore point collection of one VM, in a resource group that Azure Backup creates."""

    properties: CollectionProperties | None = None
