"""Blobs in a storage account are not backed up, and such VMs cannot start any more."""

from scanner.api import DiskKind, Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "unmanaged-disks"


@check("unmanaged-disk", cause=_CAUSE, reads=("hardware",), each="hardware.disks")
def unmanaged_disk(_vm: Vm, edition: Edition, disk: DiskKind) -> Iterator[Finding]:
    """A disk is unmanaged."""
    if disk.is_unmanaged:
        shown = disk.source.evidence("vhd", "present")
        yield found(edition.one(_CAUSE, "unmanaged"), f"The disk {disk.name} is unmanaged.", shown)
    else:
        yield clear(f"The disk {disk.name} is managed.")
