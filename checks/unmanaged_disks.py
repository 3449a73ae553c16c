"""Unmanaged disks, blobs in a storage account, are not backed up. Such VMs cannot start anymore."""

from checks._disks import left_out
from scanner.api import DiskKind, Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "unmanaged-disks"


@check(
    "unmanaged-disk",
    cause=_CAUSE,
    reads=("hardware",),
    helps=("excluded_disks",),
    each="hardware.disks",
    skips=left_out,
)
def unmanaged_disk(_vm: Vm, edition: Edition, disk: DiskKind) -> Iterator[Finding]:
    """A disk is unmanaged."""
    if disk.is_unmanaged:
        rule, evidence = edition.one(_CAUSE, "unmanaged"), disk.source.evidence("vhd", "present")
        yield found(rule, f"The disk {disk.name} is unmanaged.", evidence)
    else:
        yield clear(f"The disk {disk.name} is managed.")
