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
        message = f"{points} restore points lie under the lock {', '.join(map(str, over))}."
        yield found(worst, message, *(lock.evidence for lock in over), *counted)
        return
    message = f"No lock covers the VM's {points} restore points." if collections else _NONE
    beside = [lock for lock in vm.locks if vm.id.group == lock.scope]
    if beside and collections:
        message += _DISAGREEMENT.get(edition.id, "")
    yield clear(message, *counted, *(lock.evidence for lock in beside))


_NONE = "The VM has no restore point collection."
_DISAGREEMENT = {
    "current": (
        " A lock lies on the VM's own group: the 2018 article would have it removed,"
        " today the restore points lie in a group of their own."
    )
}
