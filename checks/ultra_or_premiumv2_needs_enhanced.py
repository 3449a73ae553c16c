"""Ultra disks and Premium SSD v2 need an Enhanced policy."""

from scanner.api import DiskKind, Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "ultra-or-premiumv2-needs-enhanced"


@check(
    "newer-disk",
    cause=_CAUSE,
    reads=("hardware",),
    helps=("plan",),
    each="hardware.disks",
)
def newer_disk(vm: Vm, edition: Edition, disk: DiskKind) -> Iterator[Finding]:
    """A disk is of a kind that Standard policies do not take."""
    standard = edition.one(_CAUSE, "under-standard")
    says = f"The disk {disk.name} is {disk.type or 'unmanaged'}"
    if disk.type.lower() not in standard.words:
        yield clear(f"{says}.", disk.type_evidence)
        return
    policy = vm.plan.policy
    if policy is None:
        rule = edition.one(_CAUSE, "without-policy")
        yield found(rule, f"{says}: it needs an Enhanced policy.", disk.type_evidence)
    elif policy.is_enhanced:
        yield clear(
            f"{says}, and the policy is Enhanced.", disk.type_evidence, policy.type_evidence
        )
    else:
        shown = (disk.type_evidence, policy.type_evidence)
        yield found(standard, f"{says}: it needs an Enhanced policy.", *shown)
