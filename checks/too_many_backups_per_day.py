"""A Standard policy makes and keeps as many restore points as Azure Backup allows."""

from checks._plan import NO_POLICY
from scanner.api import (
    Edition,
    Finding,
    Iterator,
    Vm,
    check,
    clear,
    found,
    not_applicable,
    unrecorded,
)

_CAUSE = "too-many-backups-per-day"


@check("backups-kept", cause=_CAUSE, reads=("plan",))
def backups_kept(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """Backups per day times the days that they are kept come near the limit."""
    policy = vm.plan.policy
    if policy is None:
        yield not_applicable(NO_POLICY)
        return
    if policy.is_enhanced:
        yield clear("The policy is Enhanced, not Standard.", policy.type_evidence)
        return
    longest, near = edition.one(_CAUSE, "kept-days-at-most"), edition.one(_CAUSE, "kept-points")
    days = longest.number if policy.instant_days is None else policy.instant_days
    if not 1 <= days <= longest.number:
        what = f"instantRpRetentionRangeInDays that a Standard policy can have, only {days}"
        raise unrecorded(policy.source, f"properties.{what}", "plan")
    message = (
        f"The policy makes {policy.per_day:g} restore points per day and keeps them {days} days."
    )
    evidence = policy.source.evidence(
        "properties.instantRpRetentionRangeInDays", policy.instant_days
    )
    if policy.per_day * days > near.number:
        yield found(near, message, evidence)
    else:
        yield clear(message, evidence)
