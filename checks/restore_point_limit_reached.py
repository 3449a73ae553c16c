"""The VM has as many restore points as its policy, or Compute, can keep."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "restore-point-limit-reached"


@check("restore-point-count", cause=_CAUSE, reads=("restore_points",), helps=("plan",))
def restore_point_count(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The number of restore points is at a limit or near it."""
    points = vm.restore_points
    counts = [collection.evidence for collection in points.collections]
    message = f"The VM has {points.count} restore points."
    for rule in edition.of(_CAUSE, "points"):
        if points.count >= rule.number:
            yield found(rule, f"{message} No VM can have more than {rule.number}.", *counts)
            return
    limit = edition.one(_CAUSE, "points-under-standard")
    near = edition.one(_CAUSE, "points-near-standard")
    # Few points are clear even if the policy was not read.
    if points.count < min(limit.number, near.number):
        yield clear(message, *counts)
        return
    policy = vm.plan.policy
    if policy and policy.is_enhanced:
        yield clear(f"{message} An Enhanced policy keeps more.", *counts, policy.type_evidence)
        return
    rule = limit if policy and points.count >= limit.number else near
    yield found(rule, f"{message} A Standard policy can keep at most {limit.number}.", *counts)
