"""Wires one scan: questions, connection, report, exit code. Imported late, it imports Azure."""

from __future__ import annotations

import asyncio
import gc
import io
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from scanner.arm.backup import JobBudget
from scanner.arm.calls import Call
from scanner.arm.client import Arm
from scanner.arm.cloud import CLOUDS, discover
from scanner.arm.signin import SharedToken, default_credential, sign_in
from scanner.arm.transport import open_transport
from scanner.catalogue import load, nearest
from scanner.cli.installed import installed
from scanner.discover import pick
from scanner.engine import seat
from scanner.errors import UsageError
from scanner.fleet.run import Outcome, Questions, scan
from scanner.fleet.scope import Scope
from scanner.gate import FAIL_ON, decide
from scanner.precheck import Target
from scanner.report.report import Asked, Report, make_report
from scanner.report.terminal import Terminal, print_report
from scanner.report.write import Output, parse_outputs, write

Connect = Callable[[], AbstractAsyncContextManager[Arm]]


@dataclass(frozen=True)
class Ask:
    """What a command was asked, as it was typed."""

    edition: str
    checks: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    fail_on: str = "applies"
    allow_empty: bool = False
    skip_bad_plugins: bool = False
    budget: JobBudget = field(default_factory=JobBudget)
    target: Target | None = None


def run(ask: Ask, scope: Scope, connect: Connect) -> int:
    """Scan, write and print; the exit code. Raises ``ScanError``, most of it before any request."""
    spare_collector()
    questions = make_questions(ask.edition, ask.checks, skip_bad=ask.skip_bad_plugins)
    questions = replace(questions, target=ask.target)
    outputs = parse_outputs(ask.files, ask.formats)
    if ask.fail_on not in FAIL_ON:
        raise UsageError(
            f"unknown verdict {ask.fail_on!r} for --fail-on", nearest(ask.fail_on, list(FAIL_ON))
        )
    outcome = asyncio.run(_scan(scope, questions, connect, ask.budget))
    report = to_report(questions, outcome)
    for name in outcome.not_excluded:
        sys.stderr.write(f"note: there is no resource group {name!r} to exclude\n")
    try:
        write(report, outputs)
    finally:
        _show(report, outputs)
    decision = decide(report, ask.fail_on, allow_empty=ask.allow_empty)
    sys.stderr.write(f"exit {decision.code.value}: {decision.why}\n")
    return decision.code.value


def spare_collector() -> None:
    """Look for cycles seldom: what a scan keeps has none, and looking costs a third of its CPU."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def azure(
    cloud: str | None, endpoint: str | None, tenant: str | None, asks: Sequence[Call[Any]] = ()
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
                yield Arm(found, token, transport, asks=asks)

    return connect


async def _scan(scope: Scope, questions: Questions, connect: Connect, budget: JobBudget) -> Outcome:
    async with connect() as arm:
        with _Shown() as shown:
            return await scan(arm, scope, questions, shown, budget)


def make_questions(edition: str, checks: Sequence[str], *, skip_bad: bool = False) -> Questions:
    """The installed checks that were asked for, and the edition. Raises ``ScanError``."""
    catalogue = load()
    chosen = catalogue.edition(edition)
    found = [each.check for each in installed(catalogue, skip_bad=skip_bad)]
    return Questions(seat(pick(found, checks, chosen), chosen, catalogue), chosen, catalogue)


def to_report(questions: Questions, outcome: Outcome) -> Report:
    """What a scan found, as a report."""
    targets = outcome.targets
    asked = Asked(
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
        is_precheck=questions.target is not None,
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


class _Shown:
    """Progress on a terminal; nothing anywhere else."""

    def __init__(self) -> None:
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

    def _show(self) -> None:
        line = f"{self._done} of {self._all} subscriptions, {self._vms:,} VMs"
        self._progress.update(self._task, description=line)
