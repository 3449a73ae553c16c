"""Backups fail of disks whose data only identities of Entra ID may read."""

from scanner.api import DiskKind, Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "disk-entra-data-access"


@check("entra-access", cause=_CAUSE, reads=("hardware",), each="hardware.disks")
def entra_access(_vm: Vm, edition: Edition, disk: DiskKind) -> Iterator[Finding]:
    """A disk gives its data to identities of Entra ID alone."""
    mode = disk.traits.auth_mode
    shown = disk.traits.source.evidence("dataAccessAuthMode", mode)
    if mode is None:
        yield clear(f"The disk {disk.name} does not ask for Entra ID.", shown)
    else:
        says = f"The disk {disk.name} gives its data to identities of Entra ID alone."
        yield found(edition.one(_CAUSE, "entra-only"), says, shown)
