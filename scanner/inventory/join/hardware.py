"""What a VM is made of, from its body and its disks' resources."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.facts import disks as facts
from scanner.inventory.gap import Gap, catch_gap, present, require, unrecorded
from scanner.inventory.join.table import Table
from scanner.inventory.records import compute as records

_FACT = "hardware"


def hardware(
    vm: records.VirtualMachine, source: Source, resources: Table[records.Disk]
) -> facts.Hardware:
    """Size, security type and disks of a VM."""
    properties = present(vm.properties, source, "properties", _FACT)
    sized = properties.hardware_profile
    return facts.Hardware(
        size=(sized.vm_size if sized else None) or None,
        known_security_type=catch_gap(_security, properties, source),
        known_disks=catch_gap(_disks, properties, source, resources),
        source=source,
    )


def _security(properties: records.VmProperties, source: Source) -> str | None:
    told = properties.security_profile.security_type if properties.security_profile else None
    return _known(told, _SECURITY, source, "properties.securityProfile.securityType")


def _disks(
    properties: records.VmProperties, source: Source, resources: Table[records.Disk]
) -> tuple[facts.DiskKind, ...]:
    storage = present(properties.storage_profile, source, "properties.storageProfile", _FACT)
    at = source.at("properties.storageProfile")
    system = present(storage.os_disk, at, "osDisk", _FACT)
    data = present(storage.data_disks, at, "dataDisks", _FACT)
    return (
        _disk(system, at.at("osDisk"), resources, is_os=True),
        *(
            _disk(each, at.at(f"dataDisks[{n}]"), resources, is_os=False)
            for n, each in enumerate(data)
        ),
    )


def _disk(
    disk: records.VmDisk, at: Source, resources: Table[records.Disk], *, is_os: bool
) -> facts.DiskKind:
    local = catch_gap(_is_local, disk, at)
    managed = disk.managed_disk.id if disk.managed_disk else None
    kind: Evidence | Gap = at.evidence("managedDisk", None)
    traits: facts.DiskTraits | Gap = _no_traits(at)
    if local is not True and disk.vhd is None:
        wanted = catch_gap(present, managed, at, "managedDisk.id", _FACT)
        resource = wanted if isinstance(wanted, Gap) else catch_gap(resources.find, wanted, _FACT)
        of = resources.source(managed) if managed else at
        kind = catch_gap(_type, disk, at, resource, of)
        traits = catch_gap(_traits, resource, of)
    return facts.DiskKind(
        name=disk.name or (managed.name if managed else "without a name"),
        is_os=is_os,
        is_accelerated=disk.write_accelerator_enabled is True,
        known_ephemeral=local,
        known_unmanaged=catch_gap(_is_unmanaged, disk, at),
        known_encrypted=catch_gap(_is_on, disk.encryption_settings, at, "encryptionSettings"),
        known_type=kind,
        known_traits=traits,
        source=at,
    )


def _is_local(disk: records.VmDisk, at: Source) -> bool:
    told = disk.diff_disk_settings.option if disk.diff_disk_settings else None
    return _known(told, _LOCAL, at, "diffDiskSettings.option") is not None


def _type(disk: records.VmDisk, at: Source, resource: records.Disk | Gap, of: Source) -> Evidence:
    """By the VM's body, which leaves it out while the VM is off, else by the disk's."""
    told = disk.managed_disk.storage_account_type if disk.managed_disk else None
    if told:
        _known(told, _TYPES, at, "managedDisk.storageAccountType")
        return at.evidence("managedDisk.storageAccountType", told)
    sku = present(require(resource).sku, of, "sku", _FACT)
    present(_known(sku.name, _TYPES, of, "sku.name"), of, "sku.name", _FACT)
    return of.evidence("sku.name", sku.name)


def _traits(disk: records.Disk | Gap, of: Source) -> facts.DiskTraits:
    """Without ``maxShares`` it cannot be shared (REST API reference, Disk)."""
    properties = present(require(disk).properties, of, "properties", _FACT)
    at, security = of.at("properties"), properties.security_profile
    encryption, platform = properties.encryption_settings_collection, properties.encryption
    kind, path = security.security_type if security else None, "securityProfile.securityType"
    mode = properties.data_access_auth_mode
    return facts.DiskTraits(
        known_shares=catch_gap(_shares, properties.max_shares, at),
        known_auth_mode=catch_gap(_known, mode, _MODES, at, "dataAccessAuthMode"),
        known_security_type=catch_gap(_known, kind, _DISK_SECURITY, at, path),
        known_encrypted=catch_gap(_is_on, encryption, at, "encryptionSettingsCollection"),
        known_key=catch_gap(
            _known, platform.type if platform else None, _KEYS, at, "encryption.type"
        ),
        source=at,
    )


def _no_traits(at: Source) -> facts.DiskTraits:
    """Of a disk that has no resource of its own."""
    return facts.DiskTraits(
        known_shares=1,
        known_auth_mode=None,
        known_security_type=None,
        known_encrypted=False,
        known_key=None,
        source=at,
    )


def _is_unmanaged(disk: records.VmDisk, at: Source) -> bool:
    if disk.vhd is None:
        present(disk.managed_disk, at, "managedDisk or vhd", _FACT)
    return disk.vhd is not None


def _is_on(told: records.Encryption | None, at: Source, path: str) -> bool:
    return told is not None and present(told.enabled, at, f"{path}.enabled", _FACT)


def _shares(told: int | None, at: Source) -> int:
    if told is not None and told < 1:
        raise unrecorded(at, f"maxShares that can be but {told}", _FACT)
    return told or 1


def _known(told: str | None, words: Mapping[str, str | None], at: Source, path: str) -> str | None:
    """A word as the reference spells it; raises ``Unseen`` for one that it does not have."""
    if (told or "").lower() not in words:
        raise unrecorded(at, f"{path} that is known but {told!r}", _FACT)
    return words[(told or "").lower()]


def _words(*words: str, plain: str | None = None) -> Mapping[str, str | None]:
    """By their lower case; one that stands for the usual kind is None, as nothing is."""
    known: dict[str, str | None] = {word.lower(): word for word in words}
    return {**known, "": None, **({plain: None} if plain else {})}


# Enumerations of the REST API reference (Virtual Machines and Disks, 2025-04-01).
_SECURITY = _words("TrustedLaunch", "ConfidentialVM", plain="standard")
_LOCAL = _words("Local")
_MODES = _words("AzureActiveDirectory", plain="none")
_TYPES = _words(
    "Standard_LRS", "Premium_LRS", "StandardSSD_LRS", "UltraSSD_LRS", "PremiumV2_LRS",
    "Premium_ZRS", "StandardSSD_ZRS",
)  # fmt: skip
_KEYS = _words(
    "EncryptionAtRestWithCustomerKey",
    "EncryptionAtRestWithPlatformAndCustomerKeys",
    plain="encryptionatrestwithplatformkey",
)
_DISK_SECURITY = _words(
    "TrustedLaunch",
    "ConfidentialVM_VMGuestStateOnlyEncryptedWithPlatformKey",
    "ConfidentialVM_DiskEncryptedWithPlatformKey",
    "ConfidentialVM_DiskEncryptedWithCustomerKey",
    "ConfidentialVM_NonPersistedTPM",
    plain="standard",
)
