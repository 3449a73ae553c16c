"""One simulated hour of scans of 2,000 VMs in which one request of twenty-five fails somehow."""

from __future__ import annotations

import gc
from pathlib import Path

from scanner.inventory.scope import Scope
from scanner.sim.arm import SimulatedArm
from scanner.sim.clock import run_simulated, running_time
from scanner.sim.rate_limits import Rate, Throttling
from tests.support import random_faults
from tests.support.fault_rows import check_all_accounted
from tests.support.fleets.four_pages import fleet
from tests.support.scans import scan_world

HOUR = 3600.0
SIZES = {f"subscription-{number}": 250 for number in range(8)}
THROTTLING = Throttling(Rate(250, 5), Rate(100, 1))
"""So narrow that a scan takes minutes."""
GROWTH = 1.15


def resident_mebibytes() -> float:
    """The memory of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096 / (1 << 20)


def test_an_hour_of_faults_loses_no_vm_and_leaks_no_memory() -> None:
    memory: list[float] = []

    async def scan_for_an_hour() -> None:
        while running_time() < HOUR:
            world = fleet(SIZES)
            random_faults.plant(world, seed=len(memory), rate=0.04)
            azure = SimulatedArm(world, latency=0.1, throttling=THROTTLING)
            scanned = await scan_world(world, scope=Scope(), azure=azure)
            judged = {vm.vm.id.text.lower() for vm in scanned.report.vms}
            unread = {gap.scope.lower() for gap in scanned.report.gaps}
            check_all_accounted(world, judged, unread)
            del scanned, azure
            memory.append(resident_mebibytes())

    run_simulated(scan_for_an_hour())
    assert len(memory) > 2
    assert memory[-1] < GROWTH * memory[1]
