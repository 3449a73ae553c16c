"""data-disk-with-security-type: facts and verdicts.

Source: Support matrix for Azure VM backups.
"""

from __future__ import annotations

import pytest

from tests.support.prechecks import Shape, disk, os_disk, verdict_on

CAUSE = "data-disk-with-security-type"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, os_disk(security="TrustedLaunch"), "clear", id="Trusted Launch OS disk"),
        pytest.param(
            None, disk(security="TrustedLaunch"), "applies", id="Trusted Launch data disk"
        ),
        pytest.param(
            None,
            disk(security="Odd"),
            "unknown (not-recorded)",
            id="data disk of an unknown security type",
        ),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected
