"""Bundles of simulated fleets: recorded in-process on a simulated clock, and judged."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from scanner import __version__
from scanner.arm.client import Arm
from scanner.arm.cloud import CLOUDS
from scanner.arm.token import SharedToken
from scanner.cli.run import to_report
from scanner.fleet.azure import AzureSource
from scanner.fleet.bundle.reader import open_bundle
from scanner.fleet.bundle.resuming import Kept
from scanner.fleet.bundle.source import BundleSource, RecordedSource
from scanner.fleet.bundle.writer import Writer, new_bundle
from scanner.fleet.collect import Collected, collect
from scanner.fleet.scan import judge
from scanner.inventory.scope import Scope
from scanner.inventory.target import Target
from scanner.report.report import Report
from scanner.sim.arm import SimulatedArm
from scanner.sim.clock import run_simulated
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from scanner.sim.world import World
from tests.support.scans import Silent, questions_of, without_bugs


def record(
    world: World,
    folder: Path,
    scope: Scope = Scope(),  # noqa: B008 - frozen
    *,
    metrics: bool = False,
    azure: SimulatedArm | None = None,
    resumed: tuple[Writer, Kept] | None = None,
    stop_after: int | None = None,
) -> Collected:
    """Collect a bundle of a world, or go on with one.

    `stop_after` is the number of subscriptions after which it is interrupted.
    """
    found: list[Collected] = []

    async def run() -> None:
        transport = SimulatedTransport(azure or SimulatedArm(world))
        token = SharedToken(SimulatedCredential())
        arm = Arm(CLOUDS["public"], token, transport, lambda: world.now)
        source = AzureSource(arm, scope, metrics=metrics, policies_of=lambda _: True)
        writer, kept = resumed or (
            new_bundle(
                folder,
                scope,
                arm.cloud.endpoint,
                source.now(),
                metrics=metrics,
                job_days=7,
                version=__version__,
            ),
            None,
        )
        task, left = asyncio.current_task(), [stop_after]

        def finished(*_: Any) -> None:
            if left[0] is not None:
                left[0] -= 1
                if left[0] == 0:
                    assert task
                    task.cancel()

        found.append(await collect(RecordedSource(source, writer, kept), lambda _: None, finished))

    run_simulated(run())
    return found[0]


def report_of(
    folder: Path,
    edition: str = "current",
    scope: Scope = Scope(),  # noqa: B008 - frozen
    *,
    target: Target | None = None,
    metrics: bool = False,
    salvage: bool = False,
    allow_bugs: bool = False,
) -> Report:
    """The report of a bundle, judged without any connection."""
    questions = questions_of(edition, (), target, metrics=metrics)
    reports: list[Report] = []

    async def run() -> None:
        source = BundleSource(
            open_bundle(folder, salvage=salvage), scope, target=target or Target(), metrics=metrics
        )
        reports.append(to_report(questions, await judge(source, questions, Silent())))

    asyncio.run(run())
    return reports[0] if allow_bugs else without_bugs(reports[0])
