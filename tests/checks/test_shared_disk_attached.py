"""shared-disk-attached: facts and verdicts.

Source: Support matrix for Azure VM backups.
"""

from __future__ import annotations

import pytest

from scanner.sim.shapes import DiskShape
from tests.support.prechecks import Place, Shape, disk, verdict_on

CAUSE = "shared-disk-attached"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, disk(), "clear", id="no count of shares"),
        pytest.param(None, disk(shares=1), "clear", id="one share"),
        pytest.param(None, disk(shares=2), "applies", id="two shares"),
        pytest.param(None, disk(resource=False), "unknown (failed)", id="missing disk"),
        pytest.param(None, disk(shares=-1), "unknown (not-recorded)", id="-1 shares"),
        pytest.param(
            None,
            disk(shares=2, auth_mode="Odd"),
            "applies",
            id="two shares, unknown authentication mode",
        ),
        pytest.param("standard", disk(shares=2), "applies", id="two shares, standard policy"),
        pytest.param("enhanced", disk(shares=2), "possible", id="two shares, enhanced policy"),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected


async def test_one_disk_that_was_not_read_hides_no_other() -> None:
    place = Place()
    place.group.vm("web", data_disks=[DiskShape(8, resource=False), DiskShape(8, shares=2)])
    assert await place.verdict(CAUSE) == "applies"
