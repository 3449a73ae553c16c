"""Pacing: no request is sent while Azure would answer that there are too many.

ARM counts the reads of a subscription, and its resource providers count theirs ("Understand how
Azure Resource Manager throttles requests"). A count is a bucket here. The headers of answers say
how many requests it still lets through. Without them a refusal teaches it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

from scanner.arm.asked import Asked
from scanner.arm.breaker import Turn
from scanner.arm.bucket import Bucket
from scanner.arm.errors import Failure, error_code, given_up
from scanner.arm.limits import Limits
from scanner.arm.notices import Notice, Notify, after
from scanner.arm.retry_after import retry_after
from scanner.arm.traffic import Traffic
from scanner.inventory.gap import Reason

_TOO_MANY = 429
_OF_SUBSCRIPTION = "SubscriptionRequestsThrottled"
_OF_CALL = "ResourceRequestsThrottled"
"""The gateway limits some calls by their own count, such as reads of backup jobs (recorded)."""
_LEFT_OF_SUBSCRIPTION = "x-ms-ratelimit-remaining-subscription-reads"
_LEFT_OF_PROVIDER = "x-ms-ratelimit-remaining-resource"
_NUMBER = re.compile(r"\d{1,9}")
_COUNT = re.compile(r"\s*([^;,]+);(\d{1,9})")

Buckets = tuple[Bucket, ...]


class Pacing(AsyncHTTPPolicy[HttpRequest, AsyncHttpResponse]):
    """Sends a request when its buckets and a slot are free, and again if it was refused.

    A bucket is entered first come, first served, and the request that is next holds its place
    until it has a slot. So only one request of a subscription waits for a slot, and subscriptions
    take turns. A request without an answer soon gives its slot to another.
    """

    def __init__(self, limits: Limits, notify: Notify, traffic: Traffic | None = None) -> None:
        super().__init__()
        self._limits, self._notify = limits, notify
        self._traffic = traffic or Traffic()
        self._slots = asyncio.Semaphore(limits.at_once)
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._by_kind: dict[tuple[str, str], Buckets] = {}
        """The buckets of a kind of requests, the narrowest first."""

    async def send(
        self, request: PipelineRequest[HttpRequest]
    ) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        """The first answer that is not HTTP 429. Raises ``Failure`` if a bucket stays shut."""
        asked: Asked = request.context["asked"]
        while True:
            buckets = self._buckets_of(asked)
            if not await self._enter(asked, buckets):
                # A bucket was shut while the request waited for its turn in another.
                continue
            if buckets is not self._buckets_of(asked):
                # Azure began to count this call on its own.
                self._leave(buckets)
                continue
            response = await self._send_now(request, asked, buckets)
            if response.http_response.status_code != _TOO_MANY:
                return response
            self._pause(asked, response)

    async def _send_now(
        self, request: PipelineRequest[HttpRequest], asked: Asked, buckets: Buckets
    ) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        """Send a request that has entered its buckets and has a slot."""
        slot, sent = _Slot(self._slots, self._limits.slow_after), _now()
        turn: Turn = request.context["turn"]
        try:
            turn.come()
            response = await self.next.send(request)
            if response.http_response.status_code != _TOO_MANY:
                _learn(asked.call, buckets, response.http_response.headers, sent)
            return response
        finally:
            slot.free()
            for bucket in buckets:
                bucket.leave()

    def _buckets_of(self, asked: Asked) -> Buckets:
        """The buckets of a request, the narrowest first."""
        buckets = self._by_kind.get(asked.kind)
        if buckets is None:
            subscription = f"subscription {asked.subscription}" if asked.subscription else "Azure"
            buckets = (
                self._bucket((asked.subscription, asked.provider), asked.provider),
                self._bucket((asked.subscription, ""), subscription),
            )
            self._by_kind[asked.kind] = buckets
        return buckets

    def _bucket(self, key: tuple[str, str], name: str) -> Bucket:
        """The bucket with a key, made if it is the first time."""
        if key not in self._buckets:
            self._buckets[key] = Bucket(name, self._limits.at_once)
        return self._buckets[key]

    async def _enter(self, asked: Asked, buckets: Buckets) -> bool:
        """Wait for the turn in all buckets, then for a slot. False if a bucket was shut again."""
        if not buckets:
            await self._slots.acquire()
            return True
        first, *others = buckets
        async with first.turn:
            await self._until_open(first, asked.call)
            if not await self._enter(asked, tuple(others)):
                return False
            if first.wait(_now(), asked.call) > 0:
                self._leave(others)
                return False
            first.in_flight += 1
            return True

    def _leave(self, entered: Sequence[Bucket]) -> None:
        """Give the slot back, and the places in buckets that were entered."""
        self._slots.release()
        for bucket in entered:
            bucket.leave()

    async def _until_open(self, bucket: Bucket, call: str) -> None:
        """Wait until a bucket lets a request through. Raises ``Failure`` if it stays shut."""
        # Once a call gave up, one request of every other call still finds out.
        longest = self._limits.longest_backoff if bucket.is_spent else 0
        if not bucket.may_try(call, _now(), self._limits.breaker_pause):
            raise _shut(bucket, bucket.paused_until - _now())
        while (wait := bucket.wait(_now(), call)) > 0:
            pause = bucket.paused_until - _now()
            if pause > longest and bucket.is_shut(self._limits.max_wait):
                bucket.give_up(call, _now(), self._limits.breaker_pause)
                raise _shut(bucket, pause)
            began = _now()
            await bucket.sleep(wait)
            self._traffic.waited += _now() - began

    def _pause(self, asked: Asked, response: PipelineResponse[Any, Any]) -> None:
        """Pause the bucket that refused a request, and report a long pause.

        Raises ``Failure`` if the bucket refuses everything for too long already.
        """
        self._traffic.throttled += 1
        code = error_code(response.http_response)
        bucket = self._refusing_bucket(asked, code)
        seconds = bucket.refuse(code, retry_after(response), _now())
        if bucket.is_spent:
            bucket.give_up(asked.call, _now(), self._limits.breaker_pause)
            raise _shut(bucket, seconds)
        if bucket.is_news(self._limits.notice_after) and not bucket.is_shut(self._limits.max_wait):
            self._notify(Notice(f"Azure throttles {bucket.name}", until=after(seconds)))

    def _refusing_bucket(self, asked: Asked, code: str) -> Bucket:
        if _OF_SUBSCRIPTION in code:
            return self._buckets[asked.subscription, ""]
        if _OF_CALL in code:
            *own, provider, subscription = self._buckets_of(asked)
            if not own:
                own = [Bucket(f"the reads of {asked.call}", self._limits.at_once)]
                self._by_kind[asked.kind] = (*own, provider, subscription)
            return own[0]
        return self._buckets[asked.subscription, asked.provider]


class _Slot:
    """One of the requests in flight. It is free again after an answer, or once one is late."""

    def __init__(self, slots: asyncio.Semaphore, late: float) -> None:
        self._slots, self._is_taken = slots, True
        self._timer = asyncio.get_running_loop().call_later(late, self.free)

    def free(self) -> None:
        """Let another request have the slot."""
        self._timer.cancel()
        if self._is_taken:
            self._is_taken = False
            self._slots.release()


def _learn(call: str, buckets: Buckets, headers: Mapping[str, str], sent: float) -> None:
    """Pass the counts in the headers of an answer to its buckets."""
    *narrow, subscription = buckets
    now, left = _now(), headers.get(_LEFT_OF_SUBSCRIPTION, "")
    remaining = {"": int(left)} if _NUMBER.fullmatch(left) else {}
    subscription.let_through(call, remaining, sent, now)
    counts = headers.get(_LEFT_OF_PROVIDER, "")
    remaining = {name: int(count) for name, count in _COUNT.findall(counts)} if counts else {}
    for bucket in narrow:
        bucket.let_through(call, remaining, sent, now)


def _shut(bucket: Bucket, seconds: float) -> Failure:
    """The failure of every request to a bucket that lets nothing through for too long."""
    until = f"{after(seconds):%Y-%m-%d %H:%M:%SZ}"
    what = f"{bucket.refused_as}: Azure throttles {bucket.name} until {until}"
    return given_up(Reason.FAILED, what, "Scan again then, or raise --max-wait.")


def _now() -> float:
    return asyncio.get_running_loop().time()
