"""A listing of statuses that fails: its VMs are read one by one, as many as may be."""

from __future__ import annotations

import pytest

from scanner.arm.limits import Limits
from scanner.inventory.gap import Reason
from scanner.sim import faults
from tests.support.fleets.every_read import Fleet
from tests.support.fleets.four_pages import fleet
from tests.support.pairs import one_of
from tests.support.route_faults import ALL_BREAKS
from tests.support.scans import NO_VIEWS, scan_world
from tests.support.verdict_tables import differences, table_of


@pytest.mark.parametrize("how", one_of(ALL_BREAKS, one_in=3))
async def test_single_views_take_the_place_of_the_listing(how: str) -> None:
    fleet = Fleet()
    breaks, _ = ALL_BREAKS[how]
    breaks(fleet.prod, "statuses")
    report = (await scan_world(fleet.world)).report
    assert differences(fleet.table, table_of(report)) == []
    assert report.complete


async def test_the_first_views_are_those_of_vms_that_are_backed_up() -> None:
    """Every third VM is backed up. Two VMs have an extension, so their views are needed anyway."""
    world = fleet({"alpha": 13})
    faults.fail(world.subscriptions[0], "statuses", 500)
    scanned = await scan_world(world, limits=Limits(max_views=4))
    paths = [request.path.lower().split("/") for request in scanned.azure.log]
    read = {name for *_, kind, name in paths if kind == "virtualmachines"}
    assert read == {"alpha-000", "alpha-003", "alpha-006", "alpha-009", "alpha-004", "alpha-012"}
    [gap] = scanned.report.gaps
    assert (gap.scope, gap.reason) == (world.subscriptions[0].id, Reason.FAILED)


async def test_no_views() -> None:
    world = fleet({"alpha": 13})
    faults.fail(world.subscriptions[0], "statuses", 500)
    report = (await scan_world(world, limits=NO_VIEWS)).report
    assert not report.complete
