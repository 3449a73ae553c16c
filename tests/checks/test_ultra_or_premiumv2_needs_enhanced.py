"""ultra-or-premiumv2-needs-enhanced: facts and verdicts.

By Support matrix for Azure VM backups.
"""

from __future__ import annotations

import pytest

from tests.support.prechecks import Shape, disk, verdict_on

CAUSE = "ultra-or-premiumv2-needs-enhanced"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, disk(), "clear", id="disk"),
        pytest.param(
            None, disk(storage="UltraSSD_LRS"), "possible", id="disk-storage-UltraSSD_LRS"
        ),
        pytest.param(
            None, disk(storage="Odd_LRS"), "unknown (not-recorded)", id="disk-storage-Odd_LRS"
        ),
        pytest.param(
            "standard", disk(managed=False), "clear", id="standard-policy-disk-managed-False"
        ),
        pytest.param(
            "standard",
            disk(storage="UltraSSD_LRS"),
            "applies",
            id="standard-policy-disk-storage-UltraSSD_LRS",
        ),
        pytest.param(
            "standard",
            disk(storage="PremiumV2_LRS"),
            "applies",
            id="standard-policy-disk-storage-PremiumV2_LRS",
        ),
        pytest.param(
            "enhanced",
            disk(storage="UltraSSD_LRS"),
            "clear",
            id="enhanced-policy-disk-storage-UltraSSD_LRS",
        ),
        pytest.param("standard", {}, "clear", id="standard-policy-healthy"),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected
