"""Rows about bundles: their size, and what judging one takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.support.judged_bundles import cost_of

_SUBSCRIPTIONS = (4, 40, 200)
"""How many subscriptions the bundles have. One has 500 VMs."""


class Figure(NamedTuple):
    """A measured value with its unit."""

    what: str
    measured: float
    unit: str


def bundles() -> Iterator[Figure]:
    """Bundles of 2,000, 20,000 and 100,000 VMs, judged with their JSON report."""
    for subscriptions in _SUBSCRIPTIONS:
        with TemporaryDirectory() as folder:
            cost = cost_of(Path(folder), subscriptions)
        of = f"bundle of {cost.vms:,} VMs"
        yield Figure(f"{of}, size per VM", cost.size / cost.vms, "bytes")
        yield Figure(f"{of}, judging, CPU per VM", cost.cpu_per_vm, "ms")
        yield Figure(f"{of}, judging, peak memory", cost.peak, "MB")
