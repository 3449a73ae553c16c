"""What ``diff`` compares: reports, and bundles, which are judged first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from scanner.cli.config_file import Config
from scanner.cli.questions import make_questions
from scanner.cli.run import to_report
from scanner.cli.user_files import read_report
from scanner.errors import UsageError
from scanner.fleet.bundle import Bundle, open_bundle
from scanner.fleet.bundle.source import BundleSource
from scanner.fleet.questions import Questions
from scanner.fleet.scan import judge
from scanner.gate.baseline import Baseline, parse_baseline
from scanner.inventory.armid import ArmId
from scanner.inventory.changes import compare_facts
from scanner.inventory.gap import Gap
from scanner.inventory.scope import Scope
from scanner.inventory.snapshot import Snapshot
from scanner.judging.judged_vm import JudgedVm
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
        old, new = self.bundles
        ids = {part.id: None for it in (old, new) for part in it.manifest.parts}
        facts, gaps = compare_facts(
            (old.index.backup, lambda id_: _found(old, id_)),
            (new.index.backup, lambda id_: _found(new, id_)),
            sorted(ids),
        )
        return replace(difference, facts=facts, not_compared=gaps)


def open_compared(old: Path, new: Path, edition: str, config: Config) -> Compared:
    """Open two reports or bundles, and judge bundles by the installed checks.

    Raises ``UsageError`` for a file that is no report, a folder that is no bundle, and for bundles
    whose pseudonyms are of different keys.
    """
    bundles = tuple(open_bundle(it) if it.is_dir() else None for it in (old, new))
    both = (bundles[0], bundles[1])
    if both[0] and both[1] and both[0].manifest.redacted != both[1].manifest.redacted:
        what = f"{old} and {new} have pseudonyms of different keys, or one has names"
        raise UsageError(what, "Redact both with one --redact-key-file")
    questions = make_questions(edition, (), config=config) if any(bundles) else None
    reports = tuple(
        read_report(path) if bundle is None or questions is None else _judged(bundle, questions)
        for path, bundle in zip((old, new), bundles, strict=True)
    )
    found = (both[0], both[1]) if both[0] and both[1] else None
    return Compared((reports[0], reports[1]), found)


def _found(bundle: Bundle, subscription: ArmId) -> Snapshot | Gap | None:
    is_in = any(part.id == subscription for part in bundle.manifest.parts)
    return bundle.snapshot(subscription) if is_in else None


def _judged(bundle: Bundle, questions: Questions) -> Baseline:
    """The report of a bundle, as one that is read from a file."""
    source = BundleSource(bundle, Scope())
    reports: list[str] = []

    async def run() -> None:
        # asyncio makes a text of what a task returns, which takes long for a fleet.
        outcome = await judge(source, questions, _Silent())
        reports.append(to_json(to_report(questions, outcome)).decode())

    asyncio.run(run())
    return parse_baseline(reports[0], f"{bundle.folder}")


class _Silent:
    """Hears how far judging is, and says nothing."""

    def started(self, subscriptions: int) -> None:
        """The number of subscriptions is known."""

    def finished(self, subscription: str, vms: int) -> None:
        """A subscription was judged."""

    def judged(self, vms: Sequence[JudgedVm], now: object) -> None:
        """The verdicts of these VMs are final."""
