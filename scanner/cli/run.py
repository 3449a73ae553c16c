"""Runs one scan: asks, connects, reports, decides. Imported late, because it imports Azure."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from scanner.arm.job_details import JobBudget
from scanner.catalogue.text import nearest
from scanner.cli.bundles import Bundles, OpenSource, Reading, open_source
from scanner.cli.config import name_file_in_use
from scanner.cli.config_file import Config
from scanner.cli.connect import Connect
from scanner.cli.file_limit import raise_file_limit
from scanner.cli.progress import ScanProgress
from scanner.cli.questions import make_questions
from scanner.cli.signals import FirstSignal
from scanner.cli.user_files import read_report
from scanner.errors import UsageError
from scanner.fleet.questions import Questions
from scanner.fleet.scan import Outcome, judge
from scanner.gate.decision import Policy, decide, parse_fail_on
from scanner.gate.waivers import Waiver
from scanner.inventory.scope import Scope, ScopeSummary
from scanner.inventory.target import Target
from scanner.judging.plugins import Choice
from scanner.report.escape import log_line
from scanner.report.formats.jsonl import Lines
from scanner.report.formats.pipelines import azure_devops_lines, github_annotations, github_summary
from scanner.report.formats.terminal import print_report
from scanner.report.formats.terminal_plan import print_plan
from scanner.report.report import Report, make_report
from scanner.report.write import (
    WRITERS,
    OpenOutput,
    open_outputs,
    parse_outputs,
    unwritten,
    write,
)

EVIDENCE = ("found", "all")
"""Causes whose evidence is in JSON: causes that were found or are unknown, or all causes."""


@dataclass(frozen=True)
class Ask:
    """The options of a command, as they were typed."""

    edition: str
    checks: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    fail_on: tuple[str, ...] = ()
    allow_empty: bool = False
    plugins: Choice = field(default_factory=Choice)
    budget: JobBudget = field(default_factory=JobBudget)
    target: Target | None = None
    baseline: Path | None = None
    new_only: bool = False
    without: tuple[str, ...] = ()
    """Causes and checks to leave out."""
    config: Config = field(default_factory=Config)
    evidence: str = "found"
    metrics: bool = False
    """True to read CPU and memory of VMs whose backup failed in its snapshot."""
    bundles: Bundles = field(default_factory=Bundles)
    """The bundle to judge, or to save."""


def run(ask: Ask, scope: Scope, connect: Connect) -> int:
    """Scan, write the reports and print. Returns the exit code.

    Raises ``ScanError``. A wrong option is refused before any request.
    """
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
    )
    if ask.evidence not in EVIDENCE:
        what = f"--evidence {ask.evidence!r} is unknown"
        raise UsageError(what, nearest(ask.evidence, [*EVIDENCE]))
    outputs = parse_outputs(ask.files, ask.formats)
    policy = _exit_policy(ask, questions)
    reading = Reading(scope, ask.budget, ask.metrics, ask.target)
    source = open_source(ask.bundles, reading, connect)
    with FirstSignal() as first_signal:
        with open_outputs(outputs) as opened:
            lines = [_lines(output, questions, ask) for output in opened if _is_lines(output)]
            outcome = _scan_to_end(first_signal, questions, source, lines)
            all_evidence = ask.evidence == "all"
            report = to_report(questions, outcome, ask.config.waivers, all_evidence=all_evidence)
            for note in _notes(ask, report, outcome, policy):
                sys.stderr.write(f"note: {log_line(note)}\n")
            for growing in lines:
                growing.finish(report)
            write(report, [output for output in opened if not _is_lines(output)], WRITERS)
        if not any(output.to_stdout for output in outputs):
            print_to_terminal(report)
        failed = unwritten(opened) or outcome.unsaved
        decision = decide(report, policy, allow_empty=ask.allow_empty, unwritten=failed)
        annotate_pipeline(report, decision.code.value)
    sys.stderr.write(f"exit {decision.code.value}: {log_line(decision.why)}\n")
    return decision.code.value


def to_report(
    questions: Questions,
    outcome: Outcome,
    waivers: Sequence[Waiver] = (),
    *,
    all_evidence: bool = False,
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
        waivers=waivers,
        checks=questions.checks,
        all_evidence=all_evidence,
        notes=outcome.notes,
        orphans=outcome.orphans,
    )


def spare_collector() -> None:
    """Collect garbage seldom: a scan keeps no cycles, and looking costs a third of its CPU."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _exit_policy(ask: Ask, questions: Questions) -> Policy:
    """What makes exit code 1. Raises ``UsageError``."""
    causes = dict.fromkeys(questions.edition.causes)
    policy = parse_fail_on(ask.fail_on, tuple(causes))
    if ask.new_only and ask.baseline is None:
        raise UsageError("--new-only has nothing to compare with", "Give --baseline report.json")
    if ask.baseline is None:
        return policy
    baseline = read_report(ask.baseline)
    return replace(policy, baseline=baseline) if ask.new_only else policy


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
    lines: Sequence[Lines],
) -> Outcome:
    """Judge what a source has, with progress on stderr and lines in the outputs.

    Raises ``KeyboardInterrupt`` if a signal came before there was anything to report.
    """
    outcomes: list[Outcome] = []

    # The task itself returns nothing: when it ends, CPython 3.11 formats it with its result,
    # twice. This takes seconds for a large fleet.
    async def connect_and_scan() -> None:
        with ScanProgress(lines) as progress:
            async with source(progress.notify) as opened:
                outcomes.append(await judge(opened, questions, progress))

    first_signal.run(connect_and_scan())
    if not outcomes:
        raise KeyboardInterrupt
    return outcomes[0]


def _notes(ask: Ask, report: Report, outcome: Outcome, policy: Policy) -> Iterator[str]:
    """Options that do not do what somebody may expect."""
    for vm in outcome.named_left_out:
        yield f"{vm} is left out by its protection, although it is named"
    if ask.target and (ask.checks or ask.without):
        yield "readiness covers only the checks that were picked"
    for name in outcome.not_excluded:
        yield f"there is no resource group {name!r} to exclude"
    for waiver in report.waived.expired:
        yield f"an expired waiver hides nothing: {waiver}"
    for waiver in report.waived.idle:
        yield f"a waiver covers nothing that was found: {waiver}"
    baseline = policy.baseline
    if baseline and baseline.edition != report.edition.id:
        yield f"the baseline has edition {baseline.edition}: causes it does not judge are new"
    if baseline and not baseline.complete:
        yield "the baseline is incomplete: what it does not name is new"


def print_to_terminal(report: Report) -> None:
    """Print the report on stdout."""
    # A stream that cannot encode a name shows a replacement character.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        console = Console(highlight=False)
        if report.plan:
            print_plan(report, report.plan, console)
        else:
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
    if os.environ.get("TF_BUILD"):
        sys.stderr.write(azure_devops_lines(report, code))


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
