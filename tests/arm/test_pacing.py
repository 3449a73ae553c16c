"""Throttled requests wait as long as they must, and no longer."""

from __future__ import annotations

import asyncio

import pytest

from scanner.arm.limits import Limits
from tests.support.pipelines import Reply, Service, now

OF_CALL = b'{"error":{"code":"ResourceRequestsThrottled"}}'


def refusal(seconds: int, body: bytes = b"{}") -> Reply:
    return Reply(429, {"Retry-After": str(seconds)}, body)


async def test_a_call_that_is_counted_anew_pauses_the_requests_that_wait_for_it() -> None:
    """They entered before there was a bucket of this call."""
    service = Service(
        lambda _call, time, before: refusal(60, OF_CALL) if before >= 10 and time < 60 else Reply()
    )
    assert await service.ask_many(64) == {"answered": 64}
    assert [time for time, *_ in service.log if 0.1 < time < 60] == []


async def test_after_the_longest_wait_all_that_wait_give_up_at_once() -> None:
    service = Service(lambda *_: refusal(25), Limits(max_wait=60))
    assert await service.ask_many(64) == {"GIVEN_UP": 64}
    assert now() < 60


async def test_one_request_finds_out_if_a_bucket_is_open_again() -> None:
    service = Service(
        lambda _call, time, _: refusal(25) if time < 100 else Reply(), Limits(max_wait=60)
    )
    await service.ask_many(8)
    sent = len(service.log)
    assert await service.ask_many(8) == {"GIVEN_UP": 8}
    assert len(service.log) == sent
    await asyncio.sleep(200)
    assert await service.ask() == "answered"
    assert await service.ask_many(8) == {"answered": 8}


async def test_an_older_request_that_is_answered_opens_no_bucket() -> None:
    """It was sent before the refusal."""
    service = Service(
        lambda call, *_: Reply(seconds=5) if call == "slow" else refusal(4000), Limits(max_wait=60)
    )
    slow = asyncio.ensure_future(service.ask("slow"))
    await asyncio.sleep(1)
    assert await service.ask() == "GIVEN_UP"
    assert await slow == "answered"
    assert await service.ask() == "GIVEN_UP"


@pytest.mark.parametrize("wait", [25, None], ids=["short", "not given"])
async def test_many_short_waits_are_reported_as_a_long_one(wait: int | None) -> None:
    reply = Reply(429) if wait is None else refusal(wait)
    service = Service(lambda *_: reply)
    assert await service.ask() == "GIVEN_UP"
    assert 1700 < now() < 1800
    assert 3 < len(service.notices) < 9


async def test_a_full_bucket_shows_no_slow_refill() -> None:
    """After 20 quiet minutes, 100 requests take 40 + 4 a second, as before."""
    left, at = 40.0, 0.0

    def rule(_call: str, time: float, _before: int) -> Reply:
        nonlocal left, at
        left, at = min(40.0, left + 4 * (time - at)), time
        if left < 1:
            return refusal(1)
        left -= 1
        return Reply(headers={"x-ms-ratelimit-remaining-resource": f"Compute/a;{left:.0f}"})

    service = Service(rule)
    for _ in range(3):
        await service.ask()
    await asyncio.sleep(1200)
    began = now()
    assert await service.ask_many(100) == {"answered": 100}
    assert 15 <= now() - began < 18


async def test_a_slow_subscription_holds_up_no_other() -> None:
    """Requests without an answer give their slots back after a second."""
    service = Service(lambda call, *_: Reply(seconds=20 if call == "slow" else 0.1))
    slow = [asyncio.ensure_future(service.ask("slow", "a")) for _ in range(200)]
    await asyncio.sleep(0)
    began = now()
    await asyncio.gather(*(service.ask("fast", "b") for _ in range(100)))
    assert now() - began < 10
    assert set(await asyncio.gather(*slow)) == {"answered"}
