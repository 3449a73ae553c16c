"""The VM has more disks than Backup supports. The documents do not say if the OS disk counts."""

from checks._disks import note_excluded, sort_out
from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "disk-count-over-limit"


@check("disk-count", cause=_CAUSE, reads=("hardware",), helps=("excluded_disks",))
def disk_count(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The number of data disks is at the limit or above."""
    disks, rules = vm.hardware.disks, edition.of(_CAUSE, "data-disks-at-least")
    backed_up, excluded, setting = sort_out(vm, disks)
    data_disks, evidence = len(backed_up) - 1, (vm.hardware.count_evidence, *setting)
    message = f"The VM has {data_disks} data disks{' in backup' if setting else ''}."
    if any(len(disks) - 1 >= rule.number for rule in rules):
        yield from note_excluded(excluded, setting)
    for rule in rules:
        if data_disks >= rule.number:
            yield found(rule, message, *evidence)
            return
    yield clear(message, *evidence)
