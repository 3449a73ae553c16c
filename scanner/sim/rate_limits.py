"""Rate limits of the simulated ARM: token buckets, as ARM counts reads."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from scanner.sim import errors
from scanner.sim.http_messages import Response
from scanner.sim.route import RouteMatch

_GLOBAL_READS = "x-ms-ratelimit-remaining-subscription-global-reads"
_READS = "x-ms-ratelimit-remaining-subscription-reads"
_OF_RESOURCE = "x-ms-ratelimit-remaining-resource"
_COMPUTE = "microsoft.compute"


class Rate(NamedTuple):
    """A token bucket: the tokens that it holds, and how many it gains in a second."""

    capacity: float
    refill: float


ARM_RATE = Rate(250, 25)
"""What ARM documents for the reads of a subscription."""
COMPUTE_RATE = Rate(200, 20)
_GLOBAL_RATE = Rate(3750, 375)
_WINDOW = 180.0
"""Seconds in which the limits of a route are counted anew."""


@dataclass(frozen=True)
class Throttling:
    """The limits that a simulated ARM enforces, per subscription.

    A request that finds no token is answered with 429. A read of Compute needs a token of both
    buckets, and one that Compute refuses has cost a token of the subscription.
    """

    subscription: Rate = ARM_RATE
    compute: Rate = COMPUTE_RATE
    shows_remaining: bool = True
    """True if every answer says how many tokens are left."""


class _Bucket:
    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._tokens, self._at = float(rate.capacity), -math.inf

    def take(self, now: float) -> bool:
        """Take a token. False if there is none."""
        gained = (now - self._at) * self.rate.refill if self._tokens < self.rate.capacity else 0.0
        self._tokens = min(self.rate.capacity, self._tokens + gained)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    @property
    def left(self) -> int:
        """Whole tokens that were left when one was last asked for."""
        return int(self._tokens)

    @property
    def wait(self) -> int:
        """Whole seconds until there is a token again."""
        return max(1, math.ceil((1 - self._tokens) / self.rate.refill))


class RateLimits:
    """Counts the requests of every subscription.

    Without `throttling` it refuses nothing, and the headers show the limits of each route.
    """

    def __init__(
        self, object_id: str, throttling: Throttling | None, clock: Callable[[], float]
    ) -> None:
        """`clock` gives the time in seconds."""
        self._object_id = object_id
        self._throttling = throttling
        self._clock = clock
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def refusal(self, matched: RouteMatch | None) -> Response | None:
        """The 429 for a request that finds no token, with the headers."""
        if self._throttling is None or matched is None or "subscription" not in matched.params:
            return None
        subscription = matched.params["subscription"].lower()
        own = self._bucket(subscription, "", self._throttling.subscription)
        if not own.take(self._clock()):
            return errors.throttled(subscription, self._object_id, own.wait)
        if _is_compute(matched):
            compute = self._bucket(subscription, _COMPUTE, self._throttling.compute)
            if not compute.take(self._clock()):
                return errors.throttled_by_compute(compute.wait, int(compute.rate.capacity))
        return None

    def headers(self, matched: RouteMatch | None) -> Mapping[str, str]:
        """How many requests a subscription has left."""
        if matched is None or "subscription" not in matched.params:
            return {}
        subscription = matched.params["subscription"].lower()
        if self._throttling is None:
            return self._unenforced(subscription, matched.route.buckets)
        if not self._throttling.shows_remaining:
            return {}
        own = self._bucket(subscription, "", self._throttling.subscription)
        shown = {_READS: str(own.left)}
        if _is_compute(matched):
            compute = self._bucket(subscription, _COMPUTE, self._throttling.compute)
            shown[_OF_RESOURCE] = f"Microsoft.Compute/LowCostGet3Min;{compute.left}"
        return shown

    def _unenforced(
        self, subscription: str, limits: Iterable[tuple[str, int]]
    ) -> Mapping[str, str]:
        reads = self._count(subscription, "reads", _GLOBAL_RATE)
        shown = {_GLOBAL_READS: str(reads)}
        of_resource = [
            f"{name};{self._count(subscription, name, Rate(limit, limit / _WINDOW))}"
            for name, limit in limits
        ]
        if of_resource:
            shown[_OF_RESOURCE] = ",".join(of_resource)
        return shown

    def _count(self, subscription: str, name: str, rate: Rate) -> int:
        bucket = self._bucket(subscription, name, rate)
        bucket.take(self._clock())
        return bucket.left

    def _bucket(self, subscription: str, name: str, rate: Rate) -> _Bucket:
        return self._buckets.setdefault((subscription, name), _Bucket(rate))


def _is_compute(matched: RouteMatch) -> bool:
    return matched.route.type.lower().startswith(f"{_COMPUTE}/")
