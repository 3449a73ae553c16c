"""The OS disk of a Trusted Launch VM cannot be backed up as another VM's data disk."""

from scanner.api import DiskKind, Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "data-disk-with-security-type"


@check("disk-security", cause=_CAUSE, reads=("hardware",), each="hardware.disks")
def disk_security(_vm: Vm, edition: Edition, disk: DiskKind) -> Iterator[Finding]:
    """A data disk has a security type."""
    if disk.is_os:
        yield clear(f"The disk {disk.name} is the OS disk.")
        return
    kind = disk.traits.security_type
    shown = disk.traits.source.evidence("securityProfile.securityType", kind)
    if kind is None:
        yield clear(f"The data disk {disk.name} has no security type.", shown)
    else:
        says = f"The data disk {disk.name} has the security type {kind}."
        yield found(edition.one(_CAUSE, "secured-data-disk"), says, shown)
