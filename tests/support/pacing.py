"""How a scan kept to the rate limits of a simulated ARM, from its log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.sim.http_messages import Logged
from scanner.sim.rate_limits import Rate

_TOO_MANY = 429


@dataclass(frozen=True)
class Pace:
    """The requests of one scan, in the order in which they came."""

    log: Sequence[Logged]

    @property
    def refused(self) -> float:
        """The share of requests that were answered 429."""
        return sum(entry.status == _TOO_MANY for entry in self.log) / len(self.log)

    @property
    def seconds(self) -> float:
        """From the first request of a subscription to the last."""
        times = [entry.at for entry in self.log if "/subscriptions/" in entry.path]
        return max(times) - min(times)

    def early(self, latency: float) -> list[Logged]:
        """Requests that came while the wait of an earlier answer was not over.

        A request is not early that was sent before that answer came; `latency` is the time that an
        answer takes.
        """
        found, paused = list[Logged](), dict[tuple[str, bool], tuple[float, float]]()
        for entry in self.log:
            bucket = (entry.path.lower().split("/")[2:3] or [""])[0], _is_compute(entry)
            since, until = paused.get(bucket, (0.0, 0.0))
            if since < entry.at < until - 0.001:
                found.append(entry)
            if entry.status == _TOO_MANY and entry.retry_after:
                paused[bucket] = entry.at + latency, entry.at + entry.retry_after
        return found


def least_seconds(log: Sequence[Logged], rate: Rate) -> float:
    """The time that the reads of Compute take at least, by the fullest subscription."""
    answered = [
        entry.path.lower().split("/")[2]
        for entry in log
        if _is_compute(entry) and entry.status != _TOO_MANY
    ]
    most = max(answered.count(subscription) for subscription in set(answered))
    return max(0.0, (most - rate.capacity) / rate.refill)


def _is_compute(entry: Logged) -> bool:
    return "/providers/microsoft.compute/" in entry.path.lower()
