"""A lock keeps Backup from deleting old restore points, until no new one can be made."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

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
