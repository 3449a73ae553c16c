"""disk-count-over-limit: facts and verdicts.

By Support matrix for Azure VM backups.
"""

from __future__ import annotations

import pytest

from scanner.sim.shapes import DiskShape
from tests.support.prechecks import Shape, body, verdict_on

CAUSE = "disk-count-over-limit"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, {"data_disks": [DiskShape(8)] * 31}, "clear", id="data-disks-8-31"),
        pytest.param(None, {"data_disks": [DiskShape(8)] * 32}, "possible", id="data-disks-8-32"),
        pytest.param(None, {"data_disks": [DiskShape(8)] * 33}, "applies", id="data-disks-8-33"),
        pytest.param(
            None,
            body(storageProfile={"dataDisks": None}),
            "unknown (not-recorded)",
            id="dataDisks-None",
        ),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected
