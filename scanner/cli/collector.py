"""Garbage collection of a process that ends soon."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def spare_collector() -> None:
    """Collect garbage seldom: a scan keeps no cycles, and looking costs a third of its CPU."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@contextmanager
def paused_collector() -> Iterator[None]:
    """Collect no garbage within: a large plan is many records, and none of them is garbage."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
