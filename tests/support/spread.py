"""Scans whose subscriptions are read elsewhere, here by threads of this process."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from scanner import __version__
from scanner.arm.job_details import JobBudget
from scanner.arm.limits import LIMITS
from scanner.cli.connect import azure
from scanner.cli.run import to_report
from scanner.cli.worker import read_subscription
from scanner.fleet.azure import AzureSource
from scanner.fleet.bundle.files import Folder
from scanner.fleet.bundle.parts import PartsWriter
from scanner.fleet.bundle.resuming import resume_bundle
from scanner.fleet.bundle.writer import new_bundle
from scanner.fleet.scan import judge
from scanner.fleet.spread import SpreadSource, Submit
from scanner.fleet.work import Door
from scanner.inventory.scope import Scope
from scanner.report.report import Report
from tests.support.scans import Silent, questions_of, without_bugs

_NOW = re.compile(r"2026-01-15T0(5:5|6:0)\d:\d\d(\.\d+)?Z")
"""Times in which a test of the simulated fleet runs."""


_CLOCK = re.compile(r"clock is [^\"]* Azure's")


def timeless(report: bytes) -> str:
    """A JSON report without the times at which something was read."""
    return _CLOCK.sub("clock", _NOW.sub("now", report.decode()))


class Here:
    """Does work in threads of this process, and keeps it."""

    def __init__(self) -> None:
        self.given: list[bytes] = []

    async def submit(self, _name: str, work: bytes) -> bytes:
        self.given.append(work)
        return await asyncio.to_thread(read_subscription, work)


def alone(url: str) -> Report:
    """The report of one machine. The variables for the sign-in have to be set."""
    reports: list[Report] = []

    async def run() -> None:
        async with azure(None, url, None, LIMITS)(lambda _: None) as arm:
            source = AzureSource(arm, Scope(), policies_of=lambda _: True)
            found = await judge(source, questions_of(), Silent())
            reports.append(to_report(questions_of(), found))

    asyncio.run(run())
    return without_bugs(reports[0])


def spread(
    url: str, folder: Folder, submit: Submit, *, resumes: bool = False, posts: Sequence[Any] = ()
) -> Report:
    """The report of a scan whose subscriptions are read by `submit`, into a bundle.

    The variables for the sign-in have to be set.
    """
    door = Door(None, url, None, replace(LIMITS, at_once=2))
    connect = azure(None, url, None, LIMITS, posts)
    reports: list[Report] = []

    async def run() -> None:
        async with connect(lambda _: None) as arm:
            source = AzureSource(arm, Scope(), policies_of=lambda _: True, use_graph=bool(posts))
            if resumes:
                begun, kept = resume_bundle(folder, only_failed=True, version=__version__)
            else:
                begun, kept = (
                    new_bundle(
                        folder,
                        source.scope,
                        source.endpoint,
                        source.now(),
                        metrics=False,
                        job_days=7,
                        version=__version__,
                    ),
                    None,
                )
            writer = PartsWriter(folder, begun.manifest)
            parts = SpreadSource(source, writer, door, JobBudget(), submit, kept)
            reports.append(to_report(questions_of(), await judge(parts, questions_of(), Silent())))

    asyncio.run(run())
    return without_bugs(reports[0])
