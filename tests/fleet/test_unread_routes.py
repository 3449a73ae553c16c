"""A verdict that needs an unread route is unknown, with a gap. All other verdicts stay."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.catalogue import load
from scanner.sim import faults
from tests.support.fleets.every_read import Fleet
from tests.support.fleets.needs import (
    IN_PROD,
    NEEDS,
    NEEDS_2018,
    WITH_EXTENSIONS,
    agent_of,
    fleet_2018,
    table_without,
)
from tests.support.pairs import one_of, pairs
from tests.support.route_faults import (
    ALL_BREAKS,
    BREAKS,
    BREAKS_OF_REGISTERED,
    READ_ACTIONS,
    check_gaps,
    refuse,
)
from tests.support.scans import NO_VIEWS, scan_now, scan_world
from tests.support.verdict_tables import (
    DISK,
    EXTENSION,
    LINUX,
    LOCK,
    SNAPSHOT,
    Table,
    differences,
    table_of,
)

CURRENT = load().edition("current")


async def test_without_faults_all_is_read() -> None:
    fleet = Fleet()
    scanned = await scan_world(fleet.world)
    assert sorted(IN_PROD) == sorted(vm.name for vm in fleet.prod.vms)
    assert differences(fleet.table, table_of(scanned.report)) == []
    assert scanned.report.complete


async def test_without_faults_all_is_read_for_2018() -> None:
    fleet = fleet_2018()
    report = (await scan_world(fleet.world, edition="2018-01")).report
    assert differences(fleet.table, table_of(report)) == []


@pytest.mark.parametrize(("route", "how"), pairs(NEEDS, ALL_BREAKS, one_in=12))
async def test_one_route(route: str, how: str) -> None:
    fleet = Fleet()
    breaks, unknown = ALL_BREAKS[how]
    breaks(fleet.prod, route)
    report = (await scan_world(fleet.world, limits=NO_VIEWS)).report
    assert differences(table_without(fleet, route, unknown), table_of(report)) == []
    check_gaps(report, route)


@pytest.mark.parametrize(("route", "how"), pairs(NEEDS_2018, BREAKS, one_in=8))
async def test_one_route_in_the_edition_of_2018(route: str, how: str) -> None:
    """It judges the network too. A VM needs only what it refers to."""
    fleet = fleet_2018()
    breaks, unknown = BREAKS[how]
    breaks(fleet.prod, route)
    report = (await scan_world(fleet.world, limits=NO_VIEWS, edition="2018-01")).report
    expected = table_without(fleet, route, unknown, NEEDS_2018)
    assert differences(expected, table_of(report)) == []
    check_gaps(report, route)


@pytest.mark.parametrize("how", one_of(BREAKS_OF_REGISTERED, one_in=4))
async def test_no_virtual_machines(how: str) -> None:
    """Only the classic VMs of the subscription are found. The other subscription is whole."""
    fleet = Fleet()
    breaks, unknown = BREAKS_OF_REGISTERED[how]
    breaks(fleet.prod, "virtual_machines")
    report = (await scan_world(fleet.world)).report
    elsewhere = fleet.vms["elsewhere"].id.lower()
    left = {elsewhere: fleet.table[elsewhere], **fleet.classic}
    assert differences(left, table_of(report)) == []
    check_gaps(report, "virtual_machines")
    gaps = {(gap.scope, f"unknown ({gap.reason})") for gap in report.gaps}
    assert gaps == {(fleet.prod.id, unknown)}


@pytest.mark.parametrize("how", one_of(BREAKS_OF_REGISTERED, one_in=4))
async def test_no_classic_virtual_machines(how: str) -> None:
    """There may be some, so the report is not complete. All other verdicts stay."""
    fleet = Fleet()
    breaks, unknown = BREAKS_OF_REGISTERED[how]
    breaks(fleet.prod, "classic_virtual_machines")
    report = (await scan_world(fleet.world)).report
    left = {id_: row for id_, row in fleet.table.items() if id_ not in fleet.classic}
    assert differences(left, table_of(report)) == []
    check_gaps(report, "classic_virtual_machines")
    gaps = {(gap.scope, f"unknown ({gap.reason})") for gap in report.gaps}
    assert gaps == {(fleet.prod.id, unknown)}


@pytest.mark.parametrize("state", ["unregistered", "absent"])
async def test_no_classic_provider(state: Any) -> None:
    """Most subscriptions do not have it: there are no classic VMs, and that is no gap."""
    fleet = Fleet()
    fleet.prod.classic = fleet.other.classic = state
    report = (await scan_world(fleet.world)).report
    left = {id_: row for id_, row in fleet.table.items() if id_ not in fleet.classic}
    assert differences(left, table_of(report)) == []
    assert report.complete
    assert report.gaps == ()


@pytest.mark.parametrize("how", one_of(BREAKS, one_in=3))
async def test_all_routes_but_the_vms(how: str) -> None:
    """All that is known is in the bodies of the VMs."""
    fleet = Fleet()
    breaks, unknown = BREAKS[how]
    for route in NEEDS:
        breaks(fleet.prod, route)
    report = (await scan_world(fleet.world)).report
    changes = {
        name: {agent_of(name): unknown, LOCK: unknown, SNAPSHOT: unknown} for name in IN_PROD
    }
    for name in NEEDS["disks"][DISK]:
        changes[name][DISK] = unknown
    for name in WITH_EXTENSIONS:
        changes[name][EXTENSION] = unknown
    assert differences(fleet.table_with(**changes), table_of(report)) == []
    assert not report.complete


@pytest.mark.parametrize("how", one_of(BREAKS, one_in=3))
async def test_one_instance_view(how: str) -> None:
    fleet = Fleet()
    breaks, unknown = BREAKS[how]
    breaks(fleet.vms["old"], "instance_views")
    report = (await scan_world(fleet.world)).report
    assert differences(fleet.table_with(old={LINUX: unknown}), table_of(report)) == []
    check_gaps(report, "instance_views")
    # Throttling is never about a single VM.
    scope = fleet.prod if how.startswith("throttled") else fleet.vms["old"]
    assert [gap.scope.lower() for gap in report.gaps] == [scope.id.lower()]


@pytest.mark.parametrize("how", one_of(BREAKS, one_in=3))
async def test_one_of_two_collections(how: str) -> None:
    """The VM has 18 points with the unread half, and 9 without it."""
    fleet = Fleet()
    breaks, unknown = BREAKS[how]
    breaks(fleet.halves, "restore_points")
    report = (await scan_world(fleet.world)).report
    assert differences(fleet.table_with(twice={LOCK: unknown}), table_of(report)) == []
    check_gaps(report, "restore_points")


async def test_resources_deleted_between_listing_and_reading() -> None:
    fleet = Fleet()
    for name in ("fine", "off", "listed"):
        faults.fail(fleet.vms[name], "instance_views", 404)
    faults.fail(fleet.free_points, "restore_points", 404)
    report = (await scan_world(fleet.world)).report
    gone = {"fine": {LINUX: "unknown (failed)"}, "unlocked": {LOCK: "unknown (failed)"}}
    assert differences(fleet.table_with(**gone), table_of(report)) == []
    assert len(report.gaps) == 2
    assert not report.complete


@pytest.fixture(scope="module")
def all_verdicts() -> Table:
    """The verdicts of every current cause when all can be read."""
    return table_of(scan_now(Fleet().world).report, CURRENT.causes)


@pytest.mark.parametrize(
    "route", one_of([*READ_ACTIONS, "vaults", "protected_items", "backup_policies"], one_in=2)
)
async def test_a_refusal_makes_no_other_verdict(all_verdicts: Table, route: str) -> None:
    """A refusal leaves the verdict of a current cause as it is, or makes it unknown (denied)."""
    fleet = Fleet()
    refuse(fleet.prod, route)
    after = table_of((await scan_world(fleet.world)).report, CURRENT.causes)
    for vm, verdicts in after.items():
        for cause, verdict in verdicts.items():
            assert verdict in (all_verdicts[vm][cause], "unknown (denied)"), (vm, cause)
