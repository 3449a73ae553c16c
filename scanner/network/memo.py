"""Remembers results about ARM bodies that many VMs share. Every result is computed once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from scanner.inventory.evidence import Source

R = TypeVar("R")

_MOST_RESULTS = 4096


def memoized(compute: Callable[..., R]) -> Callable[..., R]:
    """The function with its latest results remembered, by body and all arguments but the source.

    The body comes first, its source second. All others are hashable. Bodies are equal by identity:
    comparing them costs too much. A body is kept with its result, so that no other one gets its
    identity.
    """
    results: dict[tuple[int, tuple[Hashable, ...]], tuple[object, R]] = {}

    def function(body: object, source: Source, *around: Hashable) -> R:
        key = id(body), around
        known = results.get(key)
        if known is not None:
            return known[1]
        found = compute(body, source, *around)
        if len(results) >= _MOST_RESULTS:
            # The oldest one.
            del results[next(iter(results))]
        results[key] = body, found
        return found

    return function
