"""What a VM is made of, from its body and its disks' resources."""

from __future__ import annotations

from scanner.inventory import hardware_facts as facts
from scanner.inventory import records
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap
from scanner.inventory.join.lookup import Table
from scanner.inventory.seeing import or_gap, see, there, unrecorded

_FACT = "hardware"
_SECURITY = {"standard": None, "trustedlaunch": "TrustedLaunch", "confidentialvm": "ConfidentialVM"}
"""SecurityTypes (REST API reference, SecurityProfile); a VM of the usual kind may say nothing."""


def hardware(
    vm: records.VirtualMachine, source: Source, resources: Table[records.Disk]
) -> facts.Hardware:
    """Size, security type and disks of a VM."""
    properties = there(vm.properties, source, "properties", _FACT)
    sized = properties.hardware_profile
    return facts.Hardware(
        size=(sized.vm_size if sized else None) or None,
        known_security_type=or_gap(_security, properties, source),
        known_disks=or_gap(_disks, properties, source, resources),
        source=source,
    )


def _security(properties: records.VmProperties, source: Source) -> str | None:
    told = properties.security_profile.security_type if properties.security_profile else None
    if (told or "standard").lower() not in _SECURITY:
        what = f"properties.securityProfile.securityType that is known but {told!r}"
        raise unrecorded(source, what, _FACT)
    return _SECURITY[(told or "standard").lower()]


def _disks(
    properties: records.VmProperties, source: Source, resources: Table[records.Disk]
) -> tuple[facts.DiskKind, ...]:
    storage = there(properties.storage_profile, source, "properties.storageProfile", _FACT)
    at = source.at("properties.storageProfile")
    system = there(storage.os_disk, at, "osDisk", _FACT)
    data = there(storage.data_disks, at, "dataDisks", _FACT)
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
    local = disk.diff_disk_settings.option if disk.diff_disk_settings else None
    managed = disk.managed_disk.id if disk.managed_disk else None
    is_ephemeral, is_unmanaged = (local or "").lower() == "local", disk.vhd is not None
    kind: str | Gap = (disk.managed_disk.storage_account_type if disk.managed_disk else None) or ""
    traits: facts.DiskTraits | Gap = _NONE
    if not (is_ephemeral or is_unmanaged):
        wanted = or_gap(there, managed, at, "managedDisk.id", _FACT)
        resource = wanted if isinstance(wanted, Gap) else or_gap(resources.find, wanted, _FACT)
        of = resources.source(managed) if managed else at
        # A VM's body leaves the type out while the VM is off.
        kind = kind or or_gap(_type, resource, of)
        traits = or_gap(_traits, resource, of)
    return facts.DiskKind(
        name=disk.name or (managed.name if managed else "without a name"),
        is_os=is_os,
        is_accelerated=disk.write_accelerator_enabled is True,
        is_ephemeral=is_ephemeral,
        is_unmanaged=is_unmanaged,
        known_type=kind,
        known_traits=traits,
        source=at,
    )


_NONE = facts.DiskTraits(1, None, None)
"""Of a disk that has no resource of its own."""


def _type(disk: records.Disk | Gap, at: Source) -> str:
    sku = there(see(disk).sku, at, "sku", _FACT)
    return there(sku.name or None, at, "sku.name", _FACT)


def _traits(disk: records.Disk | Gap, at: Source) -> facts.DiskTraits:
    """Without ``maxShares`` it cannot be shared (REST API reference, Disk)."""
    properties = there(see(disk).properties, at, "properties", _FACT)
    security = properties.security_profile
    return facts.DiskTraits(
        properties.max_shares or 1,
        properties.data_access_auth_mode or None,
        (security.security_type if security else None) or None,
    )
