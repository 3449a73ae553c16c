"""What is kept of verdicts: every format is the same, and equal verdicts are one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.cli.run import to_report
from scanner.fleet.bundle.reader import open_bundle
from scanner.fleet.bundle.source import BundleSource
from scanner.fleet.scan import judge
from scanner.inventory.scope import Scope
from scanner.judging.check import Verdict
from scanner.report.report import Report
from scanner.report.write import WRITERS
from scanner.sim.demo import grow
from tests.support.bundles import record
from tests.support.scans import Silent, questions_of


def report(bundle: Path, *, keeps_all: bool) -> Report:
    questions = replace(questions_of(), all_evidence=keeps_all)
    found: list[Report] = []

    async def run() -> None:
        source = BundleSource(open_bundle(bundle), Scope())
        found.append(to_report(questions, await judge(source, questions, Silent())))

    asyncio.run(run())
    return found[0]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Report]:
    """The report of all that was found, and of what is kept."""
    folder = tmp_path_factory.mktemp("kept") / "bundle"
    record(grow(vms=12), folder)
    return report(folder, keeps_all=True), report(folder, keeps_all=False)


@pytest.mark.parametrize("form", WRITERS)
def test_every_format_is_the_same(reports: tuple[Report, Report], form: str) -> None:
    whole, kept = (WRITERS[form](one) for one in reports)
    assert whole == kept


def test_equal_verdicts_are_kept_once(reports: tuple[Report, Report]) -> None:
    whole, kept = (
        [cause for vm in one.vms for cause in vm.causes if cause.verdict <= Verdict.CLEAR]
        for one in reports
    )
    assert len(whole) == len(kept)
    assert len({id(cause) for cause in kept}) < len(kept) / 3
    unshown = [cause for cause in kept if not cause.notes]
    assert not [cause for cause in unshown if cause.verdict is Verdict.CLEAR and cause.findings]
    assert not [cause for cause in unshown for one in cause.findings if one.finding.evidence]
