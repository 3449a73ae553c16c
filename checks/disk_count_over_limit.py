"""The VM has more disks than Backup supports; whether the OS disk counts is not documented."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "disk-count-over-limit"


@check("disk-count", cause=_CAUSE, reads=("hardware",))
def disk_count(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The data disks are more than the limit, or as many."""
    data, shown = len(vm.hardware.disks) - 1, vm.hardware.count_evidence
    for rule in edition.of(_CAUSE, "data-disks-at-least"):
        if data >= rule.number:
            yield found(rule, f"The VM has {data} data disks.", shown)
            return
    yield clear(f"The VM has {data} data disks.", shown)
