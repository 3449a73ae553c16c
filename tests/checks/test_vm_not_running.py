"""vm-not-running: facts and verdicts.

By Troubleshoot Azure Backup failure: issues with the agent or extension; Support matrix for Azure
VM backups.
"""

from __future__ import annotations

import pytest

from tests.support.prechecks import Shape, verdict_on

CAUSE = "vm-not-running"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, {}, "clear", id="healthy"),
        pytest.param(None, {"power": "deallocated"}, "possible", id="deallocated"),
        pytest.param(None, {"power": "stopped"}, "possible", id="stopped"),
        pytest.param(None, {"power": None}, "unknown (not-recorded)", id="None"),
        pytest.param(
            "crash", {"power": "deallocated"}, "not-applicable", id="crash-policy-deallocated"
        ),
        pytest.param(
            "standard", {"power": "deallocated"}, "possible", id="standard-policy-deallocated"
        ),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected
