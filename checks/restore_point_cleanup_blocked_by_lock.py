"""A lock keeps Backup from deleting old restore points, until no new one can be made."""

import re
from itertools import product

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found, place

_CAUSE = "restore-point-cleanup-blocked-by-lock"


@check("restore-point-lock", cause=_CAUSE, reads=("locks", "restore_points"))
def restore_point_lock(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """A lock covers the VM's restore points."""
    points, collections = vm.restore_points.count, vm.restore_points.collections
    counts = [collection.evidence for collection in collections]
    covering = [lock for lock in vm.locks if any(lock.covers(c.id) for c in collections)]
    if covering:
        worst = next(
            rule for rule in edition.of(_CAUSE, "locked-with-points") if points >= rule.number
        )
        names = ", ".join(map(str, covering))
        message = f"The VM has {points} restore points, under the lock {names}."
        evidence = [*(lock.evidence for lock in covering), *counts]
        yield found(worst, message, *evidence, roots=(lock.id for lock in covering))
        return
    # A lock on the VM's own group keeps no restore points: the edition may have a note on that.
    on_own_group = [lock for lock in vm.locks if vm.id.group == lock.scope]
    message = f"No lock covers the VM's {points} restore points." if collections else _NO_POINTS
    evidence = [*counts, *(lock.evidence for lock in on_own_group)]
    for note in edition.of(_CAUSE, "lock-on-own-group") if on_own_group else ():
        yield found(note, f"{message} {', '.join(map(str, on_own_group))}.", *evidence)
        return
    yield clear(message, *evidence)


_NO_POINTS = "The VM has no restore point collection."


@check(
    "lock-over-points-to-come",
    cause=_CAUSE,
    reads=("locks", "group_locks", "restore_points"),
    helps=("plan",),
    when="planning",
)
def lock_over_points_to_come(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """A lock will cover future restore points, judged by the name of their resource group."""
    collections = vm.restore_points.collections
    covering = [
        lock for lock in vm.locks if not collections and lock.scope == vm.id.subscription_id
    ]
    # restore_point_lock judges the groups that already have restore points.
    on_other_groups = [
        group_lock
        for group_lock in vm.group_locks
        if not any(collection.id in group_lock.group for collection in collections)
    ]
    pattern = _group_pattern(vm) if on_other_groups else None
    covering += [
        group_lock.lock
        for group_lock in on_other_groups
        if pattern and pattern.fullmatch(group_lock.group.name.lower())
    ]
    rules = edition.of(_CAUSE, "locked-to-come")
    for rule, lock in product(rules, covering):
        message = f"The lock {lock} will cover restore points."
        yield found(rule, message, lock.evidence, roots=[lock.id])
    if not rules:
        yield clear("This edition says nothing about locks over future restore points.")
    elif not covering:
        yield clear("No lock covers the place where restore points will be kept.")


def _group_pattern(vm: Vm) -> re.Pattern[str]:
    """Pattern for the names of the VM's restore point group, in lower case (Azure Backup FAQ).

    The default is ``AzureBackupRG_<region>_<number>``. A policy can choose a prefix and a suffix
    around the number.
    """
    policy, region = vm.plan.policy, place(vm.location)
    if policy and policy.group:
        prefix, suffix = policy.group.lower(), (policy.group_suffix or "").lower()
        return re.compile(rf"{re.escape(prefix)}\d*{re.escape(suffix)}")
    return re.compile(rf"azurebackuprg_{re.escape(region) if region else '[a-z0-9]+'}_\d+")
