"""extension-operations-disallowed: facts and verdicts.

Source: Azure Virtual Machine Agent overview.
"""

from __future__ import annotations

import pytest

from scanner.sim import faults
from tests.support.prechecks import Place, Shape, verdict_on

CAUSE = "extension-operations-disallowed"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, {}, "clear", id="extension operations allowed"),
        pytest.param(
            None,
            {"allow_extension_operations": False},
            "applies",
            id="extension operations not allowed",
        ),
        pytest.param(
            None, {"provision_vm_agent": False}, "possible", id="VM agent not provisioned"
        ),
        pytest.param(
            "crash",
            {"allow_extension_operations": False},
            "not-applicable",
            id="not allowed, crash-consistent policy",
        ),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected


async def test_a_policy_that_was_not_read_may_need_no_agent() -> None:
    place = Place()
    place.group.vm("web", allow_extension_operations=False)
    place.group.vm("healthy")
    faults.refuse(place.vault, "backup_policies")
    assert await place.verdict(CAUSE, "crash") == "unknown (denied)"
    assert await place.verdict(CAUSE, "crash", "healthy") == "clear"
