"""trusted-launch-policy-client: facts and verdicts.

By Support matrix for Azure VM backups.
"""

from __future__ import annotations

import pytest

from tests.support.prechecks import Shape, body, sized, verdict_on

CAUSE = "trusted-launch-policy-client"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(
            "standard",
            body(securityProfile={"securityType": "TrustedLaunch"}),
            "possible",
            id="standard-policy-securityProfile-securityType-TrustedLaunch",
        ),
        pytest.param(
            "standard",
            body(securityProfile={"securityType": "Odd"}),
            "unknown (not-recorded)",
            id="standard-policy-securityProfile-securityType-Odd",
        ),
        pytest.param("standard", {}, "clear", id="standard-policy-healthy"),
        pytest.param(
            "standard",
            sized("Standard_D2s_v5", "TrustedLaunch"),
            "possible",
            id="standard-policy-sized-Standard_D2s_v5-TrustedLaunch",
        ),
        pytest.param(
            "enhanced",
            sized("Standard_D2s_v5", "TrustedLaunch"),
            "clear",
            id="enhanced-policy-sized-Standard_D2s_v5-TrustedLaunch",
        ),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected
