"""The VM has more disks than Backup supports. The documents do not say if the OS disk counts."""

from checks._disks import left_out
from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "disk-count-over-limit"


@check("disk-count", cause=_CAUSE, reads=("hardware",), helps=("excluded_disks",))
def disk_count(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The number of data disks is at the limit or above."""
    left = sum(left_out(vm, disk) is not None for disk in vm.hardware.disks)
    data_disks, evidence = len(vm.hardware.disks) - 1 - left, vm.hardware.count_evidence
    message = f"The VM has {data_disks} data disks{' in backup' if left else ''}."
    for rule in edition.of(_CAUSE, "data-disks-at-least"):
        if data_disks >= rule.number:
            yield found(rule, message, evidence)
            return
    yield clear(message, evidence)
