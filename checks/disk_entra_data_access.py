"""Backup fails for disks that give data access to Microsoft Entra identities only."""

from checks._disks import left_out
from scanner.api import DiskKind, Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "disk-entra-data-access"


@check(
    "entra-access",
    cause=_CAUSE,
    reads=("hardware",),
    helps=("excluded_disks",),
    each="hardware.disks",
    skips=left_out,
)
def entra_access(_vm: Vm, edition: Edition, disk: DiskKind) -> Iterator[Finding]:
    """A disk gives data access to Microsoft Entra identities only."""
    mode = disk.traits.auth_mode
    evidence = disk.traits.source.evidence("dataAccessAuthMode", mode)
    if mode is None:
        yield clear(f"The disk {disk.name} needs no Microsoft Entra identity.", evidence)
    else:
        message = f"The disk {disk.name} gives data access to Microsoft Entra identities only."
        yield found(edition.one(_CAUSE, "entra-only"), message, evidence)
