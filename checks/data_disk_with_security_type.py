"""The OS disk of a Trusted Launch VM cannot be backed up as a data disk of another VM."""

from checks._disks import left_out
from scanner.api import DiskKind, Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "data-disk-with-security-type"


@check(
    "disk-security",
    cause=_CAUSE,
    reads=("hardware",),
    helps=("excluded_disks",),
    each="hardware.disks",
    skips=left_out,
)
def disk_security(_vm: Vm, edition: Edition, disk: DiskKind) -> Iterator[Finding]:
    """A data disk has a security type."""
    if disk.is_os:
        yield clear(f"The disk {disk.name} is the OS disk.")
        return
    security_type = disk.traits.security_type
    evidence = disk.traits.source.evidence("securityProfile.securityType", security_type)
    if security_type is None:
        yield clear(f"The data disk {disk.name} has no security type.", evidence)
    else:
        message = f"The data disk {disk.name} has the security type {security_type}."
        yield found(edition.one(_CAUSE, "secured-data-disk"), message, evidence)
