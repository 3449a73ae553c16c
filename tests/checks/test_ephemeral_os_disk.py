"""ephemeral-os-disk: facts and verdicts.

Sources: Support matrix for Azure VM backups; Troubleshoot backup failures on Azure virtual
machines.
"""

from __future__ import annotations

import pytest

from tests.support.prechecks import Shape, local_disk, os_disk, verdict_on

CAUSE = "ephemeral-os-disk"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, {}, "clear", id="ordinary OS disk"),
        pytest.param(None, os_disk(ephemeral=True), "possible", id="ephemeral OS disk"),
        pytest.param(
            None, local_disk("Odd"), "unknown (not-recorded)", id="unknown option of the OS disk"
        ),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected
