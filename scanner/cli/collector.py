"""Garbage collection of a process that ends soon."""

from __future__ import annotations

import gc


def spare_collector() -> None:
    """Collect garbage seldom: a scan keeps no cycles, and looking costs a third of its CPU."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
