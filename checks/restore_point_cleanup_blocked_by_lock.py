"""A lock keeps Backup from deleting old restore points, until no new one can be made."""

import re
from itertools import product

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found, place

_CAUSE = "restore-point-cleanup-blocked-by-lock"


@check("restore-point-lock", cause=_CAUSE, reads=("locks", "restore_points"))
def restore_point_lock(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """A lock lies over the VM's restore points."""
    points, collections = vm.restore_points.count, vm.restore_points.collections
    counted = [collection.evidence for collection in collections]
    over = [lock for lock in vm.locks if any(lock.covers(each.id) for each in collections)]
    if over:
        worst = next(
            rule for rule in edition.of(_CAUSE, "locked-with-points") if points >= rule.number
        )
        names = ", ".join(map(str, over))
        message = f"The VM has {points} restore points, under the lock {names}."
        evidence = [*(lock.evidence for lock in over), *counted]
        yield found(worst, message, *evidence, roots=(lock.id for lock in over))
        return
    beside = [lock for lock in vm.locks if vm.id.group == lock.scope]
    message = f"No lock covers the VM's {points} restore points." if collections else _NONE
    evidence = [*counted, *(lock.evidence for lock in beside)]
    for note in edition.of(_CAUSE, "lock-on-own-group") if beside else ():
        yield found(note, f"{message} {', '.join(map(str, beside))}.", *evidence)
        return
    yield clear(message, *evidence)


_NONE = "The VM has no restore point collection."


@check(
    "lock-over-points-to-come",
    cause=_CAUSE,
    reads=("locks", "group_locks", "restore_points"),
    helps=("plan",),
    when="planning",
)
def lock_over_points_to_come(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """A lock lies where restore points will be kept, by the FAQ's name of that group."""
    points = vm.restore_points.collections
    over = [each for each in vm.locks if not points and each.scope == vm.id.subscription_id]
    # What lies over points that are there is judged above.
    empty = [each for each in vm.group_locks if not any(p.id in each.group for p in points)]
    name = _group_name(vm) if empty else None
    over += [each.lock for each in empty if name and name.fullmatch(each.group.name.lower())]
    rules = edition.of(_CAUSE, "locked-to-come")
    for rule, lock in product(rules, over):
        message = f"The lock {lock} will cover restore points."
        yield found(rule, message, lock.evidence, roots=[lock.id])
    if not rules:
        yield clear("This edition says nothing of locks over restore points to come.")
    elif not over:
        yield clear("No lock covers the place where restore points will be kept.")


def _group_name(vm: Vm) -> re.Pattern[str]:
    """Names of the group of restore points in lower case: a number, and what is around it."""
    policy, here = vm.plan.policy, place(vm.location)
    if policy and policy.group:
        before, after = policy.group.lower(), (policy.group_suffix or "").lower()
        return re.compile(rf"{re.escape(before)}\d*{re.escape(after)}")
    return re.compile(rf"azurebackuprg_{re.escape(here) if here else '[a-z0-9]+'}_\d+")
