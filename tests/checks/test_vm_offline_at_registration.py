"""vm-offline-at-registration: facts and verdicts.

Source: Troubleshoot backup failures on Azure virtual machines.
"""

from __future__ import annotations

import pytest

from scanner.sim import faults
from tests.support.prechecks import Place, Shape, verdict_on

CAUSE = "vm-offline-at-registration"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, {}, "clear", id="running"),
        pytest.param(None, {"power": "deallocated"}, "possible", id="deallocated"),
        pytest.param(
            "crash",
            {"power": "deallocated"},
            "not-applicable",
            id="deallocated, crash-consistent policy",
        ),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected


async def test_a_policy_that_was_not_read_may_need_no_agent() -> None:
    place = Place()
    place.group.vm("web", power="deallocated")
    place.group.vm("healthy")
    faults.refuse(place.vault, "backup_policies")
    assert await place.verdict(CAUSE, "crash") == "unknown (denied)"
    assert await place.verdict(CAUSE, "crash", "healthy") == "clear"
