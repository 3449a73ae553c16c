"""unmanaged-disks: facts and verdicts.

Source: Support matrix for Azure VM backups.
"""

from __future__ import annotations

import pytest

from tests.support.prechecks import Shape, disk, os_disk, verdict_on

CAUSE = "unmanaged-disks"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, {}, "clear", id="managed disks"),
        pytest.param(None, disk(managed=False), "applies", id="unmanaged data disk"),
        pytest.param(None, os_disk(managed=False), "applies", id="unmanaged OS disk"),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected
