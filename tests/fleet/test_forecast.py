"""The day on which the restore points of a VM under a lock reach their limit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support.fleets.backed_up import BackupFleet


@pytest.mark.parametrize(
    ("policy", "points", "days"),
    [
        pytest.param({}, 9, 9, id="daily"),
        pytest.param({"frequency": "Hourly"}, 10, 2, id="hourly"),
        pytest.param({"frequency": "Hourly", "window": 24}, 6, 2, id="hourly around the clock"),
        pytest.param({"frequency": "Weekly", "days": ("Monday",)}, 17, 7, id="weekly"),
        pytest.param({}, 18, 0, id="full"),
        pytest.param({}, 21, 0, id="more than full"),
    ],
)
async def test_the_day_on_which_restore_points_are_full(
    policy: Any, points: int, days: float
) -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(policy=fleet.vault.policy("p", **policy))
    collections = fleet.prod.group("AzureBackupRG_westeurope_1")
    collections.collection(source=vm.id, points=points - 4, name="one")
    collections.collection(source=vm.id, points=4, name="two")
    fleet.prod.lock("keep", on=collections.id)
    forecast = (await fleet.scan()).vm("web").forecast
    assert forecast
    assert (forecast.points, forecast.limit) == (points, 18)
    assert [lock.name for lock in forecast.locks] == ["keep"]
    assert forecast.full_at == fleet.world.now + timedelta(days=days)


async def test_a_lock_over_other_collections_keeps_no_point_of_backup() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm()
    own = fleet.prod.group("rg-copies")
    own.collection(source=vm.id, points=5, name="copies")
    fleet.prod.group("AzureBackupRG_westeurope_1").collection(source=vm.id, points=7)
    fleet.prod.lock("keep", on=own.id)
    forecast = (await fleet.scan()).vm("web").forecast
    assert forecast
    assert (forecast.points, forecast.locks, forecast.full_at) == (12, (), None)


def _hourly(interval: int, window: int) -> dict[str, Any]:
    return {"hourlySchedule": {"interval": interval, "scheduleWindowDuration": window}}


def _weekly(*days: str) -> dict[str, Any]:
    return {"scheduleRunFrequency": "Weekly", "weeklySchedule": {"scheduleRunDays": list(days)}}


@pytest.mark.parametrize(
    ("frequency", "schedule"),
    [
        pytest.param("Daily", {"scheduleRunTimes": None}, id="no times"),
        pytest.param("Hourly", _hourly(10**9, 12), id="a huge interval"),
        pytest.param("Hourly", _hourly(-4, 12), id="a negative interval"),
        pytest.param("Hourly", _hourly(4, -12), id="a negative window"),
        pytest.param("Hourly", _hourly(4, 10**9), id="a huge window"),
        pytest.param("Hourly", _hourly(0, 12), id="no interval"),
        pytest.param("Hourly", {"hourlySchedule": None}, id="no hourly schedule"),
        pytest.param("Hourly", _weekly("Someday"), id="an unknown day"),
        pytest.param("Hourly", _weekly(), id="no day"),
        pytest.param(
            "Hourly",
            {"scheduleRunFrequency": "Daily", "dailySchedule": {"scheduleRunTimes": []}},
            id="no daily time",
        ),
        pytest.param("Hourly", {"scheduleRunFrequency": "Never"}, id="an unknown frequency"),
    ],
)
async def test_a_senseless_schedule_has_no_pace(frequency: Any, schedule: Any) -> None:
    fleet = BackupFleet()
    odd = {"properties": {"schedulePolicy": schedule}}
    vm = fleet.protected_vm(policy=fleet.vault.policy("odd", frequency, patch=odd))
    locked = fleet.prod.group("locked")
    locked.collection(source=vm.id, points=9)
    fleet.prod.lock("keep", on=locked.id)
    scanned = await fleet.scan()
    forecast = scanned.vm("web").forecast
    assert forecast
    assert (forecast.per_day, forecast.full_at) == (None, None)
    [gap] = scanned.report.gaps
    assert "properties.schedulePolicy" in gap.remedy


async def test_no_day_without_a_lock() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm()
    fleet.group.collection(source=vm.id, points=17)
    forecast = (await fleet.scan()).vm("web").forecast
    assert forecast
    assert forecast.full_at is None


async def test_no_day_without_a_policy_in_force() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(policy=None, state="ProtectionStopped")
    locked = fleet.prod.group("locked")
    locked.collection(source=vm.id, points=9)
    fleet.prod.lock("keep", on=locked.id)
    forecast = (await fleet.scan()).vm("web").forecast
    assert forecast
    assert forecast.full_at is None
