"""What judging a large bundle costs, in a process of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple

from tests.support.multiplied import multiplied

VMS = 500
"""VMs of each subscription."""


class Cost(NamedTuple):
    """What a scan of a bundle took, with its JSON report."""

    vms: int
    cpu: float
    """Seconds, of the whole process."""
    peak: float
    """MB (1,000,000 bytes) that the process had at most."""
    size: int
    """Bytes of the bundle."""

    @property
    def cpu_per_vm(self) -> float:
        """Milliseconds."""
        return self.cpu * 1e3 / self.vms


def cost_of(folder: Path, subscriptions: int) -> Cost:
    """Make a bundle of subscriptions of 500 VMs, and judge it."""
    folder.mkdir(exist_ok=True)
    bundle = multiplied(folder, subscriptions, VMS)
    words = ("-m", "scanner", "scan", "--bundle", f"{bundle}", "-o", f"{folder / 'r.json'}", "-q")
    process = os.spawnv(os.P_NOWAIT, sys.executable, (sys.executable, *words, "--fail-on", "never"))
    _, status, usage = os.wait4(process, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    size = sum(file.stat().st_size for file in bundle.iterdir())
    cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6
    return Cost(subscriptions * VMS, cpu, peak, size)
