"""Disks that are larger than we allow, whatever Azure Backup supports."""

from scanner.api import Disk, Edition, Finding, Iterator, Rule, Vm, check, clear, found

_CAUSE = "disk-size-unsupported"
_LIMIT_GIB = 4096
_SAYS = "our restores are timed for disks of at most 4,096 GiB"


@check("third-party-check-disk-size", cause=_CAUSE, reads=("disks",), each="disks")
def disk_size(_vm: Vm, edition: Edition, disk: Disk) -> Iterator[Finding]:
    """A disk is larger than our own limit."""
    message = f"The {disk} has {disk.size_gib:,} GiB."
    if disk.size_gib > _LIMIT_GIB:
        rule = Rule(edition.id, _CAUSE, "disk-larger-than", "possible", (), _SAYS, _LIMIT_GIB)
        yield found(rule, message, disk.evidence)
    else:
        yield clear(message, disk.evidence)
