"""Gives up requests of a kind that get no answers."""

from __future__ import annotations

import asyncio

from scanner.arm.errors import NO_ANSWER, Failure, Kind, given_up
from scanner.arm.limits import Limits
from scanner.inventory.gap import Reason


class Breaker:
    """The requests of one call in a subscription.

    After several in a row without an answer it is open: requests fail at once. After a pause one
    request finds out if there are answers again.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._missed = 0
        self._answered_at = 0.0
        self._opened_by: Failure | None = None
        self._opened_at = 0.0
        self._open_until = 0.0

    def enter(self) -> float:
        """Let a request begin, at the time that is returned, in seconds.

        Raises ``Failure`` if the breaker is open.
        """
        now = _now()
        if self._opened_by is not None:
            if now < self._open_until:
                raise self._opened_by.renewed()
            # This request finds out.
            self._open_until = now + self._limits.breaker_pause
        return now

    def check(self, entered: float) -> None:
        """Raise ``Failure`` if the breaker opened while a request waited for its turn."""
        if self._opened_by is not None and self._opened_at >= entered:
            raise self._opened_by.renewed()

    def answered(self) -> None:
        """An answer came."""
        self._missed, self._opened_by, self._answered_at = 0, None, _now()

    def failed(self, failure: Failure, sent: float) -> None:
        """A request failed that was sent at ``sent``, in seconds.

        If others were answered meanwhile, a request without an answer says nothing of its kind.
        """
        if failure.kind in (Kind.REFUSED, Kind.GIVEN_UP):
            self._open(failure.renewed())
        elif failure.kind not in NO_ANSWER:
            self.answered()
        elif sent >= self._answered_at:
            self._missed += 1
            if self._missed >= self._limits.breaker_failures:
                count = self._limits.breaker_failures
                what = f"{failure.what}, {count} times in a row: no more is asked for"
                remedy = "Check the network, then scan again."
                self._open(given_up(Reason.FAILED, what, remedy))

    def _open(self, failure: Failure) -> None:
        """Let the requests to come fail at once, until the pause is over."""
        self._opened_by, self._opened_at = failure, _now()
        self._open_until = self._opened_at + self._limits.breaker_pause


class Turn:
    """One attempt of a request, which may wait before it is sent."""

    def __init__(self, breaker: Breaker) -> None:
        """Raises ``Failure`` if the breaker is open."""
        self._breaker = breaker
        self.sent_at = self._entered_at = breaker.enter()
        """When it was sent, or began to wait for that, in seconds."""

    def come(self) -> None:
        """The request is about to be sent. Raises ``Failure`` if the breaker opened meanwhile."""
        self._breaker.check(self._entered_at)
        self.sent_at = _now()


def _now() -> float:
    return asyncio.get_running_loop().time()
