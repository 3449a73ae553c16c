"""disk-count-over-limit: facts and verdicts.

Source: Support matrix for Azure VM backups.
"""

from __future__ import annotations

import pytest

from scanner.sim.shapes import DiskShape
from tests.support.prechecks import Shape, body, verdict_on

CAUSE = "disk-count-over-limit"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, {"data_disks": [DiskShape(8)] * 31}, "clear", id="31 data disks"),
        pytest.param(None, {"data_disks": [DiskShape(8)] * 32}, "possible", id="32 data disks"),
        pytest.param(None, {"data_disks": [DiskShape(8)] * 33}, "applies", id="33 data disks"),
        pytest.param(
            None,
            body(storageProfile={"dataDisks": None}),
            "unknown (not-recorded)",
            id="no list of data disks",
        ),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected
