"""disk-entra-data-access: facts and verdicts.

Source: Support matrix for Azure VM backups.
"""

from __future__ import annotations

import pytest

from tests.support.prechecks import Shape, disk, verdict_on

CAUSE = "disk-entra-data-access"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, disk(auth_mode="None"), "clear", id="authentication mode None"),
        pytest.param(
            None,
            disk(auth_mode="AzureActiveDirectory"),
            "applies",
            id="authentication mode AzureActiveDirectory",
        ),
        pytest.param(None, disk(resource=False), "unknown (failed)", id="missing disk"),
        pytest.param(
            None, disk(auth_mode="Odd"), "unknown (not-recorded)", id="unknown authentication mode"
        ),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected
