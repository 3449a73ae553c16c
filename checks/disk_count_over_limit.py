"""The VM has more disks than Backup supports. The documents do not say if the OS disk counts."""

from checks._disks import in_backup
from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "disk-count-over-limit"


@check("disk-count", cause=_CAUSE, reads=("hardware",), helps=("excluded_disks",))
def disk_count(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The number of data disks is at the limit or above."""
    backed_up, setting = in_backup(vm, vm.hardware.disks)
    data_disks, evidence = len(backed_up) - 1, (vm.hardware.count_evidence, *setting)
    message = f"The VM has {data_disks} data disks{' in backup' if setting else ''}."
    for rule in edition.of(_CAUSE, "data-disks-at-least"):
        if data_disks >= rule.number:
            yield found(rule, message, *evidence)
            return
    yield clear(message, *evidence)
