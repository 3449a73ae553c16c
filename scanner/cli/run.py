"""Runs one scan: asks, connects, reports, decides."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.arm.job_details import JobBudget
from scanner.catalogue.text import nearest
from scanner.cli.bundles import Bundles, open_source
from scanner.cli.collector import spare_collector
from scanner.cli.config import name_file_in_use
from scanner.cli.config_file import Config
from scanner.cli.file_limit import raise_file_limit
from scanner.cli.gate import Gate, make_policy
from scanner.cli.last_report import keep_report, parts_of
from scanner.cli.progress import ScanProgress, requests_text
from scanner.cli.questions import make_questions
from scanner.cli.signals import FirstSignal
from scanner.cli.source import OpenSource, Reading
from scanner.errors import UsageError
from scanner.fleet.questions import Questions
from scanner.fleet.scan import Outcome, judge, nothing_read
from scanner.gate.policy import Policy
from scanner.gate.waivers import Waiver
from scanner.inventory.scope import Scope, ScopeSummary
from scanner.inventory.target import Target
from scanner.judging.plugins import Choice
from scanner.report.escape import log_line
from scanner.report.formats.json_v1 import json_parts
from scanner.report.formats.jsonl import Lines
from scanner.report.formats.pipelines import (
    azure_devops_lines,
    github_annotations,
    github_output,
    github_summary,
)
from scanner.report.formats.precheck_screen import print_precheck
from scanner.report.formats.screen import print_screen
from scanner.report.formats.terminal import print_report
from scanner.report.formats.terminal_console import open_console
from scanner.report.formats.terminal_plan import print_plan
from scanner.report.overview import Overview
from scanner.report.report import Report, make_report
from scanner.report.write import (
    PARTS,
    OpenOutput,
    open_outputs,
    parse_outputs,
    unwritten,
    write,
)

if TYPE_CHECKING:
    from scanner.cli.connect import Connect

EVIDENCE = ("found", "all")
"""Causes whose evidence is in JSON: causes that were found or are unknown, or all causes."""


@dataclass(frozen=True)
class Ask:
    """The options of a command, as they were typed."""

    edition: str
    checks: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    gate: Gate = field(default_factory=Gate)
    plugins: Choice = field(default_factory=Choice)
    budget: JobBudget = field(default_factory=JobBudget)
    target: Target | None = None
    without: tuple[str, ...] = ()
    """Causes and checks to leave out."""
    config: Config = field(default_factory=Config)
    evidence: str = "found"
    indent: bool = False
    """True to indent JSON, for people."""
    metrics: bool = False
    """True to read CPU and memory of VMs whose backup failed in its snapshot."""
    use_graph: bool = False
    """True to ask Resource Graph which subscriptions hold VMs."""
    replace_with_partial: bool = False
    """True to replace report files also if the scan was interrupted or could read nothing."""
    max_age: str | None = None
    """How old the newest recovery point may be. None: as the policy's schedule says."""
    details: bool = False
    quiet: bool = False
    verbose: bool = False
    bundles: Bundles = field(default_factory=Bundles)
    """The bundle to judge, or to save."""


def run(ask: Ask, scope: Scope, connect: Connect) -> int:
    """Scan, write the reports and print. Returns the exit code.

    Raises ``ScanError``. A wrong option is refused before any request.
    """
    began = time.monotonic()
    spare_collector()
    raise_file_limit()
    name_file_in_use(ask.config)
    questions = make_questions(
        ask.edition,
        ask.checks,
        without=ask.without,
        plugins=ask.plugins,
        config=ask.config,
        target=ask.target,
        metrics=ask.metrics,
        max_age=ask.max_age,
        all_evidence=ask.evidence == "all",
    )
    if ask.evidence not in EVIDENCE:
        what = f"--evidence {ask.evidence!r} is unknown"
        raise UsageError(what, nearest(ask.evidence, [*EVIDENCE]))
    outputs = parse_outputs(ask.files, ask.formats)
    policy = make_policy(ask.gate, questions, ask.config, scope)
    reading = Reading(scope, ask.budget, ask.metrics, ask.target, use_graph=ask.use_graph)
    source = open_source(ask.bundles, reading, connect)
    with FirstSignal() as first_signal:
        with open_outputs(outputs) as opened:
            lines = [_lines(output, questions, ask) for output in opened if _is_lines(output)]
            progress = ScanProgress(lines, quiet=ask.quiet, closes=not ask.verbose)
            outcome = _scan_to_end(first_signal, questions, source, progress)
            read_at = time.monotonic()
            all_evidence = ask.evidence == "all"
            report = to_report(
                questions, outcome, policy, all_evidence=all_evidence, indent=ask.indent
            )
            _note(ask, _notes(ask, report, outcome))
            is_partial = report.is_partial and not ask.replace_with_partial
            for growing in lines:
                growing.finish(report)
            whole = [output for output in opened if not _is_lines(output)]
            write(report, whole, PARTS, is_partial=is_partial)
            for output in opened:
                if _is_lines(output):
                    output.finish(is_partial=is_partial)
            if is_partial:
                _note(ask, (output.partial_note for output in opened if output.partial_note))
        if not is_partial:
            _note(ask, _keep(report, whole))
        if not (ask.quiet or any(output.to_stdout for output in outputs)):
            # Whoever scans one VM wants its causes with their evidence.
            print_to_terminal(report, details=ask.details or len(report.vms) == 1)
        if ask.verbose:
            _note(ask, _times(progress, (began, read_at, time.monotonic())))
        decision = report.decision.with_unwritten(unwritten(opened) or outcome.unsaved)
        annotate_pipeline(report, decision.code.value)
    sys.stderr.write(f"exit {decision.code.value}: {log_line(decision.why)}\n")
    return decision.code.value


def to_report(
    questions: Questions,
    outcome: Outcome,
    policy: Policy = Policy(),  # noqa: B008 - frozen
    *,
    all_evidence: bool = False,
    indent: bool = False,
) -> Report:
    """What a scan found, as a report."""
    return make_report(
        questions.catalogue,
        questions.edition,
        outcome.scope,
        outcome.vms,
        outcome.gaps,
        (outcome.started_at, outcome.finished_at),
        interrupted=outcome.interrupted,
        target=questions.target,
        policy=policy,
        checks=questions.checks,
        all_evidence=all_evidence,
        indent=indent,
        notes=outcome.notes,
        orphans=outcome.orphans,
    )


def _is_lines(output: OpenOutput) -> bool:
    """True if an output is written while the scan goes on."""
    return output.format == "jsonl"


def _lines(output: OpenOutput, questions: Questions, ask: Ask) -> Lines:
    """Writes VMs while the scan goes on, in the shape of a report that has no VMs yet."""
    now = datetime.now(UTC)
    empty = make_report(
        questions.catalogue,
        questions.edition,
        ScopeSummary({}, (), 0, 0),
        (),
        (),
        (now, now),
        interrupted=False,
        target=questions.target,
        all_evidence=ask.evidence == "all",
    )
    return Lines(empty, output.append)


def _scan_to_end(
    first_signal: FirstSignal,
    questions: Questions,
    source: OpenSource,
    progress: ScanProgress,
) -> Outcome:
    """Judge what a source has, with progress on stderr and lines in the outputs."""
    began_at, outcomes = datetime.now(UTC), list[Outcome]()

    # The task itself returns nothing: when it ends, CPython 3.11 formats it with its result,
    # twice. This takes seconds for a large fleet.
    async def connect_and_scan() -> None:
        with progress:
            async with source(progress.notify) as opened:
                progress.traffic = opened.traffic
                outcomes.append(await judge(opened, questions, progress))

    first_signal.run(connect_and_scan())
    return outcomes[0] if outcomes else nothing_read(began_at, datetime.now(UTC))


def _notes(ask: Ask, report: Report, outcome: Outcome) -> Iterator[str]:
    """Options that do not do what somebody may expect."""
    for vm in outcome.named_left_out:
        yield f"{vm} is left out by its protection, although it is named"
    if ask.target and (ask.checks or ask.without):
        yield "readiness covers only the checks that were picked"
    for name in outcome.not_excluded:
        yield f"there is no resource group {name!r} to exclude"
    for waiver in report.decision.expired:
        yield f"an expired waiver hides nothing: {waiver}"
    for idle in report.decision.idle:
        what = "a waiver" if isinstance(idle, Waiver) else "--allow-incomplete"
        cause = idle.cause if isinstance(idle, Waiver) else None
        is_judged = cause is None or not report.vms or cause in report.totals
        why = "that was found" if is_judged else "because this run does not judge its cause"
        yield f"{what} covers nothing {why}: {idle}"
    baseline = report.policy.baseline
    if baseline and baseline.edition != report.edition.id:
        yield f"the baseline has edition {baseline.edition}: causes it does not judge are new"
    if baseline and not baseline.complete:
        yield "the baseline is incomplete: what it does not name is new"


def _note(ask: Ask, notes: Iterable[str]) -> None:
    """Print notes on stderr, unless only the exit line is wanted."""
    for note in notes:
        if not ask.quiet:
            sys.stderr.write(f"note: {log_line(note)}\n")


def _keep(report: Report, outputs: Iterable[OpenOutput]) -> Iterator[str]:
    """Keep the report for ``show`` and ``fix``. Yields why it cannot be kept.

    A JSON file that was written is copied: to make it again takes longer.
    """
    made = next((out.file for out in outputs if out.format == "json" and out.file), None)
    if why := keep_report(parts_of(made) if made else json_parts(report)):
        yield why


def _times(progress: ScanProgress, times: tuple[float, float, float]) -> Iterator[str]:
    """What was asked of Azure, and how long each phase took. ``times`` are monotonic seconds:
    of the start, after the last answer, after the last output."""
    began, read_at, end = times
    traffic, listed_at = progress.traffic, progress.listed_at or read_at
    yield f"{requests_text(traffic)}, {traffic.waited:,.0f} s of waiting for it"
    yield (
        f"sign-in and listing {listed_at - began:.1f} s, reading and judging"
        f" {read_at - listed_at:.1f} s, writing {end - read_at:.1f} s"
    )


def print_to_terminal(report: Report, *, details: bool) -> None:
    """Print the first screen, and with ``details`` the long report."""
    # A stream that cannot encode a name shows a replacement character.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        console = open_console()
        if report.plan:
            print_plan(report, report.plan, console)
        elif report.is_precheck:
            print_precheck(report, console)
        else:
            print_screen(Overview(report), console)
        if details:
            console.print()
            print_report(report, console)
        sys.stdout.flush()
    except OSError as error:
        sys.stderr.write(f"note: {error.filename} cannot be written ({error.strerror})\n")


def annotate_pipeline(report: Report, code: int) -> None:
    """Annotations and a summary for pipelines that show them. Stdout is for data alone."""
    if os.environ.get("GITHUB_ACTIONS"):
        sys.stderr.write(github_annotations(report))
        if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
            _append(Path(summary), github_summary(report))
        if output := os.environ.get("GITHUB_OUTPUT"):
            _append(Path(output), github_output(report, code))
    if os.environ.get("TF_BUILD"):
        sys.stderr.write(azure_devops_lines(report, code, _azure_summary(report)))


def _azure_summary(report: Report) -> Path | None:
    """The file of the summary that Azure Pipelines takes. None if it cannot be written."""
    folder = os.environ.get("AGENT_TEMPDIRECTORY")
    if not folder:
        return None
    try:
        number, name = tempfile.mkstemp(".md", "backupscan-", folder)
        with os.fdopen(number, "w", encoding="utf-8") as opened:
            opened.write(github_summary(report))
    except OSError as error:
        sys.stderr.write(f"note: {folder} cannot be written ({error.strerror}): no summary\n")
        return None
    return Path(name)


def _append(file: Path, text: str) -> None:
    """Append to a file. A summary that cannot be written changes no exit code."""
    try:
        with open(file, "a", encoding="utf-8", opener=_open_at_once) as opened:
            opened.write(text)
    except OSError as error:
        sys.stderr.write(f"note: {file} cannot be written ({error.strerror}): no summary\n")


def _open_at_once(file: str, flags: int) -> int:
    """Open a file. A pipe without a reader is an error; it would be waited for."""
    return os.open(file, flags | getattr(os, "O_NONBLOCK", 0), 0o600)
