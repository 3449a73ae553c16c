"""restore-point-limit-reached: facts and verdicts.

By Troubleshoot Azure Backup failure: issues with the agent or extension.
"""

from __future__ import annotations

import pytest

from tests.support.prechecks import Place

CAUSE = "restore-point-limit-reached"


@pytest.mark.parametrize(
    ("policy", "points", "verdict"),
    [
        (None, 15, "clear"), (None, 16, "possible"), (None, 18, "possible"), (None, 500, "applies"),
        ("standard", 17, "possible"), ("standard", 18, "applies"), ("enhanced", 18, "clear"),
        ("enhanced", 499, "clear"), ("enhanced", 500, "applies"),
    ],
)  # fmt: skip
async def test_points_without_a_lock(policy: str | None, points: int, verdict: str) -> None:
    place = Place()
    vm = place.group.vm("web")
    place.group.collection(source=vm.id, points=points)
    assert await place.verdict(CAUSE, policy) == verdict
