"""ultra-or-premiumv2-needs-enhanced: facts and verdicts.

Source: Support matrix for Azure VM backups.
"""

from __future__ import annotations

import pytest

from tests.support.prechecks import Shape, disk, verdict_on

CAUSE = "ultra-or-premiumv2-needs-enhanced"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, disk(), "clear", id="Premium SSD"),
        pytest.param(None, disk(storage="UltraSSD_LRS"), "possible", id="ultra disk"),
        pytest.param(
            None, disk(storage="Odd_LRS"), "unknown (not-recorded)", id="unknown disk type"
        ),
        pytest.param(
            "standard", disk(managed=False), "clear", id="unmanaged disk, standard policy"
        ),
        pytest.param(
            "standard",
            disk(storage="UltraSSD_LRS"),
            "applies",
            id="ultra disk, standard policy",
        ),
        pytest.param(
            "standard",
            disk(storage="PremiumV2_LRS"),
            "applies",
            id="Premium SSD v2, standard policy",
        ),
        pytest.param(
            "enhanced",
            disk(storage="UltraSSD_LRS"),
            "clear",
            id="ultra disk, enhanced policy",
        ),
        pytest.param("standard", {}, "clear", id="no data disk, standard policy"),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected
