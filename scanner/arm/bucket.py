"""One of the counts by which Azure throttles, and how many requests it still lets through."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

_SPAN, _LONGEST_SPAN = 0.5, 10.0
"""Seconds of answers from which a refill is measured."""
_PATIENCE = 2.0
"""Seconds after the last answer in which a measured refill is trusted."""
_ENOUGH = 20
"""Requests that came back. A refill is measured anew after so many."""
_LEAST_WAIT, _LONGEST_WAIT = 1.0, 30.0
"""Seconds to wait after a refusal that does not say how long."""
_BELIEVED, _SHARE = 60.0, 20
"""Seconds of refusals after which a pause is at least this part of the time that follows."""
_SHORTEST_SLEEP = 0.001
"""Seconds. A clock may not show that a shorter time has passed."""


class Bucket:
    """Requests that count together. All times are seconds of one clock.

    ``turn`` is held by the one request that is next.
    """

    def __init__(self, name: str, window: float) -> None:
        """``window`` is the number of requests that may be in flight."""
        self.name = name
        self.turn = asyncio.Lock()
        self.in_flight = 0
        self.paused_until = 0.0
        self.shut_since: float | None = None
        """The first refusal since a request was let through."""
        self._tries_at: dict[str, float] = {}
        """The calls that gave up, and when one of their requests may try again."""
        self._reported_until = 0.0
        """The end of the last pause that was reported."""
        self.refused_as = ""
        """Status and code of the last refusal."""
        self._refusals = 0
        self._window, self._widest = window, window
        self._levels: dict[str, _Level] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        """The levels that an answer to a call has shown. Before, all of them count for it."""
        self._changed = asyncio.Event()

    def wait(self, now: float, call: str) -> float:
        """Seconds until a request of a call may be sent; infinite until the next answer."""
        if now < self.paused_until:
            return self.paused_until - now
        if self.in_flight >= max(1.0, self._window):
            return float("inf")
        levels = (self._levels[name] for name in self._names.get(call, self._levels))
        return max((level.wait(now, self.in_flight) for level in levels), default=0)

    async def sleep(self, seconds: float) -> None:
        """Wait, or until something changes."""
        self._changed.clear()
        timeout = None if seconds == float("inf") else max(seconds, _SHORTEST_SLEEP)
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._changed.wait()

    def leave(self) -> None:
        """A request is in flight no more."""
        self.in_flight -= 1
        self._changed.set()

    def let_through(self, call: str, remaining: Mapping[str, int], sent: float, now: float) -> None:
        """A request of a call was answered. ``remaining`` has the counts that the answer reports.

        ``sent`` is the time when the request was sent.
        """
        if self.shut_since is None or sent > self.shut_since:
            # Requests that were in flight at the refusal do not show that the bucket is open.
            self.shut_since, self._tries_at, self._refusals = None, {}, 0
        if remaining:
            self._names[call] = tuple(remaining)
            for name, left in remaining.items():
                self._levels.setdefault(name, _Level(now)).learn(left, sent, now)
            self._window = self._widest
        else:
            self._window = min(self._widest, self._window + 1 / max(1.0, self._window))

    def refuse(self, code: str, wait: float | None, now: float) -> float:
        """A request was refused. Returns how long the bucket pauses, in seconds."""
        self.refused_as = code
        if self.shut_since is None:
            self.shut_since = now
        if now >= self.paused_until:
            # The other requests in flight were sent before the pause. They are refused too.
            self._refusals += 1
            self._window = max(1.0, self._window / 2)
        pause = wait or min(_LEAST_WAIT * 2 ** (self._refusals - 1), _LONGEST_WAIT)
        # Tiny waits that never end would be a flood of requests.
        pause = max(pause, min((now - self.shut_since - _BELIEVED) / _SHARE, _LONGEST_WAIT))
        self.paused_until = max(self.paused_until, now + pause)
        return pause

    @property
    def is_spent(self) -> bool:
        """True once a request gave up, until one is let through."""
        return bool(self._tries_at)

    def give_up(self, call: str, now: float, pause: float) -> None:
        """Let no request of a call try for this number of seconds."""
        self._tries_at[call] = now + pause

    def may_try(self, call: str, now: float, pause: float) -> bool:
        """True if no request of the call gave up, then for one in this number of seconds."""
        tries_at = self._tries_at.get(call)
        if tries_at is None:
            return True
        if now < tries_at:
            return False
        self.give_up(call, now, pause)
        return True

    def is_news(self, longest: float) -> bool:
        """True if requests have to wait for longer than this, or twice as long as was reported."""
        since = self.shut_since or 0.0
        reported = max(0.0, self._reported_until - since)
        if self.paused_until - since <= max(longest, 2 * reported):
            return False
        self._reported_until = self.paused_until
        return True

    def is_shut(self, longest: float) -> bool:
        """True if a pause goes on for longer than this number of seconds."""
        return self.shut_since is not None and self.paused_until - self.shut_since > longest


@dataclass
class _Level:
    """The requests left by one header, and how fast they come back."""

    began: float
    """When the measurement of the refill began."""
    first: int = 0
    """What was left then."""
    answers: int = -1
    """Answers to requests that were sent since then."""
    left: int = 0
    at: float = 0.0
    """When ``left`` was learnt."""
    most: int = 0
    refill: float = 0.0
    """Requests a second."""

    def learn(self, left: int, sent: float, now: float) -> None:
        """Take the count of an answer, whose request was sent at ``sent``."""
        is_first = self.answers < 0
        if is_first or sent >= self.began:
            self.answers += 1
        if not is_first and sent < self.at and left > self.left:
            # Answers overtake one another. This one was counted before the last.
            return
        self.left, self.at, self.most = left, now, max(self.most, left)
        if is_first:
            self.first = left
        elif now - self.began >= _SPAN:
            self._measure(left, now)

    def _measure(self, left: int, now: float) -> None:
        """Measure the refill. It is too low rather than too high: a faster one leaves more."""
        gained, span = left - self.first + self.answers - 1, now - self.began
        rate = max(0.0, gained / span)
        # A full bucket gains nothing, so it shows no rate.
        is_full, is_known = left >= self.most, gained >= _ENOUGH or span >= _LONGEST_SPAN
        if not is_full:
            self.refill = rate if is_known else max(self.refill, rate)
        if is_full or is_known:
            self.began, self.first, self.answers = now, left, 0

    def wait(self, now: float, in_flight: int) -> float:
        """Seconds until one more request is let through."""
        available = min(self.left + self.refill * (now - self.at), self.most) - in_flight
        if available >= 1:
            return 0
        expected = (1 - available) / self.refill if self.refill > 0 else float("inf")
        if in_flight:
            # Its answer says more.
            return expected if in_flight < self.most else float("inf")
        # A measurement may be wrong: one request finds out.
        return min(expected, max(0.0, self.at + _PATIENCE - now))
