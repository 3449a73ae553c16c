"""Crash-consistent backup without the agent does not support all disks and sizes."""

from checks._disks import left_out
from checks._plan import NO_POLICY
from checks._size import read_size
from scanner.api import (
    DiskKind,
    Edition,
    Finding,
    Iterator,
    Vm,
    check,
    clear,
    found,
    not_applicable,
)

_CAUSE = "agentless-crash-consistent-ineligible"


def _not_crash_consistent(vm: Vm) -> Finding | None:
    """Not applicable or clear unless the policy is crash-consistent. Others have no such limits."""
    policy = vm.plan.policy
    if policy is None:
        return not_applicable(NO_POLICY)
    if policy.is_crash_consistent:
        return None
    return clear(f"The policy {policy.id.name} is not crash-consistent.", policy.evidence)


@check(
    "crash-consistent-policy",
    cause=_CAUSE,
    reads=("hardware", "plan"),
    unless=_not_crash_consistent,
)
def crash_consistent_policy(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """A crash-consistent policy is not Enhanced, or does not support the VM's size."""
    policy = vm.plan.policy
    assert policy
    if not policy.is_enhanced:
        message = f"The policy {policy.id.name} is crash-consistent but not Enhanced."
        rule = edition.one(_CAUSE, "not-enhanced")
        yield found(rule, message, policy.evidence, policy.type_evidence)
    size, evidence = read_size(vm.hardware), (policy.evidence, vm.hardware.size_evidence)
    if size.is_premium and not size.is_boost:
        yield clear(f"Crash-consistent policies support the size {vm.hardware.size}.", *evidence)
    else:
        message = (
            f"Crash-consistent policies do not support the size {vm.hardware.size},"
            " judged by its name."
        )
        yield found(edition.one(_CAUSE, "size"), message, *evidence)


@check(
    "crash-consistent-disk",
    cause=_CAUSE,
    reads=("hardware", "plan"),
    helps=("excluded_disks",),
    unless=_not_crash_consistent,
    each="hardware.disks",
    skips=left_out,
)
def crash_consistent_disk(_vm: Vm, edition: Edition, disk: DiskKind) -> Iterator[Finding]:
    """A crash-consistent policy does not support the kind of a disk."""
    rule = edition.one(_CAUSE, "disk")
    subject, source = f"The disk {disk.name}", disk.source
    if disk.is_unmanaged:
        yield found(rule, f"{subject} is unmanaged.", source.evidence("vhd", "present"))
    elif disk.is_accelerated:
        evidence = source.evidence("writeAcceleratorEnabled", True)
        yield found(rule, f"{subject} is write-accelerated.", evidence)
    elif disk.is_ephemeral:
        evidence = source.evidence("diffDiskSettings.option", "Local")
        yield found(rule, f"{subject} is ephemeral.", evidence)
    elif disk.type.lower() in rule.words:
        yield found(rule, f"{subject} is {disk.type}.", disk.type_evidence)
    elif disk.traits.shares > 1:
        evidence = disk.traits.source.evidence("maxShares", disk.traits.shares)
        yield found(rule, f"{subject} is shared.", evidence)
    else:
        yield clear(f"Crash-consistent policies support the disk {disk.name}.", disk.type_evidence)
