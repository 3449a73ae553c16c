"""A scan of a simulated world in one call, and its verdicts in a shape to compare with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from scanner.arm.client import Arm
from scanner.arm.cloud import CLOUDS
from scanner.arm.job_details import JobBudget
from scanner.arm.signin import SharedToken
from scanner.cli.questions import make_questions
from scanner.cli.run import to_report
from scanner.fleet.scan import scan
from scanner.inventory.join.plans import Plans
from scanner.inventory.join.protection import Protections
from scanner.inventory.scope import Scope
from scanner.inventory.snapshot import BackupReadings
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.verdict import CauseVerdict
from scanner.report.report import Report
from scanner.sim.arm import SimulatedArm
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from scanner.sim.world import World

NO_VAULTS = Protections(BackupReadings())
NO_PLANS = Plans(BackupReadings(), NO_VAULTS)
"""Of subscriptions that were looked at and hold no vault."""


class Need(Protocol):
    """Skips a test without what it needs beyond Python, or fails where all is required."""

    def __call__(self, there: bool, what: str) -> None: ...


class Silent:
    """Progress that nobody sees."""

    def started(self, subscriptions: int) -> None:
        """Say nothing."""

    def finished(self, subscription: str, vms: int) -> None:
        """Say nothing."""

    def judged(self, vms: Sequence[JudgedVm]) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Scanned:
    """A report and the simulated Azure it was read from."""

    report: Report
    azure: SimulatedArm
    credential: SimulatedCredential
    sleeps: Sequence[float] = ()
    """Seconds the scan waited, on a simulated clock."""

    def verdict(self, vm: str, cause: str) -> str:
        """``applies``, ``unknown (denied)``, … of one cause on the VM with this id or name."""
        found = [
            each
            for each in self.report.vms
            if vm.lower() in (each.vm.id.text.lower(), each.vm.name.lower())
        ]
        assert len(found) == 1, f"{len(found)} VMs are called {vm}"
        return verdict_of(next(each for each in found[0].causes if each.cause == cause))


def verdict_of(cause: CauseVerdict) -> str:
    """``applies``, ``unknown (denied)``, …"""
    return f"{cause.verdict} ({cause.reason})" if cause.reason else str(cause.verdict)


def without_bugs(report: Report) -> Report:
    """The report; fails where anything in it is unknown because our own code failed."""
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


async def scan_world(
    world: World,
    *,
    edition: str = "current",
    scope: Scope | None = None,
    checks: Sequence[str] = (),
    page_size: int = 100,
    budget: JobBudget = JobBudget(),  # noqa: B008 - frozen
    allow_bugs: bool = False,
) -> Scanned:
    """Scan a world through the real SDK, in-process, with a simulated clock.

    Fails where our own code fails, unless the test is about that.
    """
    azure = SimulatedArm(world, page_size=page_size)
    credential = SimulatedCredential()
    transport = SimulatedTransport(azure)
    questions = make_questions(edition, checks)
    arm = Arm(CLOUDS["public"], SharedToken(credential), transport, lambda: world.now)
    outcome = await scan(arm, scope or Scope(), questions, Silent(), budget)
    report = to_report(questions, outcome)
    return Scanned(
        report if allow_bugs else without_bugs(report), azure, credential, transport.sleeps
    )
