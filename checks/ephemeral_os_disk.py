"""The documents contradict each other on the backup of ephemeral OS disks."""

from checks._disks import left_out
from scanner.api import DiskKind, Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "ephemeral-os-disk"


@check(
    "ephemeral-disk",
    cause=_CAUSE,
    reads=("hardware",),
    helps=("excluded_disks",),
    each="hardware.disks",
    skips=left_out,
)
def ephemeral_disk(_vm: Vm, edition: Edition, disk: DiskKind) -> Iterator[Finding]:
    """The OS disk is ephemeral."""
    if disk.is_ephemeral:
        message = f"The OS disk {disk.name} is ephemeral: the documents disagree on its backup."
        evidence = disk.source.evidence("diffDiskSettings.option", "Local")
        yield found(edition.one(_CAUSE, "ephemeral"), message, evidence)
    else:
        yield clear(f"The disk {disk.name} is not ephemeral.")
