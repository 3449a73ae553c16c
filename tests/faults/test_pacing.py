"""A scan that reaches the rate limits loses nothing and waits no longer than it must."""

from __future__ import annotations

import pytest

from scanner.sim.rate_limits import Rate, Throttling
from tests.support.fleets.four_pages import fleet
from tests.support.pacing import Pace, least_seconds
from tests.support.scans import Scanned, scan_arm
from tests.support.verdict_tables import table_of

LATENCY = 0.05
RATE = Rate(40, 4)
SIZES = {"alpha": 90, "beta": 90}


@pytest.fixture(scope="module", params=[True, False], ids=["remaining shown", "hidden"])
def is_shown(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(scope="module")
def undisturbed() -> Scanned:
    return scan_arm(fleet(SIZES), latency=LATENCY)


@pytest.fixture(scope="module")
def scanned(is_shown: bool) -> Scanned:
    throttling = Throttling(Rate(50, 5), RATE, shows_remaining=is_shown)
    return scan_arm(fleet(SIZES), latency=LATENCY, throttling=throttling)


def test_nothing_is_lost(scanned: Scanned, undisturbed: Scanned) -> None:
    assert scanned.report.gaps == ()
    assert table_of(scanned.report) == table_of(undisturbed.report)


def test_few_requests_are_refused(scanned: Scanned, is_shown: bool) -> None:
    # Without counts a refusal is the only sign, and about four requests pass after a pause.
    assert Pace(scanned.azure.log).refused <= (0.05 if is_shown else 0.33)


def test_nothing_is_sent_while_a_bucket_is_paused(scanned: Scanned) -> None:
    assert Pace(scanned.azure.log).early(LATENCY) == []


def test_the_scan_takes_hardly_longer_than_the_limits_allow(
    scanned: Scanned, undisturbed: Scanned, is_shown: bool
) -> None:
    bound = least_seconds(undisturbed.azure.log, RATE)
    assert bound > 15
    assert Pace(scanned.azure.log).seconds >= bound, "it gave up"
    assert Pace(scanned.azure.log).seconds <= bound * (1.1 if is_shown else 1.15)
