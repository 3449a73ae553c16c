"""Scans of a simulated Azure: in-process on a simulated clock, or over HTTPS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from scanner.arm.call import Post
from scanner.arm.calls import HOLDINGS
from scanner.arm.client import Arm
from scanner.arm.cloud import CLOUDS
from scanner.arm.discovery import discover
from scanner.arm.job_details import JobBudget
from scanner.arm.limits import LIMITS, Limits
from scanner.arm.signin import secret_credential, sign_in
from scanner.arm.token import SharedToken
from scanner.arm.transport import open_transport
from scanner.cli.questions import make_questions
from scanner.cli.run import to_report
from scanner.fleet.questions import Questions
from scanner.fleet.scan import Outcome, scan
from scanner.inventory.scope import Scope
from scanner.inventory.target import Target
from scanner.judging.judged_vm import JudgedVm
from scanner.report.report import Report
from scanner.sim.arm import SimulatedArm
from scanner.sim.clock import run_simulated
from scanner.sim.server import serve
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from scanner.sim.world import World
from tests.support.verdicts import verdict_of

NO_VIEWS = Limits(max_views=0)
"""No VM is read alone in place of a listing of statuses that failed."""


class Silent:
    """Progress that nobody sees."""

    def started(self, subscriptions: int) -> None:
        """Show nothing."""

    def finished(self, subscription: str, vms: int) -> None:
        """Show nothing."""

    def judged(self, vms: Sequence[JudgedVm], now: datetime, names: Mapping[str, str]) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Scanned:
    """What a scan found, and the simulated Azure that it read."""

    report: Report
    outcome: Outcome
    azure: SimulatedArm
    credential: SimulatedCredential
    sleeps: Sequence[float] = ()
    """Seconds that the scan waited, on the simulated clock."""
    seconds: float = 0.0
    """How long the scan took on that clock."""

    def vm(self, name: str) -> JudgedVm:
        """The VM with this name or id. Fails unless there is exactly one."""
        found = [
            judged
            for judged in self.report.vms
            if name.lower() in (judged.vm.id.text.lower(), judged.vm.name.lower())
        ]
        assert len(found) == 1, f"{len(found)} VMs are called {name}"
        return found[0]

    def verdict(self, name: str, cause: str) -> str:
        """The verdict of a cause on a VM: ``applies``, ``unknown (denied)``, …"""
        return next(verdict_of(judged) for judged in self.vm(name).causes if judged.cause == cause)

    def symptom_codes(self, name: str) -> list[str | None]:
        """The error codes of the last backup of a VM; empty if it did not fail."""
        return [symptom.code for symptom in self.vm(name).symptoms]


def without_bugs(report: Report) -> Report:
    """The report. Fails if anything in it is unknown because of a bug of ours."""
    bugs = [
        f"{judged.check}: {judged.finding.gap.remedy}"
        for vm in report.vms
        for cause in vm.causes
        for judged in cause.findings
        if judged.finding.gap and "Report it to its authors" in judged.finding.gap.remedy
    ]
    bugs += [gap.remedy for gap in report.gaps if "bug of backupscan" in gap.remedy]
    assert not bugs, bugs
    return report


def questions_of(
    edition: str = "current",
    checks: tuple[str, ...] = (),
    target: Target | None = None,
    *,
    metrics: bool = False,
) -> Questions:
    """What a scan judges. Questions are frozen, so all scans of a process can share them."""
    found = _questions(edition, checks, planning=target is not None, metrics=metrics)
    return replace(found, target=target)


@cache
def _questions(
    edition: str, checks: tuple[str, ...], *, planning: bool, metrics: bool
) -> Questions:
    """What is asked whatever place a precheck names. To find the checks takes long."""
    return make_questions(edition, checks, planning=planning, metrics=metrics, all_evidence=False)


async def scan_world(
    world: World,
    *,
    edition: str = "current",
    scope: Scope | None = None,
    checks: Sequence[str] = (),
    target: Target | None = None,
    posts: Sequence[Post[Any]] | None = None,
    page_size: int = 100,
    azure: SimulatedArm | None = None,
    budget: JobBudget = JobBudget(),  # noqa: B008 - frozen
    limits: Limits = LIMITS,
    allow_bugs: bool = False,
    metrics: bool = False,
    use_graph: bool = False,
    all_evidence: bool = False,
) -> Scanned:
    """Scan a world through the real SDK, in-process, on a simulated clock.

    `azure` is the simulated ARM of the world if it is not the usual one. Fails if a bug of ours
    makes anything unknown, unless `allow_bugs` is given.
    """
    azure = azure or SimulatedArm(world, page_size=page_size)
    credential = SimulatedCredential()
    transport = SimulatedTransport(azure)
    token = SharedToken(credential)
    if posts is None:
        posts = (HOLDINGS,) if use_graph else ()
    arm = Arm(CLOUDS["public"], token, transport, lambda: world.now, posts=posts, limits=limits)
    found = questions_of(edition, tuple(checks), target, metrics=metrics)
    questions = replace(found, all_evidence=all_evidence)
    asked = scope or Scope()
    outcome = await scan(arm, asked, questions, Silent(), budget, use_graph=use_graph)
    report = to_report(questions, outcome, all_evidence=all_evidence)
    if not allow_bugs:
        without_bugs(report)
    return Scanned(report, outcome, azure, credential, transport.sleeps, transport.clock)


def scan_now(world: World, **options: Any) -> Scanned:
    """Scan a world outside an event loop. The options are those of `scan_world`.

    The task itself returns nothing, since CPython 3.11 formats a finished task with its result.
    """
    scanned: list[Scanned] = []

    async def keep() -> None:
        scanned.append(await scan_world(world, **options))

    run_simulated(keep())
    return scanned[0]


def scan_arm(world: World, **options: Any) -> Scanned:
    """Scan a world outside an event loop. The options are those of `SimulatedArm`."""
    return scan_now(world, azure=SimulatedArm(world, **options))


async def scan_over_https(azure: SimulatedArm, edition: str = "current") -> Report:
    """Scan through sockets, TLS and a client secret."""
    async with serve(azure) as door, open_transport(door.client_context()) as transport:
        cloud = await discover(door.url, transport)
        credential = secret_credential(cloud, door.environment, transport)
        async with SharedToken(credential) as token:
            await sign_in(token, cloud)
            arm = Arm(cloud, token, transport, lambda: azure.world.now)
            questions = questions_of(edition)
            outcome = await scan(arm, Scope(), questions, Silent())
            return without_bugs(to_report(questions, outcome))
