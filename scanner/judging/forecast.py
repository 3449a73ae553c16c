"""When the restore points of a VM will reach the limit if nothing changes."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from scanner.catalogue import Edition
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import Policy
from scanner.inventory.gap import Gap, Unseen, catch_gap
from scanner.inventory.vm import Vm


class Forecast(Struct, frozen=True):
    """The restore points of a VM, the locks that keep them, and when the limit is reached."""

    points: int
    """Number of restore points in all collections."""
    limit: int
    locks: tuple[ArmId, ...]
    """Locks over collections that Azure Backup manages. They keep old points from deletion."""
    per_day: float | None
    """Backups per day by the policy. None if no policy is in force or it was not read."""
    full_at: datetime | None
    """When the limit is reached (UTC). None if no lock keeps old points, or without ``per_day``."""

    @property
    def is_full(self) -> bool:
        """True if the limit is reached."""
        return self.points >= self.limit


def point_limit(edition: Edition) -> int:
    """The number of restore points at which no new one can be made."""
    worst, *_ = edition.of("restore-point-cleanup-blocked-by-lock", "locked-with-points")
    return worst.number


def foresee(vm: Vm, limit: int, now: datetime) -> Forecast | None:
    """The forecast for a VM. None if it has no restore points or they were not read.

    ``limit`` is the number of points at which no new one can be made. Without a lock Azure Backup
    deletes old points itself, so the limit is never reached.
    """
    try:
        points, locks = vm.restore_points, vm.locks
    except Unseen:
        return None
    if not points.collections:
        return None
    policy = catch_gap(lambda: vm.plan.policy)
    known = policy if isinstance(policy, Policy) else None
    managed = [collection for collection in points.collections if collection.is_managed(known)]
    keeping = [lock for lock in locks if any(lock.covers(c.id) for c in managed)]
    per_day = _backups_per_day(vm)
    full_at = None
    if keeping and points.count >= limit:
        full_at = now
    elif keeping and per_day:
        full_at = now + timedelta(days=(limit - points.count) / per_day)
    return Forecast(points.count, limit, tuple(lock.id for lock in keeping), per_day, full_at)


def _backups_per_day(vm: Vm) -> float | None:
    """None if no policy backs up the VM, or its schedule was not read."""
    per_day = catch_gap(lambda: vm.plan.policy.per_day if vm.plan.policy else None)
    return None if type(per_day) is Gap else per_day
