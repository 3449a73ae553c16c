"""Faults of all kinds at random, the same for the same seed."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from scanner.sim import changes
from scanner.sim.faults import Fault
from scanner.sim.http_messages import Request
from scanner.sim.world import World

_KINDS: Sequence[dict[str, object]] = (
    {"status": 500},
    {"status": 503, "retry_after": 2},
    {"status": 429, "retry_after": 3},
    {"status": 403},
    {"status": 404},
    {"status": 200, "body": b'{"value": ['},
    {"status": 200, "body": b"<html>"},
    {"status": 200, "drop": True},
    {"status": 200, "delay": 12.0},
    {"status": 200, "delay": math.inf},
    {"status": 200, "change": changes.truncate},
    {"status": 200, "change": changes.drip(10)},
    {"status": 200, "change": changes.change_json(changes.repeat_entries)},
)


def plant(world: World, seed: int, rate: float) -> None:
    """Let this share of the requests below a subscription meet a fault of some kind."""
    randomly = random.Random(seed)
    for kind in _KINDS:
        match = _Randomly(randomly, rate / len(_KINDS))
        world.faults.append(Fault(match, **kind))  # type: ignore[arg-type]


class _Randomly:
    """Matches a share of the requests below a subscription."""

    def __init__(self, randomly: random.Random, rate: float) -> None:
        self._random, self._rate = randomly, rate

    def __call__(self, request: Request) -> bool:
        return request.path.startswith("/subscriptions/") and self._random.random() < self._rate
