"""vm-provisioning-state-blocks-backup: facts and verdicts.

Sources: Troubleshoot Azure Backup failure: issues with the agent or extension; Troubleshoot backup
failures on Azure virtual machines.
"""

from __future__ import annotations

import pytest

from scanner.sim.patches import ABSENT
from tests.support.prechecks import Shape, body, verdict_on

CAUSE = "vm-provisioning-state-blocks-backup"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, {}, "clear", id="Succeeded"),
        pytest.param(None, body(provisioningState="Failed"), "applies", id="Failed"),
        pytest.param(None, body(provisioningState="failed"), "applies", id="failed"),
        pytest.param(None, body(provisioningState="Updating"), "possible", id="Updating"),
        pytest.param(
            None, body(provisioningState="Whatever"), "unknown (not-recorded)", id="unknown state"
        ),
        pytest.param(None, body(provisioningState=None), "unknown (not-recorded)", id="null"),
        pytest.param(None, body(provisioningState=ABSENT), "unknown (not-recorded)", id="absent"),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected
