"""The limits of reading on time, memory and requests, as one value."""

from __future__ import annotations

from math import isfinite

from msgspec import Struct
from msgspec.structs import replace

from scanner.errors import UsageError

_TIMES = (
    "connect",
    "first_byte",
    "slow_after",
    "single_read",
    "page_read",
    "rate_window",
    "sign_in",
    "token",
    "operation",
    "poll_pause",
    "breaker_pause",
    "first_backoff",
    "longest_backoff",
    "max_wait",
    "notice_after",
    "deadline",
)


class Limits(Struct, frozen=True, kw_only=True):
    """What one scan may take. Times are in seconds, sizes in bytes."""

    # Time, for one attempt of one request.
    connect: float = 15
    """To open a connection."""
    first_byte: float = 25
    """Until the answer begins."""
    single_read: float = 30
    """Until the answer of a single read is whole."""
    page_read: float = 60
    """Until a page of a listing is whole."""
    least_rate: float = 1024
    """Bytes a second that an answer must bring, over every window."""
    rate_window: float = 5
    sign_in: float = 60
    """To sign in."""
    token: float = 30
    """To renew the token."""
    operation: float = 120
    """Until an operation has ended that Azure runs in the background, with all its polls."""
    poll_pause: float = 2
    """Between two polls, unless the answer asks for a longer time."""
    polls: int = 100
    """Polls of one operation, so that it ends even if no time passes."""

    # How often a request is sent again.
    retries: int = 6
    """For an error that may go away, such as HTTP 503."""
    reconnects: int = 3
    """For a connection that broke, or could not be opened."""
    silences: int = 1
    """For an answer that did not come in time."""
    first_backoff: float = 0.8
    longest_backoff: float = 30
    retry_share: float = 0.2
    """Retries of all requests of a subscription. A wait for throttling is no retry."""
    free_retries: int = 50
    """Retries that every subscription may have."""
    breaker_failures: int = 5
    """Answers missing in a row before a call is given up for a subscription."""
    breaker_pause: float = 30
    """Until one request tries such a call again."""

    # Throttling, and the whole scan.
    at_once: int = 24
    """Requests in flight at the same time, of a subscription and of all, but for late ones."""
    slow_after: float = 1
    """An answer is late after this time: another request may be sent meanwhile."""
    max_wait: float = 1800
    """For a bucket that lets nothing through."""
    notice_after: float = 30
    """A longer wait is reported on stderr."""
    deadline: float | None = None
    """For the whole scan. None for no limit."""
    max_views: int = 1000
    """Single reads in place of a listing of statuses that failed, in a subscription."""
    max_calls: int | None = None
    """Requests of the whole scan, repeated ones too. None for no limit."""

    # Size.
    pages: int = 10_000
    """Pages of one listing."""
    barren_pages: int = 10
    """Pages in a row without a new entry."""
    link: int = 8 * 1024
    """A link to a next page."""
    body: int = 64 * 1024 * 1024
    """One answer, unpacked."""
    bodies: int = 256 * 1024 * 1024
    """All answers that are read at the same time."""

    def after(self, seconds: float) -> Limits:
        """The same limits when this part of the deadline has passed."""
        if self.deadline is None:
            return self
        left = max(0.001, self.deadline - seconds)
        return replace(self, deadline=left, sign_in=min(self.sign_in, left))

    def shared_by(self, machines: int) -> Limits:
        """The part of one of several machines: the limits of a subscription stay as they are."""
        return replace(
            self,
            at_once=max(1, self.at_once // machines),
            bodies=max(self.body, self.bodies // machines),
        )

    def divided(self, by: float) -> Limits:
        """The same limits with every time divided. Tests run with it."""
        times = {name: getattr(self, name) for name in _TIMES}
        return replace(
            self,
            least_rate=self.least_rate * by,
            **{name: time / by for name, time in times.items() if time is not None},
        )


LIMITS = Limits()
"""The limits of a scan unless an option changes them."""


def limits_for(
    request_timeout: float,
    deadline: float | None,
    max_wait: float,
    max_views: int,
    max_calls: int | None = None,
) -> Limits:
    """The limits of a command. All times of a request change with the first. In seconds.

    Raises ``UsageError`` for a time that is no finite number.
    """
    times = {"--request-timeout": request_timeout, "--deadline": deadline, "--max-wait": max_wait}
    for option, seconds in times.items():
        if seconds is not None and not isfinite(seconds):
            raise UsageError(f"{option} is {seconds}", "Give a number of seconds")
    share = request_timeout / Limits().single_read
    return replace(
        LIMITS,
        connect=LIMITS.connect * min(1.0, share),
        first_byte=LIMITS.first_byte * share,
        single_read=LIMITS.single_read * share,
        page_read=LIMITS.page_read * share,
        deadline=deadline,
        max_wait=LIMITS.max_wait * max_wait / Limits().max_wait,
        max_views=max_views,
        max_calls=max_calls,
    )
