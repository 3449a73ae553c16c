"""vm-size-below-minimum: facts and verdicts.

Source: Support matrix for Azure VM backups.
"""

from __future__ import annotations

import pytest

from tests.support.prechecks import Shape, sized, verdict_on

CAUSE = "vm-size-below-minimum"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, {}, "clear", id="default size"),
        pytest.param(None, sized("Standard_B1s"), "possible", id="Standard_B1s"),
        pytest.param(None, sized("Standard_G1"), "clear", id="Standard_G1"),
        pytest.param(None, sized("Standard_DS11-1_v2"), "possible", id="Standard_DS11-1_v2"),
        pytest.param(None, sized("Large"), "unknown (not-recorded)", id="unknown size"),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected
