"""How long a scan waits: for Azure's limits, and for answers that several workers wait for."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from scanner.arm.rates import SUBSCRIPTION_READS, VM_READS
from scanner.sim.arm import SimulatedArm
from scanner.sim.rate_limits import Rate, Throttling
from scanner.sim.world import World
from tests.support.call_plans import plan_of
from tests.support.clusters import cluster
from tests.support.command import Command, command, opened
from tests.support.fleets.four_pages import fleet
from tests.support.scans import scan_arm

_LATENCY = 0.3
"""Seconds that an answer takes. Without them two workers on two processors win nothing."""
_TRIES = 2


def against_the_limits(vms: int = 1000) -> Iterator[tuple[str, float, str, float | None]]:
    """The time of a throttled scan, against the least that the limits allow."""
    sizes = {"alpha": vms, "beta": vms // 10}
    arm, compute = (Rate(rate.capacity, rate.refill) for rate in (SUBSCRIPTION_READS, VM_READS))
    least = plan_of(fleet(sizes)).slowest.seconds
    scanned = scan_arm(fleet(sizes), throttling=Throttling(arm, compute), latency=0.02).seconds
    yield f"throttled scan of {vms:,} VMs in a subscription", scanned, "s", None
    yield "the same against what the limits allow", scanned / least, "times", 1.2


def by_workers() -> Iterator[tuple[str, float, str, float | None]]:
    """The wall time of a scan by one and by two workers of Dask, which are there already."""
    with opened(SimulatedArm(_many_subscriptions(), latency=_LATENCY)) as door:
        seconds = []
        for workers in (1, 2):
            with TemporaryDirectory() as folder:
                run = command(door, Path(folder))
                with cluster(run, workers) as (address, _):
                    seconds.append(min(_scan(run, address, str(n)) for n in range(_TRIES)))
            yield f"scan by {workers} Dask worker(s), wall", seconds[-1], "s", None
    yield "two workers against one", seconds[1] / seconds[0], "times", None


def _many_subscriptions(subscriptions: int = 12, vms: int = 8) -> World:
    world = World()
    for number in range(subscriptions):
        group = world.subscription(f"sub-{number}").group(f"rg-{number}")
        for vm in range(vms):
            group.vm(f"vm-{number}-{vm}")
    return world


def _scan(run: Command, address: str, name: str) -> float:
    """Seconds of one scan. Raises ``RuntimeError`` if it fails."""
    began = time.monotonic()
    options = ("--engine", f"dask={address}", "--record", name, "--fail-on", "never", "-q")
    with run.start("scan", "--arm-endpoint", run.url, *options) as scan:
        _, errors = scan.communicate()
    if scan.returncode:
        sys.stderr.write(errors)
        raise RuntimeError("the scan failed")
    return time.monotonic() - began
