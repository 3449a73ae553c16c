"""Remembers results about ARM bodies that many VMs share: each is computed once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Generic, TypeVar

from scanner.inventory.evidence import Source

B = TypeVar("B")
R = TypeVar("R")

_MOST_RESULTS = 4096


class _Call(Generic[B]):
    """The arguments of a call. Bodies are equal by identity: comparing them costs too much."""

    __slots__ = ("_hash", "around", "body", "source")

    def __init__(self, body: B, source: Source, around: tuple[Hashable, ...]) -> None:
        self.body = body
        self.source = source
        self.around = around
        self._hash = hash((id(body), around))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Call) and self.body is other.body and self.around == other.around


def memoized(compute: Callable[..., R]) -> Callable[..., R]:
    """The function with its latest results remembered, by body and all arguments but the source.

    The body comes first, its source second. All others are hashable.
    """

    @lru_cache(maxsize=_MOST_RESULTS)
    def remembered(call: _Call[object]) -> R:
        return compute(call.body, call.source, *call.around)

    def function(body: object, source: Source, *around: Hashable) -> R:
        return remembered(_Call(body, source, around))

    return function
