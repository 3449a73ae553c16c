"""Doing many things at the same time, but not all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_WORKERS = 64
"""More than the requests in flight, so that the next one is always ready."""


async def in_parallel(
    work: Callable[[T], Awaitable[R]], items: Sequence[T], workers: int = _WORKERS
) -> list[R]:
    """The results of ``work`` for all items, in their order. A few workers take the items in turn.

    A task for every item would take memory for all of them at once.
    """
    results: dict[int, R] = {}
    to_do = iter(enumerate(items))

    async def take_turns() -> None:
        for index, item in to_do:
            results[index] = await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(workers, len(items))):
                group.create_task(take_turns())
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return [results[index] for index in range(len(items))]
