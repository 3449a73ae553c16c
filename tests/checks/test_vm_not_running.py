"""vm-not-running: facts and verdicts.

Sources: Troubleshoot Azure Backup failure: issues with the agent or extension; Support matrix for
Azure VM backups.
"""

from __future__ import annotations

import pytest

from tests.support.prechecks import Shape, verdict_on

CAUSE = "vm-not-running"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, {}, "clear", id="running"),
        pytest.param(None, {"power": "deallocated"}, "possible", id="deallocated"),
        pytest.param(None, {"power": "stopped"}, "possible", id="stopped"),
        pytest.param(None, {"power": None}, "unknown (not-recorded)", id="no power state"),
        pytest.param(
            "crash",
            {"power": "deallocated"},
            "not-applicable",
            id="deallocated, crash-consistent policy",
        ),
        pytest.param(
            "standard", {"power": "deallocated"}, "possible", id="deallocated, standard policy"
        ),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected
