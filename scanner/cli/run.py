"""Wires one scan: questions, connection, report, exit code. Imported late, it imports Azure."""

from __future__ import annotations

import asyncio
import gc
import io
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from scanner.arm.call import Post
from scanner.arm.client import Arm
from scanner.arm.cloud import CLOUDS, discover
from scanner.arm.signin import SharedToken, default_credential, sign_in
from scanner.arm.transport import open_transport
from scanner.catalogue import load, nearest
from scanner.cli.config_file import Config, vet_causes
from scanner.cli.installed import installed
from scanner.errors import UsageError
from scanner.fleet.job_details import JobBudget
from scanner.fleet.scan import Outcome, Questions, scan
from scanner.fleet.scope import Scope
from scanner.gate.baseline import read_baseline
from scanner.gate.decision import Policy, decide, parse_fail_on
from scanner.gate.waivers import Waiver
from scanner.inventory.scope import ScopeSummary
from scanner.inventory.target import Target
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.panel import make_panel
from scanner.judging.plugins import pick
from scanner.report.escape import log_line
from scanner.report.formats.jsonl import Lines
from scanner.report.formats.pipelines import azure_devops_lines, github_annotations, github_summary
from scanner.report.formats.terminal import print_report
from scanner.report.formats.terminal_console import Terminal
from scanner.report.report import Report, make_report
from scanner.report.write import WRITERS, Output, appending, parse_outputs, write

EVIDENCE = ("found", "all")
"""Of which causes programs get what was seen: of those that were found or are unknown, or all."""
Connect = Callable[[], AbstractAsyncContextManager[Arm]]


@dataclass(frozen=True)
class Ask:
    """What a command was asked, as it was typed."""

    edition: str
    checks: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    fail_on: tuple[str, ...] = ()
    allow_empty: bool = False
    skip_bad_plugins: bool = False
    budget: JobBudget = field(default_factory=JobBudget)
    target: Target | None = None
    baseline: Path | None = None
    new_only: bool = False
    without: tuple[str, ...] = ()
    """Causes and checks that are left out."""
    config: Config = field(default_factory=Config)
    evidence: str = "found"


def run(ask: Ask, scope: Scope, connect: Connect) -> int:
    """Scan, write and print; the exit code. Raises ``ScanError``, most of it before any request."""
    spare_collector()
    questions = make_questions(
        ask.edition,
        ask.checks,
        without=ask.without,
        skip_bad=ask.skip_bad_plugins,
        config=ask.config,
        target=ask.target,
    )
    if ask.evidence not in EVIDENCE:
        raise UsageError(
            f"--evidence {ask.evidence!r} is unknown", nearest(ask.evidence, [*EVIDENCE])
        )
    outputs = parse_outputs(ask.files, ask.formats)
    policy = _policy(ask, questions)
    lines = [_lines(each, questions, ask) for each in outputs if each.format == "jsonl"]
    outcome = _run(_scan(scope, questions, connect, ask.budget, lines))
    all_evidence = ask.evidence == "all"
    report = to_report(questions, outcome, ask.config.waivers, all_evidence=all_evidence)
    for each in _notes(ask, report, outcome, policy):
        sys.stderr.write(f"note: {log_line(each)}\n")
    try:
        write(report, [each for each in outputs if each.format != "jsonl"], WRITERS)
    finally:
        _show(report, outputs)
    decision = decide(report, policy, allow_empty=ask.allow_empty)
    _tell_pipeline(report, decision.code.value)
    sys.stderr.write(f"exit {decision.code.value}: {decision.why}\n")
    return decision.code.value


def _run(scanning: Coroutine[Any, Any, Outcome]) -> Outcome:
    """Run a scan to its end.

    The task itself returns nothing: when it ends, CPython 3.11 formats it with its result, twice.
    Of a large fleet that takes seconds.
    """
    outcomes: list[Outcome] = []

    async def keep() -> None:
        outcomes.append(await scanning)

    asyncio.run(keep())
    return outcomes[0]


def _notes(ask: Ask, report: Report, outcome: Outcome, policy: Policy) -> Iterator[str]:
    """What does not do what somebody may think it does."""
    for vm in outcome.left_out.named:
        yield f"{vm} is left out by its protection, although it is named"
    if ask.target and (ask.checks or ask.without):
        yield "readiness is told of the checks that were picked, and of nothing else"
    for name in outcome.not_excluded:
        yield f"there is no resource group {name!r} to exclude"
    for each in report.waived.expired:
        yield f"an expired waiver hides nothing: {each}"
    for each in report.waived.idle:
        yield f"a waiver covers nothing that was found: {each}"
    old = policy.baseline
    if old and old.edition != report.edition.id:
        yield f"the baseline is of edition {old.edition}: what that one does not judge is new"
    if old and not old.complete:
        yield "the baseline is incomplete: what it does not name is new"


def _policy(ask: Ask, questions: Questions) -> Policy:
    known = dict.fromkeys(questions.edition.causes)
    policy = parse_fail_on(ask.fail_on, tuple(known))
    if ask.new_only and ask.baseline is None:
        raise UsageError("--new-only has nothing to compare with", "Give --baseline report.json")
    if ask.baseline is None:
        return policy
    old = read_baseline(ask.baseline)
    return replace(policy, baseline=old) if ask.new_only else policy


def spare_collector() -> None:
    """Look for cycles seldom: what a scan keeps has none, and looking costs a third of its CPU."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def azure(
    cloud: str | None, endpoint: str | None, tenant: str | None, posts: Sequence[Post[Any]] = ()
) -> Connect:
    """A connection to a real cloud, or to whatever answers at ``endpoint``."""
    if cloud and endpoint is not None:
        raise UsageError("--cloud and --arm-endpoint exclude each other", "Give one of them")
    name = cloud or "public"
    if name not in CLOUDS:
        raise UsageError(f"unknown cloud {name!r}", nearest(name, list(CLOUDS)))

    @asynccontextmanager
    async def connect() -> AsyncIterator[Arm]:
        async with open_transport() as transport:
            found = CLOUDS[name] if endpoint is None else await discover(endpoint, transport)
            async with SharedToken(default_credential(found, tenant, transport), tenant) as token:
                await sign_in(token, found)
                yield Arm(found, token, transport, posts=posts)

    return connect


def _lines(output: Output, questions: Questions, ask: Ask) -> Lines:
    """Writes VMs while the scan goes on."""
    now = datetime.now(UTC)
    around = make_report(
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
    return Lines(around, appending(output))


async def _scan(
    scope: Scope,
    questions: Questions,
    connect: Connect,
    budget: JobBudget,
    lines: Sequence[Lines],
) -> Outcome:
    async with connect() as arm:
        with _Shown(lines) as shown:
            return await scan(arm, scope, questions, shown, budget)


def make_questions(
    edition: str,
    checks: Sequence[str],
    *,
    without: Sequence[str] = (),
    skip_bad: bool = False,
    config: Config = Config(),  # noqa: B008 - frozen
    target: Target | None = None,
) -> Questions:
    """The installed checks that were asked for, and the edition. Raises ``ScanError``."""
    catalogue = load()
    vet_causes(config, catalogue)
    chosen = config.apply(catalogue.edition(edition), catalogue)
    editions = (chosen if each.id == edition else each for each in catalogue.editions)
    catalogue = msgspec.structs.replace(catalogue, editions=tuple(editions))
    found = [each.check for each in installed(catalogue, skip_bad=skip_bad)]
    picked = pick(found, checks, chosen, without, planning=target is not None)
    panel = make_panel(picked, chosen, catalogue)
    ids = dict.fromkeys((chosen.id, catalogue.editions[-1].id))
    failing = tuple(make_panel(found, catalogue.edition(each), catalogue) for each in ids)
    return Questions(panel, failing, picked, chosen, catalogue, target)


def to_report(
    questions: Questions,
    outcome: Outcome,
    waivers: Sequence[Waiver] = (),
    *,
    all_evidence: bool = False,
) -> Report:
    """What a scan found, as a report."""
    targets = outcome.targets
    asked = ScopeSummary(
        subscriptions={
            each.subscription_id.lower(): each.display_name or each.subscription_id
            for each in targets.subscriptions
        },
        disabled_subscriptions=tuple(
            each.display_name or each.subscription_id for each in targets.disabled
        ),
        managed_left_out=outcome.left_out.managed,
        excluded=outcome.left_out.excluded,
        by_protection=outcome.left_out.by_protection,
    )
    return make_report(
        questions.catalogue,
        questions.edition,
        asked,
        outcome.vms,
        outcome.gaps,
        (outcome.started_at, outcome.finished_at),
        interrupted=outcome.interrupted,
        target=questions.target,
        waivers=waivers,
        checks=questions.checks,
        all_evidence=all_evidence,
    )


def _show(report: Report, outputs: tuple[Output, ...]) -> None:
    if any(output.to_stdout for output in outputs):
        return
    # A stream that cannot show a name shows a sign in its place.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    print_report(report, Terminal(highlight=False))
    with suppress(BrokenPipeError):
        sys.stdout.flush()


def _tell_pipeline(report: Report, code: int) -> None:
    """Annotations and a summary, in the pipelines that show them; data stays on stdout alone."""
    if os.environ.get("GITHUB_ACTIONS"):
        sys.stderr.write(github_annotations(report))
        if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
            _append(Path(summary), github_summary(report))
    if os.environ.get("TF_BUILD"):
        sys.stderr.write(azure_devops_lines(report, code))


def _append(file: Path, text: str) -> None:
    """A summary that cannot be written changes nothing of what was found."""
    try:
        with file.open("a", encoding="utf-8") as opened:
            opened.write(text)
    except OSError as error:
        sys.stderr.write(f"note: {file} cannot be written ({error.strerror}): no summary\n")


class _Shown:
    """Progress on a terminal; nothing anywhere else."""

    def __init__(self, lines: Sequence[Lines]) -> None:
        self._lines = lines
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), TimeElapsedColumn())
        self._progress = Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        )
        self._task = self._progress.add_task("listing subscriptions", total=None)
        self._done, self._all, self._vms = 0, 0, 0

    def __enter__(self) -> _Shown:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def started(self, subscriptions: int) -> None:
        """The number of subscriptions is known."""
        self._all = subscriptions
        self._show()

    def finished(self, _subscription: str, vms: int) -> None:
        """A subscription was read and judged."""
        self._done += 1
        self._vms += vms
        self._show()

    def told(self, vms: Sequence[JudgedVm]) -> None:
        """These VMs are written where lines are."""
        for each in self._lines:
            each.take(vms)

    def _show(self) -> None:
        line = f"{self._done} of {self._all} subscriptions, {self._vms:,} VMs"
        self._progress.update(self._task, description=line)
