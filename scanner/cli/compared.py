"""What ``diff`` compares: reports, and bundles, which are judged first."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from scanner.cli.config_file import Config
from scanner.cli.progress import ScanProgress
from scanner.cli.questions import make_questions
from scanner.cli.run import to_report
from scanner.cli.user_files import read_report
from scanner.errors import UsageError
from scanner.fleet.bundle import Bundle, open_bundle
from scanner.fleet.bundle.files import Folder
from scanner.fleet.bundle.source import BundleSource
from scanner.fleet.questions import Questions
from scanner.fleet.scan import judge
from scanner.gate.baseline import Baseline, parse_baseline
from scanner.inventory.armid import ArmId
from scanner.inventory.changes import FleetReading, compare_facts
from scanner.inventory.gap import Gap
from scanner.inventory.scope import Scope
from scanner.inventory.snapshot import Snapshot
from scanner.report.diff.difference import Difference
from scanner.report.formats.json_v1 import to_json


class Compared(NamedTuple):
    """An older and a newer report, and their bundles if both are bundles."""

    reports: tuple[Baseline, Baseline]
    bundles: tuple[Bundle, Bundle] | None

    def with_facts(self, difference: Difference) -> Difference:
        """The difference, with the facts that changed. Raises ``BundleError``."""
        if self.bundles is None:
            return difference
        before, now = self.reports
        old, new = self.bundles
        ids = {part.id for it in (old, new) for part in it.manifest.parts}
        facts, gaps = compare_facts(
            _reading(old, has_all=before.has_all_of(now)),
            _reading(new, has_all=now.has_all_of(before)),
            sorted(ids),
        )
        return replace(difference, facts=facts, not_compared=gaps)


def open_compared(old: Folder, new: Folder, edition: str, config: Config) -> Compared:
    """Open two reports or bundles, and judge bundles by the installed checks.

    Raises ``UsageError`` for a file that is no report, a folder that is no bundle, and for bundles
    whose pseudonyms are of different keys.
    """
    before, now = opened = _open(old), _open(new)
    bundles = (before, now) if isinstance(before, Bundle) and isinstance(now, Bundle) else None
    if bundles and bundles[0].manifest.redacted != bundles[1].manifest.redacted:
        what = f"{old} and {new} have pseudonyms of different keys, or one has names"
        raise UsageError(what, "Redact both with one --redact-key-file")
    questions = cache(lambda: make_questions(edition, (), config=config, all_evidence=False))
    reports = tuple(
        _judged(it, questions()) if isinstance(it, Bundle) else read_report(it) for it in opened
    )
    return Compared((reports[0], reports[1]), bundles)


def _open(place: Folder) -> Bundle | Path:
    """The bundle at a place, or the file of a report."""
    if isinstance(place, Path) and not place.is_dir():
        return place
    return open_bundle(place)


def _reading(bundle: Bundle, *, has_all: bool) -> FleetReading:
    known = {part.id for part in bundle.manifest.parts}

    def snapshot_of(subscription: ArmId) -> Snapshot | Gap | None:
        return bundle.snapshot(subscription) if subscription in known else None

    return FleetReading(bundle.index.backup, snapshot_of, has_all)


def _judged(bundle: Bundle, questions: Questions) -> Baseline:
    """The report of a bundle, as one that is read from a file."""
    source = BundleSource(bundle, Scope())
    reports: list[str] = []

    async def run() -> None:
        # asyncio makes a text of what a task returns, which takes long for a fleet.
        with ScanProgress(()) as progress:
            outcome = await judge(source, questions, progress)
        reports.append(to_json(to_report(questions, outcome)).decode())

    asyncio.run(run())
    return parse_baseline(reports[0], f"{bundle.folder}")
