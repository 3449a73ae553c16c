"""extension-operations-disallowed: facts and verdicts.

By Azure Virtual Machine Agent overview.
"""

from __future__ import annotations

import pytest

from tests.planning import Shape, verdict_on

CAUSE = "extension-operations-disallowed"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, {}, "clear", id="healthy"),
        pytest.param(
            None,
            {"allow_extension_operations": False},
            "applies",
            id="allow_extension_operations-False",
        ),
        pytest.param(
            None, {"provision_vm_agent": False}, "possible", id="provision_vm_agent-False"
        ),
        pytest.param(
            "crash",
            {"allow_extension_operations": False},
            "not-applicable",
            id="crash-policy-allow_extension_operations-False",
        ),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected
