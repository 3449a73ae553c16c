"""Disks that backup leaves out: no cause of a disk is judged for them."""

from collections.abc import Iterable
from typing import TypeVar

from scanner.api import Disk, DiskKind, Evidence, ExcludedDisks, Finding, Vm, not_applicable

D = TypeVar("D", Disk, DiskKind)


def left_out(vm: Vm, disk: Disk | DiskKind) -> Finding | None:
    """Not applicable if backup leaves the disk out. Raises ``Unseen`` if that was not read."""
    excluded = vm.excluded_disks
    if not _contains(excluded, disk):
        return None
    return not_applicable(f"The disk {disk.name} is excluded from backup.", *excluded.evidence)


def in_backup(vm: Vm, disks: Iterable[D]) -> tuple[list[D], tuple[Evidence, ...]]:
    """The disks without those that are known to be left out, and the evidence if any is."""
    found, excluded = list(disks), vm.if_seen("excluded_disks")
    if not isinstance(excluded, ExcludedDisks):
        return found, ()
    backed_up = [disk for disk in found if not _contains(excluded, disk)]
    return backed_up, excluded.evidence if len(backed_up) < len(found) else ()


def _contains(excluded: ExcludedDisks, disk: Disk | DiskKind) -> bool:
    """False for a disk whose LUN is not known: backup may take it."""
    has_lun = isinstance(disk, DiskKind) or disk.has_lun
    return has_lun and excluded.contains(disk.lun)
