"""Disks that backup leaves out: no cause of a disk is judged for them."""

from scanner.api import Disk, DiskKind, ExcludedDisks, Finding, Vm, not_applicable


def left_out(vm: Vm, disk: Disk | DiskKind) -> Finding | None:
    """Not applicable if backup leaves the disk out.

    If that was not read, the disk is judged as if it were backed up.
    """
    excluded = vm.if_seen("excluded_disks")
    if not isinstance(excluded, ExcludedDisks) or not excluded.contains(disk.lun):
        return None
    return not_applicable(f"Backup leaves the disk {disk.name} out.", *excluded.evidence)
