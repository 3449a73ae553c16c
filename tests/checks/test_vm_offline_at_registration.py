"""vm-offline-at-registration: facts and verdicts.

By Troubleshoot backup failures on Azure virtual machines.
"""

from __future__ import annotations

import pytest

from tests.planning import Shape, verdict_on

CAUSE = "vm-offline-at-registration"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, {}, "clear", id="healthy"),
        pytest.param(None, {"power": "deallocated"}, "possible", id="deallocated"),
        pytest.param(
            "crash", {"power": "deallocated"}, "not-applicable", id="crash-policy-deallocated"
        ),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected
