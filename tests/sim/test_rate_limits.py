"""Token buckets of the simulated ARM, on the simulated clock."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from typing import Any

import pytest

from scanner.sim.arm import SimulatedArm
from scanner.sim.http_messages import Response
from scanner.sim.rate_limits import Rate, Throttling
from scanner.sim.world import Subscription, World
from tests.support.simulated_arm import VMS, Ask

LOCKS = "providers/Microsoft.Authorization/locks"
SMALL = Throttling(Rate(6, 2), Rate(4, 1))


def code(response: Response) -> str:
    body: Any = response.json()
    return str(body["error"]["code"])


def throttled_ask(world: World, throttling: Throttling = SMALL) -> Ask:
    return Ask(SimulatedArm(world, throttling=throttling))


async def test_a_subscription_gets_what_its_bucket_holds(world: World, prod: Subscription) -> None:
    ask = throttled_ask(world)
    answers = [ask(f"{prod.id}/{LOCKS}") for _ in range(8)]
    assert Counter(answer.status for answer in answers) == {200: 6, 429: 2}
    assert code(answers[-1]) == "SubscriptionRequestsThrottled"
    assert answers[-1].headers["retry-after"] == "1"
    await asyncio.sleep(1)
    answers = [ask(f"{prod.id}/{LOCKS}") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]


async def test_compute_has_a_narrower_bucket_and_its_refusals_cost_the_wider(
    world: World, prod: Subscription
) -> None:
    ask = throttled_ask(world)
    answers = [ask(f"{prod.id}/{VMS}") for _ in range(7)]
    assert [answer.status for answer in answers] == [200] * 4 + [429] * 3
    assert code(answers[4]) == "OperationNotAllowed"
    assert b"TooManyRequests" in answers[4].body
    assert code(answers[6]) == "SubscriptionRequestsThrottled"


async def test_subscriptions_do_not_share_buckets(world: World, prod: Subscription) -> None:
    other = world.subscription("other")
    ask = throttled_ask(world)
    for _ in range(7):
        ask(f"{prod.id}/{LOCKS}")
    assert ask(f"{other.id}/{LOCKS}").status == 200
    assert ask(f"{prod.id.upper()}/{LOCKS}").status == 429


@pytest.mark.parametrize("is_shown", [True, False], ids=["shown", "hidden"])
async def test_remaining_reads_are_shown_unless_hidden(
    world: World, prod: Subscription, is_shown: bool
) -> None:
    ask = throttled_ask(world, Throttling(Rate(6, 2), Rate(4, 1), shows_remaining=is_shown))
    answer = [ask(f"{prod.id}/{VMS}") for _ in range(2)][-1]
    shown = {name: value for name, value in answer.headers.items() if "remaining" in name}
    expected = {
        "x-ms-ratelimit-remaining-subscription-reads": "4",
        "x-ms-ratelimit-remaining-resource": "Microsoft.Compute/LowCostGet3Min;2",
    }
    assert shown == (expected if is_shown else {})


async def test_retry_after_is_long_enough(world: World, prod: Subscription) -> None:
    ask = throttled_ask(world, Throttling(Rate(1, 0.3), Rate(1, 0.3)))
    ask(f"{prod.id}/{LOCKS}")
    refused = ask(f"{prod.id}/{LOCKS}")
    wait = float(refused.headers["retry-after"])
    assert wait == math.ceil(1 / 0.3)
    await asyncio.sleep(wait)
    assert ask(f"{prod.id}/{LOCKS}").status == 200


async def test_the_log_says_when_and_with_what_status(world: World, prod: Subscription) -> None:
    ask = throttled_ask(world, Throttling(Rate(1, 1), Rate(1, 1)))
    ask(f"{prod.id}/{LOCKS}")
    await asyncio.sleep(0.25)
    ask(f"{prod.id}/{LOCKS}")
    first, second = ask.arm.log
    assert second.at - first.at == pytest.approx(0.25)
    assert [(entry.status, entry.retry_after) for entry in (first, second)] == [
        (200, None),
        (429, 1.0),
    ]
