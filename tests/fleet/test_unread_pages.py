"""Listings of several pages, some of which are not read, are empty or come again."""

from __future__ import annotations

import pytest

from scanner.sim import faults
from tests.support.fleets.every_read import Fleet
from tests.support.fleets.needs import (
    IN_PROD,
    NEEDS_2018,
    NETWORK_ROUTES,
    fleet_2018,
    table_without,
)
from tests.support.pairs import one_of, pairs
from tests.support.route_faults import BREAKS, READ_ACTIONS, check_gaps, only_later_pages
from tests.support.scans import NO_VIEWS, scan_world
from tests.support.verdict_tables import LOCK, Table, differences, table_of


def check_within(actual: Table, *tables: Table) -> None:
    """Fail unless every verdict is the one of a table, for the same VMs."""
    assert actual.keys() == tables[0].keys()
    for id_, verdicts in actual.items():
        for cause, verdict in verdicts.items():
            assert verdict in {table[id_][cause] for table in tables}


@pytest.mark.parametrize("how", one_of(BREAKS, one_in=2))
async def test_second_page_of_virtual_machines(how: str) -> None:
    """The VMs of the first page are judged. There may be more, so the report is incomplete."""
    fleet = Fleet()
    breaks, _ = BREAKS[how]
    breaks(fleet.prod, "virtual_machines")
    only_later_pages(fleet.world)
    report = (await scan_world(fleet.world, page_size=5)).report
    seen = {vm.id.lower() for vm in fleet.prod.vms[:5]} | {fleet.vms["elsewhere"].id.lower()}
    seen |= fleet.classic.keys()
    assert differences({vm: fleet.table[vm] for vm in seen}, table_of(report)) == []
    check_gaps(report, "virtual_machines")


@pytest.mark.parametrize(
    ("route", "how"),
    pairs(["statuses", "disks", "locks", "restore_point_collections"], BREAKS, one_in=4),
)
async def test_second_page_of_other_listings(route: str, how: str) -> None:
    """A verdict stays or is unknown. An unread lock or collection may concern any VM."""
    fleet = Fleet()
    breaks, unknown = BREAKS[how]
    breaks(fleet.prod, route)
    only_later_pages(fleet.world)
    report = (await scan_world(fleet.world, limits=NO_VIEWS, page_size=1)).report
    actual = table_of(report)
    check_within(actual, table_without(fleet, route, unknown), fleet.table)
    if route in ("locks", "restore_point_collections"):
        assert "clear" not in [actual[fleet.vms[name].id.lower()][LOCK] for name in IN_PROD]
    check_gaps(report, route)


@pytest.mark.parametrize(
    ("route", "how"), pairs(NETWORK_ROUTES, ["refused", "cut short"], one_in=2)
)
async def test_second_page_of_network_listings(route: str, how: str) -> None:
    """A verdict stays, or is unknown if it needs a resource of an unread page."""
    fleet = fleet_2018()
    breaks, unknown = BREAKS[how]
    breaks(fleet.prod, route)
    only_later_pages(fleet.world)
    report = (await scan_world(fleet.world, edition="2018-01", page_size=1)).report
    without = table_without(fleet, route, unknown, NEEDS_2018)
    check_within(table_of(report), without, fleet.table)
    resources = fleet.prod.of_type(READ_ACTIONS[route].removesuffix("/read"))
    assert not report.complete or len(resources) < 2


@pytest.mark.parametrize(
    "route",
    one_of(
        [route for route in READ_ACTIONS if route not in ("instance_views", "restore_points")], 3
    ),
)
async def test_an_empty_first_page_is_not_the_end(route: str) -> None:
    """ARM sometimes answers an empty page with a link to the next one."""
    fleet = Fleet()
    faults.empty_page(fleet.prod, route)
    report = (await scan_world(fleet.world)).report
    assert differences(fleet.table, table_of(report)) == []
    assert report.complete


async def test_pages_in_a_circle() -> None:
    fleet = Fleet()
    path = f"{fleet.prod.id}/providers/Microsoft.Authorization/locks"
    url = f"https://management.azure.com{path}?api-version=2020-05-01&again=1"
    faults.foreign_next_link(fleet.prod, "locks", url)
    scanned = await scan_world(fleet.world)
    changes = {name: {LOCK: "unknown (failed)"} for name in IN_PROD}
    assert differences(fleet.table_with(**changes), table_of(scanned.report)) == []
    check_gaps(scanned.report, "locks")
    requests = [request for request in scanned.azure.log if request.path.lower() == path.lower()]
    assert len(requests) <= 3
