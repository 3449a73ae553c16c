"""All shapes in one world: each VM has exactly the verdicts written down."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cache

import pytest

from scanner.judging.check import Verdict
from scanner.report.report import Report
from scanner.sim.arm import SimulatedArm
from tests.support.scans import scan_now, scan_over_https, scan_world
from tests.support.shapes.agents import AGENTS
from tests.support.shapes.disks import DISKS
from tests.support.shapes.extensions import EXTENSIONS
from tests.support.shapes.locks import LOCKS
from tests.support.shapes.networks import NETWORKS
from tests.support.shapes.planted import SHAPES, Planted, plant_all
from tests.support.verdict_tables import (
    CLASSIC,
    EDITIONS,
    NETWORK,
    WINDOWS,
    Table,
    differences,
    healthy,
    healthy_classic,
    table_of,
)

ReportOf = Callable[[str], Report]


@pytest.fixture(scope="module")
def planted() -> Planted:
    return plant_all()


@pytest.fixture(scope="module")
def report_of(planted: Planted) -> ReportOf:
    """The report of an edition, from one scan in-process."""
    return cache(lambda edition: scan_now(planted.world, edition=edition).report)


def expected(planted: Planted, edition: str) -> Table:
    table = {vm.id.lower(): healthy(vm) for vm in planted.world.vms}
    for subscription in planted.world.subscriptions:
        table |= {vm.id.lower(): healthy_classic(edition) for vm in subscription.classic_vms}
    for vm, rows in planted.verdicts.items():
        for cause, then, now in rows:
            table[vm][cause] = then if edition == "2018-01" else now
            if cause == CLASSIC and then == "applies" and edition == "2018-01":
                # Azure shows no status of an agent that is not registered.
                table[vm][WINDOWS] = "unknown (guest-only)"
    return table


def compare(planted: Planted, edition: str, report: Report) -> None:
    assert differences(expected(planted, edition), table_of(report)) == []
    # One disk has no resource. Its size is known, but not all that current documents judge.
    incomplete = {gap.scope.rpartition("/")[2] for gap in report.gaps}
    assert all(name.startswith("not-in-listing_") for name in incomplete), report.gaps
    assert report.complete is (edition == "2018-01")
    assert report.edition.id == edition


def test_there_are_enough_shapes_with_unique_names(planted: Planted) -> None:
    assert len(LOCKS) >= 22
    assert len(DISKS) >= 12
    assert len(AGENTS) >= 14
    assert len(NETWORKS) >= 50
    assert len(EXTENSIONS) >= 8
    counted = Counter(shape.name for shape in SHAPES)
    assert [name for name, count in counted.items() if count > 1] == []
    assert all(shape.because for shape in SHAPES)
    assert len(planted.world.vms) > len(SHAPES)
    assert set(planted.verdicts) <= set(expected(planted, "current"))


_ONE_QUICK = [pytest.param("2018-01", marks=pytest.mark.long), "current"]


@pytest.mark.parametrize("edition", EDITIONS)
def test_in_process(planted: Planted, report_of: ReportOf, edition: str) -> None:
    compare(planted, edition, report_of(edition))


@pytest.mark.parametrize("edition", _ONE_QUICK)
async def test_over_https(planted: Planted, edition: str) -> None:
    compare(planted, edition, await scan_over_https(SimulatedArm(planted.world), edition))


@pytest.mark.long
@pytest.mark.parametrize("edition", EDITIONS)
async def test_in_small_pages(planted: Planted, edition: str) -> None:
    scanned = await scan_world(planted.world, edition=edition, page_size=3)
    compare(planted, edition, scanned.report)


@pytest.mark.long
@pytest.mark.parametrize("seed", [2, 3, 4])
async def test_with_ids_in_another_casing(seed: int) -> None:
    """The seed decides which listings write group names in capitals."""
    planted = plant_all()
    planted.world.seed = seed
    compare(planted, "current", (await scan_world(planted.world)).report)


def test_what_the_current_edition_withdrew_is_superseded(
    planted: Planted, report_of: ReportOf
) -> None:
    expected = {
        (vm, cause): ("2018-01", then)
        for vm, rows in planted.verdicts.items()
        for cause, then, now in rows
        if now == "clear" and then in ("applies", "possible")
    }
    actual = {
        (vm.vm.id.text.lower(), judged.cause): (
            judged.superseded.edition,
            str(judged.superseded.verdict),
        )
        for vm in report_of("current").vms
        for judged in vm.causes
        if judged.superseded
    }
    assert actual == expected
    assert len(expected) >= 8


FIRST_EVIDENCE = {
    "securityrules": r"Deny, priority \d+, on the (NIC|subnet) \S+",
    "routes": r"(None|VirtualAppliance|VirtualNetworkGateway|VnetLocal)( [\d.]+)?",
    "subnets": "False",
}
"""The value of the first evidence of a network finding, by the type of its resource."""


def test_the_first_evidence_of_a_network_finding_decided_it(report_of: ReportOf) -> None:
    """It is a rule with its group, priority and level, a route with its table, or a subnet."""
    findings = [
        judged.finding
        for vm in report_of("2018-01").vms
        for cause in vm.causes
        if cause.cause == NETWORK
        for judged in cause.findings
        if judged.finding.verdict >= Verdict.POSSIBLE
    ]
    assert len(findings) >= 40
    types: Counter[str] = Counter()
    for finding in findings:
        first = finding.evidence[0]
        type_ = str(first.id.type).rpartition("/")[2]
        types[type_] += 1
        assert re.fullmatch(FIRST_EVIDENCE[type_], str(first.value))
        assert first.id.name in finding.message
        assert first.id in finding.roots
        if type_ != "subnets":
            assert first.id.parent
            assert f" of {first.id.parent.name} on the " in finding.message
    assert types.keys() == FIRST_EVIDENCE.keys()
