"""The VM's model: its own body, and the resources of its disks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeGuard

from msgspec.structs import replace

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.facts import disks as facts
from scanner.inventory.facts.machine import Family, OperatingSystem, Provisioning
from scanner.inventory.gap import Gap, catch_gap, present, require, unrecorded
from scanner.inventory.join.table import Table
from scanner.inventory.records import compute as records
from scanner.inventory.words import by_lower_case, word, word_or

_FACT = "hardware"
_GIB = 2**30


def operating_system(vm: records.VirtualMachine, source: Source) -> OperatingSystem:
    """The family that the OS disk names, else the one that the OS profile is for.

    Raises ``Unseen`` if neither says which.
    """
    properties = present(vm.properties, source, "properties", "os")
    storage, profile = properties.storage_profile, properties.os_profile
    os_disk = storage.os_disk if storage else None
    path = "properties.storageProfile.osDisk.osType"
    by_disk = word_or(None, os_disk.os_type if os_disk else None, _FAMILIES, source, path, "os")
    parts: dict[Family, records.GuestConfiguration | None] = {
        "windows": profile.windows_configuration if profile else None,
        "linux": profile.linux_configuration if profile else None,
    }
    families = [by_disk] if by_disk else [family for family, part in parts.items() if part]
    if len(families) != 1:
        raise unrecorded(source, path, "os")
    part = parts[families[0]]
    # A body without the setting does not say; the platform installs an agent then (OSProfile).
    return OperatingSystem(families[0], part.provision_vm_agent if part else None, source)


_FAMILIES: Mapping[str, Family] = {"windows": "windows", "linux": "linux"}
"""OperatingSystemTypes (REST API reference, Virtual Machines, 2024-07-01)."""


def require_body(vm: records.VirtualMachine, source: Source, fact: str) -> records.VmProperties:
    """The properties of a VM. Raises ``Unseen`` unless they have the disks, as all VMs have.

    A fact by a member that ARM may leave out needs this: a body without anything shows nothing.
    """
    properties = present(vm.properties, source, "properties", fact)
    present(properties.storage_profile, source, "properties.storageProfile", fact)
    return properties


def provisioning(vm: records.VirtualMachine, source: Source) -> Provisioning:
    """The provisioning state of the model. Raises ``Unseen`` if the body has none."""
    properties = present(vm.properties, source, "properties", "provisioning")
    path = "properties.provisioningState"
    state = present(properties.provisioning_state or None, source, path, "provisioning")
    return Provisioning(state, source.at(path))


def disks(
    vm: records.VirtualMachine, source: Source, resources: Table[records.Disk]
) -> tuple[facts.Disk, ...]:
    """The OS disk, then the data disks, each with its size or the gap of its size.

    Raises ``Unseen`` if the body has no OS disk.
    """
    properties = present(vm.properties, source, "properties", "disks")
    storage = present(properties.storage_profile, source, "properties.storageProfile", "disks")
    at = source.at("properties.storageProfile")
    os_disk = present(storage.os_disk, at, "osDisk", "disks")
    found = [_disk_with_size(os_disk, None, at.at("osDisk"), resources)]
    if storage.data_disks is None:
        # It is not known which data disks there are. The OS disk is judged all the same.
        unknown_size = unrecorded(at, "dataDisks", "disks").gap
        return (*found, facts.Disk("(not listed)", 0, unknown_size, at, has_lun=False))
    for index, disk in enumerate(storage.data_disks):
        sized = _disk_with_size(disk, index, at.at(f"dataDisks[{index}]"), resources)
        has_lun = disk.lun is not None
        found.append(replace(sized, lun=disk.lun if has_lun else index, has_lun=has_lun))
    return tuple(found)


def _disk_with_size(
    disk: records.VmDisk, lun: int | None, at: Source, resources: Table[records.Disk]
) -> facts.Disk:
    """A disk with its size, from the VM's body or from the disk's resource."""
    managed, name = _managed_id(disk), _disk_name(disk)
    if _is_size(disk.disk_size_gb):
        return facts.Disk(name, lun, disk.disk_size_gb, at)
    if managed is None:
        return facts.Disk(name, lun, unrecorded(at, "diskSizeGB", "disks").gap, at)
    # A VM's body often leaves sizes out while the VM is off; the disk's resource has them.
    resource = catch_gap(resources.find, managed, "disks")
    source = resources.source(managed, "properties")
    return facts.Disk(name, lun, catch_gap(_size_in_gib, resource, source), source)


def _size_in_gib(disk: records.Disk | Gap, at: Source) -> int:
    """The size of a disk's resource in GiB, rounded up."""
    properties = present(require(disk).properties, at, "", "disks")
    gib, count = properties.disk_size_gb, properties.disk_size_bytes
    if not _is_size(gib) and _is_size(count):
        return -(-count // _GIB)
    return present(gib if _is_size(gib) else None, at, "diskSizeGB", "disks")


def _is_size(value: int | None) -> TypeGuard[int]:
    return value is not None and value > 0


def _managed_id(disk: records.VmDisk) -> ArmId | None:
    """The id of the disk's resource; None for a disk in a storage account."""
    return disk.managed_disk.id if disk.managed_disk else None


def _disk_name(disk: records.VmDisk) -> str:
    managed = _managed_id(disk)
    return disk.name or (managed.name if managed else "without a name")


def hardware(
    vm: records.VirtualMachine, source: Source, resources: Table[records.Disk]
) -> facts.Hardware:
    """Size, security type and kinds of disks. Raises ``Unseen`` if the body has no properties."""
    properties = require_body(vm, source, _FACT)
    profile, security = properties.hardware_profile, properties.security_profile
    path = "properties.securityProfile.securityType"
    return facts.Hardware(
        size=(profile.vm_size if profile else None) or None,
        # A standard VM has none (REST API reference, SecurityProfile).
        known_security_type=catch_gap(
            word_or,
            None,
            security.security_type if security else None,
            _SECURITY,
            source,
            path,
            _FACT,
        ),
        known_disks=catch_gap(_disk_kinds, properties, source, resources),
        source=source,
    )


def _disk_kinds(
    properties: records.VmProperties, source: Source, resources: Table[records.Disk]
) -> tuple[facts.DiskKind, ...]:
    storage = present(properties.storage_profile, source, "properties.storageProfile", _FACT)
    at = source.at("properties.storageProfile")
    os_disk = present(storage.os_disk, at, "osDisk", _FACT)
    data_disks = present(storage.data_disks, at, "dataDisks", _FACT)
    return (
        _disk_kind(os_disk, at.at("osDisk"), resources, is_os=True),
        *(
            _disk_kind(disk, at.at(f"dataDisks[{index}]"), resources, is_os=False)
            for index, disk in enumerate(data_disks)
        ),
    )


def _disk_kind(
    disk: records.VmDisk, at: Source, resources: Table[records.Disk], *, is_os: bool
) -> facts.DiskKind:
    """The storage type and the settings of a disk, each a value or a gap."""
    is_unmanaged = catch_gap(_is_unmanaged, disk, at)
    is_local = catch_gap(_is_local, disk, at)
    storage_type: Evidence | Gap
    traits: facts.DiskTraits | Gap
    if is_local is True or disk.vhd is not None:
        storage_type, traits = at.evidence("managedDisk", None), _default_traits(at)
    else:
        managed = catch_gap(present, _managed_id(disk), at, "managedDisk.id", _FACT)
        resource = managed if type(managed) is Gap else catch_gap(resources.find, managed, _FACT)
        source = at if type(managed) is Gap else resources.source(managed)
        storage_type = catch_gap(_storage_type, disk, at, resource, source)
        traits = catch_gap(_traits, resource, source)
    return facts.DiskKind(
        name=_disk_name(disk),
        is_os=is_os,
        lun=None if is_os else disk.lun,
        # ARM leaves the member out if it is off (as recorded).
        known_accelerated=_if_a_disk(is_unmanaged, disk.write_accelerator_enabled is True),
        known_ephemeral=is_local if is_local is True else _if_a_disk(is_unmanaged, is_local),
        known_unmanaged=is_unmanaged,
        known_encrypted=catch_gap(
            _is_encrypted, disk.encryption_settings, at, "encryptionSettings"
        ),
        known_type=storage_type,
        known_traits=traits,
        source=at,
    )


def _if_a_disk(is_unmanaged: bool | Gap, value: bool | Gap) -> bool | Gap:
    """A value that a missing member may give; a gap if the entry names no disk at all."""
    return is_unmanaged if type(is_unmanaged) is Gap else value


def _is_local(disk: records.VmDisk, at: Source) -> bool:
    """True for an ephemeral disk: it is on the host's own storage. Others have no such setting."""
    settings = disk.diff_disk_settings
    return settings is not None and word(
        settings.option, _IS_LOCAL, at, "diffDiskSettings.option", _FACT
    )


def _is_unmanaged(disk: records.VmDisk, at: Source) -> bool:
    if disk.vhd is None:
        present(disk.managed_disk, at, "managedDisk or vhd", _FACT)
    return disk.vhd is not None


def _storage_type(
    disk: records.VmDisk, at: Source, resource: records.Disk | Gap, source: Source
) -> Evidence:
    """The type in the VM's body, which leaves it out while the VM is off, else the disk's SKU."""
    path = "managedDisk.storageAccountType"
    in_body = disk.managed_disk.storage_account_type if disk.managed_disk else None
    if in_body is not None:
        word(in_body, _STORAGE_TYPES, at, path, _FACT)
        return at.evidence(path, in_body)
    sku = present(require(resource).sku, source, "sku", _FACT)
    word(sku.name, _STORAGE_TYPES, source, "sku.name", _FACT)
    return source.evidence("sku.name", sku.name)


def _traits(disk: records.Disk | Gap, source: Source) -> facts.DiskTraits:
    """The settings of a disk's resource; one whose value nobody documents is a gap.

    ARM leaves out what is not set (REST API reference, Disk), but it sends every disk's size.
    """
    properties = present(require(disk).properties, source, "properties", _FACT)
    at, security = source.at("properties"), properties.security_profile
    present(properties.disk_size_gb or properties.disk_size_bytes, at, "diskSizeGB", _FACT)
    mode = properties.data_access_auth_mode
    return facts.DiskTraits(
        known_shares=catch_gap(_max_shares, properties.max_shares, at),
        known_auth_mode=catch_gap(
            word_or, None, mode, _AUTH_MODES, at, "dataAccessAuthMode", _FACT
        ),
        known_security_type=catch_gap(
            word_or,
            None,
            security.security_type if security else None,
            _DISK_SECURITY,
            at,
            "securityProfile.securityType",
            _FACT,
        ),
        known_encrypted=catch_gap(
            _is_encrypted,
            properties.encryption_settings_collection,
            at,
            "encryptionSettingsCollection",
        ),
        known_key=catch_gap(_encryption_key, properties.encryption, at),
        source=at,
    )


def _default_traits(at: Source) -> facts.DiskTraits:
    """The traits of a disk that has no resource of its own."""
    return facts.DiskTraits(
        known_shares=1,
        known_auth_mode=None,
        known_security_type=None,
        known_encrypted=False,
        known_key=None,
        source=at,
    )


def _is_encrypted(settings: records.Encryption | None, at: Source, path: str) -> bool:
    return settings is not None and present(settings.enabled, at, f"{path}.enabled", _FACT)


def _encryption_key(encryption: records.PlatformEncryption | None, at: Source) -> str | None:
    """The customer's encryption of a disk; None if the platform's key encrypts it."""
    return word(encryption.type, _KEYS, at, "encryption.type", _FACT) if encryption else None


def _max_shares(max_shares: int | None, at: Source) -> int:
    """How many VMs may share a disk: 1 if ``maxShares`` is left out (REST API reference, Disk)."""
    if max_shares is not None and max_shares < 1:
        raise unrecorded(at, f"maxShares that is at least 1, only {max_shares}", _FACT)
    return max_shares or 1


# Enumerations of the REST API reference (Virtual Machines and Disks, 2025-04-01). What is not set
# is None, like a default that is given.
_SECURITY = {**by_lower_case("TrustedLaunch", "ConfidentialVM"), "standard": None}
_IS_LOCAL = {"local": True}
_AUTH_MODES = {**by_lower_case("AzureActiveDirectory"), "none": None}
_STORAGE_TYPES = by_lower_case(
    "Standard_LRS", "Premium_LRS", "StandardSSD_LRS", "UltraSSD_LRS", "PremiumV2_LRS",
    "Premium_ZRS", "StandardSSD_ZRS",
)  # fmt: skip
_KEYS: Mapping[str, str | None] = {
    **by_lower_case(
        "EncryptionAtRestWithCustomerKey", "EncryptionAtRestWithPlatformAndCustomerKeys"
    ),
    "encryptionatrestwithplatformkey": None,
}
_DISK_SECURITY = {
    **by_lower_case(
        "TrustedLaunch",
        "ConfidentialVM_VMGuestStateOnlyEncryptedWithPlatformKey",
        "ConfidentialVM_DiskEncryptedWithPlatformKey",
        "ConfidentialVM_DiskEncryptedWithCustomerKey",
        "ConfidentialVM_NonPersistedTPM",
    ),
    "standard": None,
}
