"""encrypted-disk-too-large: facts and verdicts.

Sources: Troubleshoot Azure Backup failure: issues with the agent or extension; Support matrix for
Azure VM backups.
"""

from __future__ import annotations

import pytest

from scanner.sim.shapes import DiskShape
from tests.support.prechecks import ENCRYPTION, Shape, verdict_on

CAUSE = "encrypted-disk-too-large"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, {"data_disks": [DiskShape(5000)]}, "clear", id="5,000 GiB"),
        pytest.param(
            None,
            {"data_disks": [DiskShape(5000)], "extensions": [ENCRYPTION]},
            "possible",
            id="5,000 GiB with Azure Disk Encryption",
        ),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected
