"""Answers about bodies that many VMs share: worked out once for each body and target."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Generic, TypeVar

from scanner.inventory.evidence import Source
from scanner.network.service_tags import Target

A = TypeVar("A")
B = TypeVar("B")

_BODIES = 512


class _Question(Generic[B]):
    """Told apart by identity: comparing whole bodies would cost more than answering again."""

    __slots__ = ("body", "port", "source", "target")

    def __init__(self, body: B, source: Source, target: Target, port: int) -> None:
        self.body = body
        self.source = source
        self.target = target
        self.port = port

    def __hash__(self) -> int:
        return hash((id(self.body), id(self.target), self.port))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Question)
            and self.body is other.body
            and self.target is other.target
            and self.port == other.port
        )


def once(answer: Callable[[B, Source, Target, int], A]) -> Callable[[B, Source, Target, int], A]:
    """Remember what was answered about the bodies asked about last."""

    @lru_cache(maxsize=_BODIES)
    def kept(question: _Question[B]) -> A:
        return answer(question.body, question.source, question.target, question.port)

    def ask(body: B, source: Source, target: Target, port: int) -> A:
        return kept(_Question(body, source, target, port))

    return ask
