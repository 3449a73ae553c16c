"""Routes that are throttled or down for a while, and answered in the end."""

from __future__ import annotations

import pytest

from scanner.sim import faults
from tests.support.fleets.every_read import Fleet
from tests.support.pairs import one_of, pairs
from tests.support.route_faults import READ_ACTIONS
from tests.support.scans import scan_world
from tests.support.verdict_tables import differences, table_of


@pytest.mark.parametrize("route", one_of(READ_ACTIONS, one_in=3))
async def test_throttled_for_a_while(route: str) -> None:
    fleet = Fleet()
    faults.throttle(fleet.prod, route, times=3, retry_after=40)
    scanned = await scan_world(fleet.world)
    assert differences(fleet.table, table_of(scanned.report)) == []
    assert scanned.report.complete
    # What is refused at the same time waits once.
    assert 40 <= scanned.seconds < 150


@pytest.mark.parametrize(
    ("route", "status"), pairs(READ_ACTIONS, ["500", "502", "503", "504"], one_in=4)
)
async def test_down_for_a_moment(route: str, status: str) -> None:
    fleet = Fleet()
    faults.fail(fleet.prod, route, int(status), times=2)
    report = (await scan_world(fleet.world)).report
    assert differences(fleet.table, table_of(report)) == []
    assert report.complete
