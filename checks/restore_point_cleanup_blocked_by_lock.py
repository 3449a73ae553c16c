"""A lock keeps Backup from deleting old restore points, until no new one can be made."""

import re
from collections.abc import Iterable
from itertools import product

from scanner.api import (
    Edition,
    Finding,
    Iterator,
    Lock,
    Policy,
    RestorePointCollection,
    Rule,
    Vm,
    check,
    clear,
    found,
    place,
)

_CAUSE = "restore-point-cleanup-blocked-by-lock"


@check("restore-point-lock", cause=_CAUSE, reads=("locks", "restore_points"), helps=("plan",))
def restore_point_lock(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """A lock covers the VM's restore points."""
    collections, counted = vm.restore_points.collections, _counted(vm)
    counts = [collection.evidence for collection in collections]
    covering = [lock for lock in vm.locks if any(lock.covers(c.id) for c in collections)]
    names = ", ".join(map(str, covering))
    evidence = [*(lock.evidence for lock in covering), *counts]
    if covering and _managed_under(vm, covering):
        rule = _reached(edition.of(_CAUSE, "locked-with-points"), vm)
        message = f"The VM has {counted}, under the lock {names}."
        yield found(rule, message, *evidence, roots=(lock.id for lock in covering))
        return
    if covering:
        rule = _reached(edition.of(_CAUSE, "locked-own-points"), vm)
        message = f"The VM has {counted}. The lock {names} covers none that Backup manages."
        yield found(rule, message, *evidence)
        return
    # A lock on the VM's own group keeps no restore points: the edition may have a note on that.
    on_own_group = [lock for lock in vm.locks if vm.id.group == lock.scope]
    message = f"No lock covers the VM's {counted}." if collections else _NO_POINTS
    evidence = [*counts, *(lock.evidence for lock in on_own_group)]
    for note in edition.of(_CAUSE, "lock-on-own-group") if on_own_group else ():
        own = f"The lock {', '.join(map(str, on_own_group))} covers the VM's own group alone."
        yield found(note, f"{message} {own}", *evidence)
        return
    yield clear(message, *evidence)


def _reached(rules: Iterable[Rule], vm: Vm) -> Rule:
    """The first rule whose number of restore points the VM has."""
    return next(rule for rule in rules if vm.restore_points.count >= rule.number)


def _managed_under(vm: Vm, locks: Iterable[Lock]) -> list[RestorePointCollection]:
    """The collections under the locks that Azure Backup manages.

    The names alone may show one. Raises ``Unseen`` if the policy is needed and was not read.
    """
    under = [c for c in vm.restore_points.collections if any(lock.covers(c.id) for lock in locks)]
    named = [collection for collection in under if collection.has_name_of_backup]
    return named or [collection for collection in under if collection.is_managed(vm.plan.policy)]


def _counted(vm: Vm) -> str:
    """The number of restore points, and how many of them are the customer's own if any are."""
    points, plan = vm.restore_points, vm.if_seen("plan")
    policy = plan.known_policy if plan else None
    known = policy if isinstance(policy, Policy) else None
    own = sum([c.count for c in points.collections if not c.is_managed(known)])
    apart = f" ({points.count - own} of Azure Backup, {own} in other collections)" if own else ""
    return f"{points.count} restore points{apart}"


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
    # restore_point_lock judges the places that already have restore points.
    everywhere = [lock for lock in vm.locks if lock.scope == vm.id.subscription_id]
    covering = [] if _managed_under(vm, everywhere) else everywhere
    covering += _over_groups_to_come(vm)
    rules = edition.of(_CAUSE, "locked-to-come")
    for rule, lock in product(rules, covering):
        message = f"The lock {lock} will cover restore points."
        yield found(rule, message, lock.evidence, roots=[lock.id])
    if not rules:
        yield clear("This edition says nothing about locks over future restore points.")
    elif not covering:
        yield clear("No lock covers the place where restore points will be kept.")


def _over_groups_to_come(vm: Vm) -> list[Lock]:
    """The locks on groups that will get the VM's first restore points."""
    held = {c.id.group for c in vm.restore_points.collections if c.id.group}
    to_come = [
        group_lock
        for group_lock in vm.group_locks
        if group_lock.group not in held and _will_hold_points(vm, group_lock.group.name)
    ]
    # A collection stays in its group: other groups of such a name are for other VMs.
    if to_come and any(_will_hold_points(vm, group.name) for group in held):
        return []
    return [group_lock.lock for group_lock in to_come]


def _will_hold_points(vm: Vm, group: str) -> bool:
    """True if the VM's restore points will be in a resource group, by its name (Azure Backup FAQ).

    The default is ``AzureBackupRG_<region>_<number>``. A policy can choose a prefix and a suffix
    around the number.
    """
    policy, region = vm.plan.policy, place(vm.location)
    if policy and policy.group:
        return policy.keeps_points_in(group)
    pattern = rf"azurebackuprg_{re.escape(region) if region else '[a-z0-9]+'}_\d+"
    return bool(re.fullmatch(pattern, group.lower()))
