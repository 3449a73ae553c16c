"""What is sent again, and what is given up."""

from __future__ import annotations

import asyncio

from scanner.arm.limits import LIMITS, Limits
from tests.support.pipelines import Reply, Service, now

SILENCE = Reply(0, seconds=25)


async def test_a_silence_is_asked_for_once_more() -> None:
    service = Service(lambda _call, _time, before: SILENCE if before == 0 else Reply())
    assert await service.ask() == "answered"
    assert len(service.log) == 2


async def test_silences_among_answers_give_nothing_up() -> None:
    """Five of 300 requests hang once."""
    service = Service(lambda _call, _time, before: SILENCE if before < 5 else Reply())
    assert await service.ask_many(300) == {"answered": 300}


async def test_five_silences_in_a_row_give_up_a_call_of_a_subscription() -> None:
    service = Service(lambda call, *_: SILENCE if call == "views" else Reply())
    ended = await service.ask_many(500)
    # Until the first silence ends, 24 a second were sent.
    assert ended["GIVEN_UP"] >= 100
    assert ended["answered"] == 0
    assert now() < 60
    assert await service.ask("disks") == "answered"
    assert await service.ask("views", "another") == "SILENT"
    sent = len(service.log)
    await asyncio.sleep(31)
    # One request finds out every 30 seconds.
    assert await service.ask_many(20) == {"GIVEN_UP": 20}
    assert len(service.log) - sent == 1


async def test_retries_have_a_budget() -> None:
    service = Service(lambda *_: Reply(500))
    await service.ask_many(1000)
    attempts = len(service.log)
    assert attempts - 1000 <= LIMITS.free_retries + LIMITS.retry_share * attempts + 1


async def test_a_retry_that_the_budget_refuses_takes_nothing_from_it() -> None:
    service = Service(lambda call, *_: Reply(500) if call == "sick" else Reply())
    await service.ask_many(2000, "sick")
    await service.ask_many(100, "views")
    sent = len(service.log)
    await service.ask("sick")
    assert len(service.log) > sent + 1


async def test_one_subscription_takes_no_retries_of_another() -> None:
    service = Service(lambda call, _time, _before: Reply(500) if call == "sick" else Reply())
    await service.ask_many(500, "sick")
    sent = len(service.log)
    await service.ask("sick", "another")
    assert len(service.log) == sent + 1 + LIMITS.retries


async def test_the_longest_wait_counts_all_waits_of_a_request() -> None:
    service = Service(lambda *_: Reply(503, {"Retry-After": "1700"}))
    assert await service.ask() == "DOWN"
    assert now() < LIMITS.max_wait


async def test_nothing_is_sent_after_the_deadline() -> None:
    service = Service(lambda *_: Reply(), Limits(deadline=10))
    assert await service.ask() == "answered"
    await asyncio.sleep(20)
    assert await service.ask_many(50) == {"GIVEN_UP": 50}
    assert len(service.log) == 1
