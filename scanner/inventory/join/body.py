"""What stands in the VM's own body: operating system, provisioning state and disks."""

from __future__ import annotations

from typing import TypeGuard

from scanner.inventory.evidence import Source
from scanner.inventory.facts.disks import Disk
from scanner.inventory.facts.machine import OperatingSystem, Provisioning
from scanner.inventory.gap import Gap, catch_gap, present, require, unrecorded
from scanner.inventory.join.table import Table
from scanner.inventory.records import compute as records

_GIB = 2**30


def operating_system(vm: records.VirtualMachine, source: Source) -> OperatingSystem:
    """The family of the OS disk, else of the OS profile."""
    properties = present(vm.properties, source, "properties", "os")
    storage, profile = properties.storage_profile, properties.os_profile
    os_disk = storage.os_disk if storage else None
    windows = profile.windows_configuration if profile else None
    linux = profile.linux_configuration if profile else None
    os_type = os_disk.os_type.lower() if os_disk and os_disk.os_type else None
    if os_type == "windows" or (os_type is None and windows and not linux):
        asked = windows.provision_vm_agent if windows else None
        return OperatingSystem("windows", asked, source)
    if os_type == "linux" or (os_type is None and linux and not windows):
        asked = linux.provision_vm_agent if linux else None
        return OperatingSystem("linux", asked, source)
    raise unrecorded(source, "properties.storageProfile.osDisk.osType", "os")


def provisioning(vm: records.VirtualMachine, source: Source) -> Provisioning:
    """The provisioning state of the VM's model."""
    properties = present(vm.properties, source, "properties", "provisioning")
    told = properties.provisioning_state or None
    found = present(told, source, "properties.provisioningState", "provisioning")
    return Provisioning(found, source.at("properties.provisioningState"))


def disks(
    vm: records.VirtualMachine, source: Source, resources: Table[records.Disk]
) -> tuple[Disk, ...]:
    """The OS disk, then the data disks, each with its size or the gap of its size."""
    properties = present(vm.properties, source, "properties", "disks")
    storage = present(properties.storage_profile, source, "properties.storageProfile", "disks")
    at = source.at("properties.storageProfile")
    found = [
        _disk(present(storage.os_disk, at, "osDisk", "disks"), None, at.at("osDisk"), resources)
    ]
    if storage.data_disks is None:
        # Whatever else is attached was not told; the OS disk is judged all the same.
        untold = unrecorded(at, "dataDisks", "disks").gap
        return (*found, Disk("(not listed)", 0, untold, at))
    for index, disk in enumerate(storage.data_disks):
        lun = index if disk.lun is None else disk.lun
        found.append(_disk(disk, lun, at.at(f"dataDisks[{index}]"), resources))
    return tuple(found)


def _disk(
    disk: records.VmDisk, lun: int | None, at: Source, resources: Table[records.Disk]
) -> Disk:
    managed = disk.managed_disk.id if disk.managed_disk else None
    name = disk.name or (managed.name if managed else "without a name")
    if _is_size(disk.disk_size_gb):
        return Disk(name, lun, disk.disk_size_gb, at)
    if managed is None:
        return Disk(name, lun, unrecorded(at, "diskSizeGB", "disks").gap, at)
    resource = catch_gap(resources.find, managed, "disks")
    source = resources.source(managed, "properties")
    return Disk(name, lun, catch_gap(_size, resource, source), source)


def _size(disk: records.Disk | Gap, at: Source) -> int:
    """A VM's body often leaves sizes out while the VM is off; the disk resource has them."""
    properties = present(require(disk).properties, at, "", "disks")
    gib, count = properties.disk_size_gb, properties.disk_size_bytes
    if not _is_size(gib) and _is_size(count):
        return -(-count // _GIB)
    return present(gib if _is_size(gib) else None, at, "diskSizeGB", "disks")


def _is_size(value: int | None) -> TypeGuard[int]:
    return value is not None and value > 0
