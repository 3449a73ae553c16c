"""What judging a large bundle costs, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.support.multiplied import multiplied

VMS = 500
"""VMs of each subscription."""

# A process starts with the peak of the one that started it, so a small one has to.
_MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


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
    command = (sys.executable, "-c", _MEASURE, sys.executable, *words, "--fail-on", "never")
    measured = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    cpu, kib = map(float, measured.split())
    size = sum(file.stat().st_size for file in bundle.iterdir())
    return Cost(subscriptions * VMS, cpu, kib * 1024 / 1e6, size)
