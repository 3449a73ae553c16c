"""When the restore points of a VM will reach the limit, if nothing changes."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from scanner.catalogue import Edition
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Unseen, catch_gap
from scanner.inventory.vm import Vm


class Forecast(Struct, frozen=True):
    """The restore points of a VM, what keeps them, and when they are full."""

    points: int
    """Over all collections."""
    limit: int
    locks: tuple[ArmId, ...]
    """That lie over a collection: under them old points are not deleted."""
    per_day: float | None
    """Backups a day by the policy; None where none is in force or it was not read."""
    full_at: datetime | None
    """UTC; None where old points can be deleted, or the pace is not known."""


def point_limit(edition: Edition) -> int:
    """The number of restore points at which no new one can be made."""
    worst, *_ = edition.of("restore-point-cleanup-blocked-by-lock", "locked-with-points")
    return worst.number


def foresee(vm: Vm, limit: int, now: datetime) -> Forecast | None:
    """What will become of a VM's restore points; None where they were not read or there are none.

    ``limit`` is the number at which no new one can be made.
    Without a lock Backup deletes old points by itself, so none are foreseen to fill up.
    """
    try:
        points, locks = vm.restore_points, vm.locks
    except Unseen:
        return None
    if not points.collections:
        return None
    over = [each for each in locks if any(each.covers(c.id) for c in points.collections)]
    pace = _per_day(vm)
    full_at = None
    if over and points.count >= limit:
        full_at = now
    elif over and pace:
        full_at = now + timedelta(days=(limit - points.count) / pace)
    return Forecast(points.count, limit, tuple(each.id for each in over), pace, full_at)


def _per_day(vm: Vm) -> float | None:
    pace = catch_gap(lambda: vm.plan.policy.per_day if vm.plan.policy else None)
    return None if isinstance(pace, Gap) else pace
