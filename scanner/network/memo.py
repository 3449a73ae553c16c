"""Remembers results about ARM bodies that many VMs share: each is computed once per target."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Generic, TypeVar

from scanner.inventory.evidence import Source
from scanner.network.service_tags import StorageTarget

B = TypeVar("B")
R = TypeVar("R")

_MOST_RESULTS = 512


class _Call(Generic[B]):
    """The arguments of a call. Equal by identity: comparing whole bodies costs more than a call."""

    __slots__ = ("body", "port", "source", "target")

    def __init__(self, body: B, source: Source, target: StorageTarget, port: int) -> None:
        self.body = body
        self.source = source
        self.target = target
        self.port = port

    def __hash__(self) -> int:
        return hash((id(self.body), id(self.target), self.port))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Call)
            and self.body is other.body
            and self.target is other.target
            and self.port == other.port
        )


def memoized(
    compute: Callable[[B, Source, StorageTarget, int], R],
) -> Callable[[B, Source, StorageTarget, int], R]:
    """The function with its latest results remembered, by body, target and port."""

    @lru_cache(maxsize=_MOST_RESULTS)
    def remembered(call: _Call[B]) -> R:
        return compute(call.body, call.source, call.target, call.port)

    def function(body: B, source: Source, target: StorageTarget, port: int) -> R:
        return remembered(_Call(body, source, target, port))

    return function
