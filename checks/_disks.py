"""Disks that are excluded from backup: no cause of a disk is judged for them."""

from collections.abc import Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from scanner.api import (
    Disk,
    DiskKind,
    Evidence,
    ExcludedDisks,
    Finding,
    Iterator,
    Vm,
    not_applicable,
    noted,
)

D = TypeVar("D", Disk, DiskKind)


def left_out(vm: Vm, disk: Disk | DiskKind) -> Finding | None:
    """Not applicable if the disk is excluded from backup. Raises ``Unseen`` if that is unread."""
    excluded = vm.excluded_disks
    if not _contains(excluded, disk):
        return None
    return not_applicable(f"The disk {disk.name} is excluded from backup.", *excluded.evidence)


class Sorted(NamedTuple, Generic[D]):
    """Disks of a VM, by whether backup takes them."""

    backed_up: list[D]
    excluded: list[D]
    """The disks that are known to be excluded."""
    setting: tuple[Evidence, ...]
    """The setting that excludes them. Empty if no disk is excluded."""


def sort_out(vm: Vm, disks: Iterable[D]) -> Sorted[D]:
    """The disks that backup takes or may take, and those that it excludes."""
    seen = vm.if_seen("excluded_disks")
    settings = seen if isinstance(seen, ExcludedDisks) else ExcludedDisks()
    backed_up: list[D] = []
    excluded: list[D] = []
    for disk in disks:
        (excluded if _contains(settings, disk) else backed_up).append(disk)
    return Sorted(backed_up, excluded, settings.evidence if excluded else ())


def note_excluded(disks: Sequence[D], setting: Iterable[Evidence]) -> Iterator[Finding]:
    """A note on disks that would count if backup did not exclude them."""
    if disks:
        names = ", ".join(disk.name for disk in disks)
        which = f"The disk {names} is" if len(disks) == 1 else f"The disks {names} are"
        yield noted(not_applicable(f"{which} excluded from backup.", *setting))


def _contains(excluded: ExcludedDisks, disk: Disk | DiskKind) -> bool:
    """False for a disk whose LUN is not known: backup may take it."""
    return excluded.contains(disk.lun) and (isinstance(disk, DiskKind) or disk.has_lun)
