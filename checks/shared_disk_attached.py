"""A shared disk cannot be backed up. An Enhanced policy can exclude it."""

from checks._disks import left_out
from scanner.api import DiskKind, Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "shared-disk-attached"


@check(
    "shared-disk",
    cause=_CAUSE,
    reads=("hardware",),
    helps=("plan", "excluded_disks"),
    each="hardware.disks",
    skips=left_out,
)
def shared_disk(vm: Vm, edition: Edition, disk: DiskKind) -> Iterator[Finding]:
    """A disk is shared."""
    shares = disk.traits.shares
    evidence = disk.traits.source.evidence("maxShares", shares)
    if shares < 2:
        yield clear(f"The disk {disk.name} is not shared.", evidence)
        return
    policy = vm.plan.policy
    if policy and policy.is_enhanced:
        rule, advice = edition.one(_CAUSE, "shared-under-enhanced"), "exclude it from the backup"
    else:
        rule, advice = edition.one(_CAUSE, "shared"), "it cannot be backed up"
    yield found(rule, f"The disk {disk.name} is shared: {advice}.", evidence)
