"""The least time of a scan, by the limits that Azure documents."""

from __future__ import annotations

import pytest

from scanner.arm import calls
from scanner.arm.call import Call
from scanner.arm.call_plan import CallPlan
from scanner.cli.printed.call_plan import duration
from scanner.inventory.armid import ArmId

ONE, OTHER = "/subscriptions/one", "/subscriptions/other"


@pytest.mark.parametrize(
    ("counted", "seconds", "what"),
    [
        pytest.param({(calls.DISKS, ONE): 250}, 0, "reads of a subscription", id="at once"),
        pytest.param({(calls.DISKS, ONE): 300}, 2, "reads of a subscription", id="refilled"),
        pytest.param(
            {(calls.DISKS, ONE): 300, (calls.LOCKS, ONE): 50}, 4, "reads of a subscription",
            id="kinds share the limit of a subscription",
        ),
        pytest.param(
            {(calls.DISKS, ONE): 300, (calls.DISKS, OTHER): 300}, 2, "reads of a subscription",
            id="subscriptions go side by side",
        ),
        pytest.param({(calls.JOB, ONE): 151}, 24, "reads of backup jobs", id="150 an hour"),
        pytest.param(
            {(calls.JOB, ONE): 100, (calls.JOBS, ONE): 125}, 1800, "reads of backup jobs",
            id="one limit of two calls",
        ),
    ],
)  # fmt: skip
def test_least_time(counted: dict[tuple[Call[object], str], int], seconds: int, what: str) -> None:
    """Understand how Azure Resource Manager throttles requests: 250 reads of a subscription, 25 a
    second after that. Azure's refusal of reads of backup jobs says 150 an hour."""
    plan = CallPlan()
    for (call, scope), number in counted.items():
        for _ in range(number):
            assert plan.takes(call, ArmId(scope))
    slowest = plan.slowest({})
    assert slowest.seconds == pytest.approx(seconds)
    assert slowest.rate.what == what


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (0.2, "1 s"), (119, "119 s"), (121, "3 min"), (5400, "1 h 30 min")],
)
def test_time_is_rounded_up(seconds: float, text: str) -> None:
    assert duration(seconds) == text
