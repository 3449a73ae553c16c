"""What the body of a VM repeats of its disks: a change of a disk changes it, too.

The body has the size and the storage type of each disk (REST API reference, Virtual Machines). A
plan that changes the disk's resource alone does not say them of the VM.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap
from scanner.inventory.records.compute import VirtualMachine, VmDisk
from scanner.plan.planned import Planned, Unknown

_SIZE, _TYPE = ("properties", "diskSizeGB"), ("sku", "name")


def without_copies(
    vms: Iterable[VirtualMachine | Gap | None], disks: Mapping[ArmId, Iterable[Planned]]
) -> Iterator[VirtualMachine]:
    """The VMs whose bodies repeat what changes of a disk, without that. The disk says it."""
    changed = {id_: _changed(changes) for id_, changes in disks.items()}
    changed = {id_: paths for id_, paths in changed.items() if paths}
    for vm in vms if changed else ():
        properties = vm.properties if isinstance(vm, VirtualMachine) else None
        storage = properties.storage_profile if properties else None
        if vm is None or type(vm) is Gap or properties is None or storage is None:
            continue
        os_disk = storage.os_disk and _without(storage.os_disk, changed)
        data_disks = storage.data_disks and tuple(
            _without(disk, changed) for disk in storage.data_disks
        )
        now = replace(storage, os_disk=os_disk, data_disks=data_disks)
        if now != storage:
            yield replace(vm, properties=replace(properties, storage_profile=now))


def _changed(changes: Iterable[Planned]) -> set[tuple[str, ...]]:
    """Which of the two a plan changes of a disk."""
    return {
        path
        for change in changes
        if change.action != "delete" and not change.changes_nothing
        for path in (_SIZE, _TYPE)
        if _value(change.body, path) != _value(change.before, path)
    }


def _value(body: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        if isinstance(body, Unknown):
            return body
        body = body.get(step) if isinstance(body, Mapping) else None
    return body


def _without(disk: VmDisk, changed: Mapping[ArmId, set[tuple[str, ...]]]) -> VmDisk:
    """A disk of a VM without what changes of it."""
    managed = disk.managed_disk
    paths = changed.get(managed.id) if managed and managed.id else None
    if managed is None or paths is None:
        return disk
    if _SIZE in paths:
        disk = replace(disk, disk_size_gb=None)
    if _TYPE in paths:
        disk = replace(disk, managed_disk=replace(managed, storage_account_type=None))
    return disk
