"""What stands in the VM's own body: operating system, provisioning state and disks."""

from __future__ import annotations

from typing import TypeGuard

from scanner.inventory import facts, records
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap
from scanner.inventory.join.lookup import Table
from scanner.inventory.seeing import or_gap, see, there, unrecorded

_GIB = 2**30


def operating_system(vm: records.VirtualMachine, source: Source) -> facts.OperatingSystem:
    """The family of the OS disk, else of the OS profile."""
    properties = there(vm.properties, source, "properties", "os")
    storage, profile = properties.storage_profile, properties.os_profile
    os_disk = storage.os_disk if storage else None
    windows = profile.windows_configuration if profile else None
    linux = profile.linux_configuration if profile else None
    os_type = os_disk.os_type.lower() if os_disk and os_disk.os_type else None
    if os_type == "windows" or (os_type is None and windows and not linux):
        asked = windows.provision_vm_agent if windows else None
        return facts.OperatingSystem("windows", asked, source)
    if os_type == "linux" or (os_type is None and linux and not windows):
        asked = linux.provision_vm_agent if linux else None
        return facts.OperatingSystem("linux", asked, source)
    raise unrecorded(source, "properties.storageProfile.osDisk.osType", "os")


def provisioning(vm: records.VirtualMachine, source: Source) -> facts.Provisioning:
    """The provisioning state of the VM's model."""
    properties = there(vm.properties, source, "properties", "provisioning")
    told = properties.provisioning_state or None
    found = there(told, source, "properties.provisioningState", "provisioning")
    return facts.Provisioning(found, source.at("properties.provisioningState"))


def disks(
    vm: records.VirtualMachine, source: Source, resources: Table[records.Disk]
) -> tuple[facts.Disk, ...]:
    """The OS disk, then the data disks, each with its size or the gap of its size."""
    properties = there(vm.properties, source, "properties", "disks")
    storage = there(properties.storage_profile, source, "properties.storageProfile", "disks")
    at = source.at("properties.storageProfile")
    found = [_disk(there(storage.os_disk, at, "osDisk", "disks"), None, at.at("osDisk"), resources)]
    if storage.data_disks is None:
        # Whatever else is attached was not told; the OS disk is judged all the same.
        untold = unrecorded(at, "dataDisks", "disks").gap
        return (*found, facts.Disk("(not listed)", 0, untold, at))
    for index, disk in enumerate(storage.data_disks):
        lun = index if disk.lun is None else disk.lun
        found.append(_disk(disk, lun, at.at(f"dataDisks[{index}]"), resources))
    return tuple(found)


def _disk(
    disk: records.VmDisk, lun: int | None, at: Source, resources: Table[records.Disk]
) -> facts.Disk:
    managed = disk.managed_disk.id if disk.managed_disk else None
    name = disk.name or (managed.name if managed else "without a name")
    if _is_size(disk.disk_size_gb):
        return facts.Disk(name, lun, disk.disk_size_gb, at)
    if managed is None:
        return facts.Disk(name, lun, unrecorded(at, "diskSizeGB", "disks").gap, at)
    resource = or_gap(resources.find, managed, "disks")
    source = resources.source(managed, "properties")
    return facts.Disk(name, lun, or_gap(_size, resource, source), source)


def _size(disk: records.Disk | Gap, at: Source) -> int:
    """A VM's body often leaves sizes out while the VM is off; the disk resource has them."""
    properties = there(see(disk).properties, at, "", "disks")
    gib, count = properties.disk_size_gb, properties.disk_size_bytes
    if not _is_size(gib) and _is_size(count):
        return -(-count // _GIB)
    return there(gib if _is_size(gib) else None, at, "diskSizeGB", "disks")


def _is_size(value: int | None) -> TypeGuard[int]:
    return value is not None and value > 0
