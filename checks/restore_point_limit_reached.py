"""The VM has as many restore points as its policy, or Compute, can keep."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "restore-point-limit-reached"


@check("restore-point-count", cause=_CAUSE, reads=("restore_points",), helps=("plan",))
def restore_point_count(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The restore points are at a limit, or near it."""
    points = vm.restore_points
    shown = [each.evidence for each in points.collections]
    says = f"The VM has {points.count} restore points."
    for rule in edition.of(_CAUSE, "points"):
        if points.count >= rule.number:
            yield found(rule, f"{says} No VM can have more than {rule.number}.", *shown)
            return
    most = edition.one(_CAUSE, "points-under-standard")
    # A policy that is not known may be a Standard one, of which the limit may be near.
    near = edition.one(_CAUSE, "points-near-standard")
    if points.count < min(most.number, near.number):
        yield clear(says, *shown)
        return
    policy = vm.plan.policy
    if policy and policy.is_enhanced:
        yield clear(f"{says} An Enhanced policy keeps more.", *shown, policy.type_evidence)
        return
    rule = most if policy and points.count >= most.number else near
    yield found(rule, f"{says} A Standard policy can keep no more than {most.number}.", *shown)
