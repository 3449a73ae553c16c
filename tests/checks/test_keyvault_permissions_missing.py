"""keyvault-permissions-missing: facts and verdicts.

Source: Troubleshoot Azure Backup failure: issues with the agent or extension.
"""

from __future__ import annotations

import pytest

from tests.support.prechecks import ENCRYPTION, Shape, body, disk, verdict_on

CAUSE = "keyvault-permissions-missing"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, {}, "clear", id="not encrypted"),
        pytest.param(None, {"extensions": [ENCRYPTION]}, "possible", id="Azure Disk Encryption"),
        pytest.param(
            None,
            body(storageProfile={"osDisk": {"encryptionSettings": {"enabled": True}}}),
            "possible",
            id="encryption settings of the OS disk",
        ),
        pytest.param(None, disk(resource=False), "unknown (failed)", id="missing disk"),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected
