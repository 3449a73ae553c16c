"""too-many-backups-per-day: facts and verdicts.

Sources: Troubleshoot Azure Backup failure: issues with the agent or extension; Support matrix for
Azure VM backups; Instant Restore capability of Azure Backup.
"""

from __future__ import annotations

import pytest

from scanner.sim import faults
from tests.support.prechecks import Place, Shape, precheck, verdict_on, verdicts_of

CAUSE = "too-many-backups-per-day"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param("standard", {}, "clear", id="standard policy"),
        pytest.param("enhanced", {}, "clear", id="enhanced policy"),
        pytest.param("often", {}, "possible", id="four backups a day"),
        pytest.param("odd", {}, "unknown (not-recorded)", id="zero days of instant restore"),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected


async def test_a_named_vault_whose_items_were_not_read_may_have_a_policy_in_force() -> None:
    place = Place()
    place.group.vm("web")
    faults.refuse(place.vault, "protected_items")
    report = await precheck(place.world, "vault")
    assert verdicts_of(report, "web")[CAUSE] == "unknown (denied)"
