"""What a VM is made of, from its body and its disks' resources."""

from __future__ import annotations

from scanner.inventory import hardware_facts as facts
from scanner.inventory import records
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap
from scanner.inventory.join.lookup import Table
from scanner.inventory.seeing import or_gap, see, there

_FACT = "hardware"
_STANDARD = "standard"
"""A VM of the usual kind may say so, or nothing."""


def hardware(
    vm: records.VirtualMachine, source: Source, resources: Table[records.Disk]
) -> facts.Hardware:
    """Size, security type and disks of a VM."""
    properties = there(vm.properties, source, "properties", _FACT)
    sized, secured = properties.hardware_profile, properties.security_profile
    security = (secured.security_type if secured else None) or _STANDARD
    return facts.Hardware(
        size=(sized.vm_size if sized else None) or None,
        security_type=None if security.lower() == _STANDARD else security,
        known_disks=or_gap(_disks, properties, source, resources),
        source=source,
    )


def _disks(
    properties: records.VmProperties, source: Source, resources: Table[records.Disk]
) -> tuple[facts.DiskKind, ...]:
    storage = there(properties.storage_profile, source, "properties.storageProfile", _FACT)
    at = source.at("properties.storageProfile")
    system = there(storage.os_disk, at, "osDisk", _FACT)
    data = there(storage.data_disks, at, "dataDisks", _FACT)
    return (
        _disk(system, at.at("osDisk"), resources),
        *(_disk(each, at.at(f"dataDisks[{n}]"), resources) for n, each in enumerate(data)),
    )


def _disk(disk: records.VmDisk, at: Source, resources: Table[records.Disk]) -> facts.DiskKind:
    local = disk.diff_disk_settings.option if disk.diff_disk_settings else None
    ephemeral = (local or "").lower() == "local"
    managed = disk.managed_disk.id if disk.managed_disk else None
    told = disk.managed_disk.storage_account_type if disk.managed_disk else None
    kind: str | Gap = told or ""
    shares: int | Gap = 1
    name = disk.name or (managed.name if managed else "without a name")
    if managed and not ephemeral:
        resource = or_gap(resources.find, managed, _FACT)
        of = resources.source(managed)
        # A VM's body leaves the type out while the VM is off.
        kind = kind or or_gap(_type, resource, of)
        shares = or_gap(_shares, resource, of)
    return facts.DiskKind(name, kind, shares, disk.write_accelerator_enabled is True, ephemeral, at)


def _type(disk: records.Disk | Gap, at: Source) -> str:
    sku = there(see(disk).sku, at, "sku", _FACT)
    return there(sku.name or None, at, "sku.name", _FACT)


def _shares(disk: records.Disk | Gap, at: Source) -> int:
    """Absent means that it cannot be shared (REST API reference, Disk)."""
    properties = there(see(disk).properties, at, "properties", _FACT)
    return properties.max_shares or 1
