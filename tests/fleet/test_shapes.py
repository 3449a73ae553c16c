"""All shapes in one world: each VM has exactly the verdicts written down, through every door."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from scanner.judging.check import Verdict
from scanner.report.report import Report
from scanner.sim.arm import SimulatedArm
from tests.support.scans import scan_over_https, scan_world
from tests.support.shapes.agents import AGENTS
from tests.support.shapes.disks import DISKS
from tests.support.shapes.extensions import EXTENSIONS
from tests.support.shapes.locks import LOCKS
from tests.support.shapes.networks import NETWORKS
from tests.support.shapes.planted import SHAPES, Planted, plant_all
from tests.support.verdict_tables import (
    EDITIONS,
    NETWORK,
    Table,
    differences,
    found,
    well,
    well_classic,
)


def expected(planted: Planted, edition: str) -> Table:
    table = {vm.id.lower(): well(vm) for vm in planted.world.vms}
    for subscription in planted.world.subscriptions:
        table |= {vm.id.lower(): well_classic() for vm in subscription.classic_vms}
    for vm, rows in planted.verdicts.items():
        for cause, then, now in rows:
            table[vm][cause] = then if edition == "2018-01" else now
    return table


def compare(planted: Planted, edition: str, report: Report) -> None:
    assert differences(expected(planted, edition), found(report)) == []
    # The one disk that has no resource shows its size, and not all that today's documents ask for.
    unlisted = {gap.scope.rpartition("/")[2] for gap in report.gaps}
    assert all(name.startswith("not-in-listing_") for name in unlisted), report.gaps
    assert report.complete is (edition == "2018-01")
    assert report.edition.id == edition


def test_enough_shapes_with_names_of_their_own() -> None:
    assert len(LOCKS) >= 22
    assert len(DISKS) >= 12
    assert len(AGENTS) >= 14
    assert len(NETWORKS) >= 50
    assert len(EXTENSIONS) >= 8
    assert [name for name, count in Counter(s.name for s in SHAPES).items() if count > 1] == []
    assert all(shape.because for shape in SHAPES)
    planted = plant_all()
    assert len(planted.world.vms) > len(SHAPES)
    assert set(planted.verdicts) <= set(expected(planted, "current"))


@pytest.mark.parametrize("edition", EDITIONS)
async def test_in_process(edition: str) -> None:
    planted = plant_all()
    compare(planted, edition, (await scan_world(planted.world, edition=edition)).report)


@pytest.mark.parametrize("edition", EDITIONS)
async def test_over_https(edition: str) -> None:
    planted = plant_all()
    compare(planted, edition, await scan_over_https(SimulatedArm(planted.world), edition))


@pytest.mark.parametrize("edition", EDITIONS)
async def test_in_small_pages(edition: str) -> None:
    planted = plant_all()
    scanned = await scan_world(planted.world, edition=edition, page_size=3)
    compare(planted, edition, scanned.report)


@pytest.mark.parametrize("seed", [2, 3, 4])
async def test_with_ids_spelt_another_way(seed: int) -> None:
    """The seed decides which listings spell groups in capitals."""
    planted = plant_all()
    planted.world.seed = seed
    compare(planted, "current", (await scan_world(planted.world)).report)


async def test_superseded() -> None:
    """What the edition of 2018 found and the current one withdrew is shown beside it."""
    planted = plant_all()
    report = (await scan_world(planted.world)).report
    expected = {
        (vm, cause): ("2018-01", then)
        for vm, rows in planted.verdicts.items()
        for cause, then, now in rows
        if now == "clear" and then in ("applies", "possible")
    }
    actual = {
        (vm.vm.id.text.lower(), each.cause): (
            each.superseded.edition,
            str(each.superseded.verdict),
        )
        for vm in report.vms
        for each in vm.causes
        if each.superseded
    }
    assert actual == expected
    assert len(expected) >= 8


DECIDED = {
    "securityrules": r"Deny, priority \d+, on the (NIC|subnet) \S+",
    "routes": r"(none|virtualappliance|virtualnetworkgateway|vnetlocal)( [\d.]+)?",
    "subnets": "False",
}
"""What the first evidence of a network finding says, by the kind of resource it is of."""


async def test_what_decided_stands_in_the_evidence() -> None:
    """The rule with its group, priority and level; the route with its table; the subnet."""
    planted = plant_all()
    report = (await scan_world(planted.world, edition="2018-01")).report
    judged = [
        each.finding
        for vm in report.vms
        for cause in vm.causes
        if cause.cause == NETWORK
        for each in cause.findings
        if each.finding.verdict >= Verdict.POSSIBLE
    ]
    assert len(judged) >= 40
    kinds: Counter[str] = Counter()
    for finding in judged:
        first = finding.evidence[0]
        kind = str(first.id.type).rpartition("/")[2]
        kinds[kind] += 1
        assert re.fullmatch(DECIDED[kind], str(first.value))
        assert first.id.name in finding.message
        assert first.id in finding.roots
        if kind != "subnets":
            assert first.id.parent
            assert f" of {first.id.parent.name} on the " in finding.message
    assert kinds.keys() == DECIDED.keys()
