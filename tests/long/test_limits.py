"""Time and memory of scans that lose many answers, with the limits that users get."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event, Thread
from typing import Any

import trustme

from scanner.sim import changes, faults
from scanner.sim.arm import SimulatedArm
from scanner.sim.faults import Fault
from scanner.sim.rate_limits import COMPUTE_RATE, Throttling
from scanner.sim.world import World
from tests.support.command import command, opened
from tests.support.fault_rows import check_nothing_lost
from tests.support.fleets.four_pages import fleet
from tests.support.forks import Ran, run_fork
from tests.support.pacing import Pace, least_seconds

MEBIBYTE = 1 << 20
LINES = "lines.jsonl"


def scan(arm: SimulatedArm, authority: trustme.CA, folder: Path, seconds: float) -> Ran:
    """Scan all of ARM, with lines while the scan goes on. It is ended after these seconds."""
    with opened(arm, authority) as door:
        options = ("-f", "json=-", "-o", LINES, "--arm-endpoint", door.url, "--fail-on", "never")
        environment = command(door, folder).environment
        return run_fork(("scan", *options), environment, folder, seconds=seconds)


class Watch:
    """Notes when all VMs of some subscriptions are in the lines of a scan."""

    def __init__(self, folder: Path, vms: Mapping[str, object]) -> None:
        self._file, self._wanted = folder / LINES, {vm.lower() for vm in vms}
        self._began, self._over = time.monotonic(), Event()
        self.seconds: float | None = None
        """Until all of them were there. None if that did not come."""
        self._thread = Thread(target=self._look)
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            text = self._file.read_text("utf-8").lower() if self._file.exists() else ""
            if all(vm in text for vm in self._wanted):
                self.seconds = time.monotonic() - self._began
                return


def test_a_hung_read_among_300_vms_costs_at_most_90_seconds(
    authority: trustme.CA, tmp_path: Path
) -> None:
    world = fleet({"alpha": 300})
    faults.hang(world.vms[7], "instance_views")
    ended = scan(SimulatedArm(world), authority, tmp_path, 120)
    assert ended.code == 3
    assert len(ended.json["vms"]) == 300
    assert ended.seconds < 90


def test_500_hung_reads_end_within_5_minutes_and_hold_up_no_other_subscription(
    authority: trustme.CA, tmp_path: Path
) -> None:
    sizes = {"alpha": 500, "beta": 60, "gamma": 60}
    times = []
    for is_hung in (False, True):
        world = fleet(sizes)
        folder = tmp_path / f"hung {is_hung}"
        folder.mkdir()
        if is_hung:
            faults.hang(world.subscriptions[0], "instance_views")
        others = {vm.id: vm for other in world.subscriptions[1:] for vm in other.vms}
        watch = Watch(folder, others)
        ended = scan(SimulatedArm(world), authority, folder, 330)
        watch.end()
        assert ended.code == (3 if is_hung else 0), ended.err
        assert ended.seconds < 300
        check_nothing_lost(ended.json, world)
        times.append(watch.seconds)
    undisturbed, hung = times
    assert undisturbed is not None
    assert hung is not None
    assert hung <= 1.5 * undisturbed


def test_tls_that_fails_in_the_middle_takes_little_memory(
    authority: trustme.CA, tmp_path: Path
) -> None:
    world = fleet({"alpha": 500, "beta": 500})
    breaks = Fault(("/virtualmachines/", "expand"), 200, skips=300, change=changes.break_tls)
    world.faults.append(breaks)
    ended = scan(SimulatedArm(world), authority, tmp_path, 300)
    assert ended.code == 3, ended.err
    check_nothing_lost(ended.json, world)
    assert ended.mebibytes < 250


def test_a_bomb_of_2_gib_takes_little_memory(authority: trustme.CA, tmp_path: Path) -> None:
    world = fleet()
    faults.alter(world.subscriptions[0], "disks", changes.gzip_bomb(2048 * MEBIBYTE))
    ended = scan(SimulatedArm(world), authority, tmp_path, 180)
    assert ended.code == 3, ended.err
    assert ended.mebibytes < 300


def throttled_scan(
    authority: trustme.CA, folder: Path, *, shows_remaining: bool
) -> tuple[Any, World, Pace, float]:
    """The report of 2 x 500 VMs behind ARM's usual limits, its pace and the least time."""
    world = fleet({"alpha": 500, "beta": 500})
    arm = SimulatedArm(world, throttling=Throttling(shows_remaining=shows_remaining))
    ended = scan(arm, authority, folder, 200)
    assert ended.code == 0, ended.err
    return ended.json, world, Pace(arm.log), least_seconds(arm.log, COMPUTE_RATE)


def test_1000_throttled_vms_lose_nothing(authority: trustme.CA, tmp_path: Path) -> None:
    report, world, pace, bound = throttled_scan(authority, tmp_path, shows_remaining=True)
    assert len(report["vms"]) == len(world.vms)
    assert report["gaps"] == []
    assert pace.refused <= 0.05
    assert pace.seconds <= 1.1 * bound


def test_1000_throttled_vms_lose_nothing_where_no_header_shows_what_remains(
    authority: trustme.CA, tmp_path: Path
) -> None:
    report, world, pace, bound = throttled_scan(authority, tmp_path, shows_remaining=False)
    assert len(report["vms"]) == len(world.vms)
    assert report["gaps"] == []
    assert pace.seconds <= 1.15 * bound
