"""A scan of a simulated world in one call, and its verdicts in a shape to compare with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.arm.client import Arm
from scanner.arm.cloud import CLOUDS, discover
from scanner.arm.job_details import JobBudget
from scanner.arm.signin import SharedToken, secret_credential, sign_in
from scanner.arm.transport import open_transport
from scanner.cli.questions import make_questions
from scanner.cli.run import to_report
from scanner.fleet.scan import scan
from scanner.inventory.scope import Scope
from scanner.judging.judged_vm import JudgedVm
from scanner.report.report import Report
from scanner.sim.arm import SimulatedArm
from scanner.sim.server import serve
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from scanner.sim.world import World
from tests.support.verdicts import verdict_of


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


async def scan_on_a_clock(azure: SimulatedArm, edition: str) -> tuple[Report, SimulatedTransport]:
    """A scan in-process, with the transport that knows how long it waited."""
    transport = SimulatedTransport(azure)
    token = SharedToken(SimulatedCredential())
    arm = Arm(CLOUDS["public"], token, transport, lambda: azure.world.now)
    return await _scan(arm, edition), transport


async def scan_over_https(azure: SimulatedArm, edition: str) -> Report:
    """A scan through sockets, TLS and a client secret."""
    async with serve(azure) as door, open_transport(door.client_context()) as transport:
        cloud = await discover(door.url, transport)
        credential = secret_credential(cloud, door.environment, transport)
        async with SharedToken(credential) as token:
            await sign_in(token, cloud)
            return await _scan(Arm(cloud, token, transport, lambda: azure.world.now), edition)


async def _scan(arm: Arm, edition: str) -> Report:
    questions = make_questions(edition, ())
    return to_report(questions, await scan(arm, Scope(), questions, Silent()))
