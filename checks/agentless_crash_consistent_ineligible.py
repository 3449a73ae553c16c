"""Crash-consistent snapshots without the agent are not taken of every disk and size."""

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
    """Only a crash-consistent policy has these limits."""
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
    """A crash-consistent policy is not Enhanced, or the VM's size is none that it takes."""
    policy = vm.plan.policy
    assert policy
    if not policy.is_enhanced:
        says = f"The policy {policy.id.name} is crash-consistent and not Enhanced."
        rule = edition.one(_CAUSE, "not-enhanced")
        yield found(rule, says, policy.evidence, policy.type_evidence)
    size, shown = read_size(vm.hardware), (policy.evidence, vm.hardware.size_evidence)
    if size.is_premium and not size.is_boost:
        yield clear(f"The size {vm.hardware.size} is one that such policies take.", *shown)
    else:
        says = f"By its name the size {vm.hardware.size} is none that such policies take."
        yield found(edition.one(_CAUSE, "size"), says, *shown)


@check(
    "crash-consistent-disk",
    cause=_CAUSE,
    reads=("hardware", "plan"),
    unless=_not_crash_consistent,
    each="hardware.disks",
)
def crash_consistent_disk(_vm: Vm, edition: Edition, disk: DiskKind) -> Iterator[Finding]:
    """A disk is of a kind that no crash-consistent policy takes."""
    rule = edition.one(_CAUSE, "disk")
    says, source = f"The disk {disk.name} is", disk.source
    if disk.is_unmanaged:
        yield found(rule, f"{says} unmanaged.", source.evidence("vhd", "present"))
    elif disk.is_accelerated:
        shown = source.evidence("writeAcceleratorEnabled", True)
        yield found(rule, f"{says} write-accelerated.", shown)
    elif disk.is_ephemeral:
        shown = source.evidence("diffDiskSettings.option", "Local")
        yield found(rule, f"{says} ephemeral.", shown)
    elif disk.type.lower() in rule.words:
        yield found(rule, f"{says} {disk.type}.", disk.type_evidence)
    elif disk.traits.shares > 1:
        shown = disk.traits.source.evidence("maxShares", disk.traits.shares)
        yield found(rule, f"{says} shared.", shown)
    else:
        yield clear(f"{says} of a kind that such policies take.", disk.type_evidence)
