"""restore-point-limit-reached: facts and verdicts.

Source: Troubleshoot Azure Backup failure: issues with the agent or extension.
"""

from __future__ import annotations

import pytest

from tests.support.prechecks import Place

CAUSE = "restore-point-limit-reached"


@pytest.mark.parametrize(
    ("policy", "points", "verdict"),
    [
        pytest.param(None, 15, "clear", id="15 points, no policy"),
        pytest.param(None, 16, "possible", id="16 points, no policy"),
        pytest.param(None, 18, "possible", id="18 points, no policy"),
        pytest.param(None, 500, "applies", id="500 points, no policy"),
        pytest.param("standard", 17, "possible", id="17 points, standard policy"),
        pytest.param("standard", 18, "applies", id="18 points, standard policy"),
        pytest.param("enhanced", 18, "clear", id="18 points, enhanced policy"),
        pytest.param("enhanced", 499, "clear", id="499 points, enhanced policy"),
        pytest.param("enhanced", 500, "applies", id="500 points, enhanced policy"),
    ],
)
async def test_points_without_a_lock(policy: str | None, points: int, verdict: str) -> None:
    place = Place()
    vm = place.group.vm("web")
    place.group.collection(source=vm.id, points=points)
    assert await place.verdict(CAUSE, policy) == verdict
