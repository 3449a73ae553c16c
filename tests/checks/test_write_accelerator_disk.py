"""write-accelerator-disk: facts and verdicts.

By Support matrix for Azure VM backups; Frequently asked questions: back up Azure VMs.
"""

from __future__ import annotations

import pytest

from scanner.sim.network_shapes import NicShape, RuleShape
from scanner.sim.shapes import DiskShape
from tests.support.prechecks import Place, Shape, disk, os_disk, verdict_on

CAUSE = "write-accelerator-disk"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, disk(), "clear", id="disk"),
        pytest.param(None, disk(accelerated=True), "possible", id="disk-accelerated-True"),
        pytest.param(None, os_disk(accelerated=True), "applies", id="os_disk-accelerated-True"),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected


@pytest.mark.parametrize("denied", [True, False])
async def test_an_accelerated_disk_and_the_way_out(denied: bool) -> None:
    place = Place()
    out = RuleShape("deny-out", 100, access="Deny", direction="Outbound")
    nsg = place.group.nsg("nsg", *([out] if denied else [])).id
    accelerated = [DiskShape(8, accelerated=True)]
    place.group.vm("web", data_disks=accelerated, nics=(NicShape(nsg=nsg),))
    verdict = await place.verdict(CAUSE)
    assert verdict == ("applies" if denied else "possible")
