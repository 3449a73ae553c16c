"""What a Standard policy takes and keeps for instant restore reaches the limit."""

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
    """Backups a day times the days that they are kept come near the limit."""
    policy = vm.plan.policy
    if policy is None:
        yield not_applicable(NO_POLICY)
        return
    if policy.is_enhanced:
        yield clear("The policy is not a Standard one.", policy.type_evidence)
        return
    longest, near = edition.one(_CAUSE, "kept-days-at-most"), edition.one(_CAUSE, "kept-points")
    days = longest.number if policy.instant_days is None else policy.instant_days
    if not 1 <= days <= longest.number:
        what = f"instantRpRetentionRangeInDays that a Standard policy can have but {days}"
        raise unrecorded(policy.source, f"properties.{what}", "plan")
    says = f"The policy makes {policy.per_day:g} restore points a day and keeps them {days} days."
    shown = policy.source.evidence("properties.instantRpRetentionRangeInDays", policy.instant_days)
    if policy.per_day * days > near.number:
        yield found(near, says, shown)
    else:
        yield clear(says, shown)
