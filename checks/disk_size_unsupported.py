"""A disk is, or all disks of a VM together are, larger than Backup supports."""

from checks._disks import left_out, note_excluded, sort_out
from scanner.api import Disk, Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "disk-size-unsupported"


@check(
    "disk-size",
    cause=_CAUSE,
    reads=("disks",),
    helps=("excluded_disks",),
    each="disks",
    skips=left_out,
)
def disk_size(_vm: Vm, edition: Edition, disk: Disk) -> Iterator[Finding]:
    """A disk is larger than the limit."""
    size = disk.size_gib
    for rule in edition.of(_CAUSE, "disk-larger-than"):
        if size > rule.number:
            message = f"The {disk} has {size:,} GiB, more than {rule.number:,}."
            yield found(rule, message, disk.evidence)
            return
    yield clear(f"The {disk} has {size:,} GiB.", disk.evidence)


@check("disks-together", cause=_CAUSE, reads=("disks",), helps=("excluded_disks",))
def disks_together(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """All disks together are larger than the limit."""
    total, rules = 0, edition.of(_CAUSE, "disks-together-larger-than")
    if not rules:
        yield clear("This edition has no limit on all disks together.")
        return
    backed_up, excluded, setting = sort_out(vm, vm.disks)
    evidence, which = list(setting), "disks in backup" if setting else "disks"
    known = sum([disk.size_gib for disk in vm.disks if disk.is_sized])
    if any(known > rule.number for rule in rules):
        yield from note_excluded(excluded, setting)
    # Disks of known size come first: they may decide before an unknown size raises.
    for disk in sorted(backed_up, key=lambda disk: not disk.is_sized):
        total += disk.size_gib
        evidence.append(disk.evidence)
        for rule in rules:
            if total > rule.number:
                message = (
                    f"{which.capitalize()} together have {total:,} GiB, more than {rule.number:,}."
                )
                yield found(rule, message, *evidence)
                return
    yield clear(f"All {which} together have {total:,} GiB.", *evidence)
