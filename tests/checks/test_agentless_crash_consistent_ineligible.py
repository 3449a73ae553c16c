"""agentless-crash-consistent-ineligible: facts and verdicts.

Source: Frequently asked questions: back up Azure VMs.
"""

from __future__ import annotations

import pytest

from scanner.sim.shapes import DiskShape
from tests.support.prechecks import Place, Shape, disk, os_disk, sized, verdict_on

CAUSE = "agentless-crash-consistent-ineligible"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param("standard", disk(shares=2), "clear", id="shared disk, standard policy"),
        pytest.param("crash", disk(managed=False), "applies", id="unmanaged disk"),
        pytest.param(
            "crash",
            {"data_disks": [DiskShape(8, resource=False), DiskShape(8, shares=2)]},
            "applies",
            id="a missing disk and a shared one",
        ),
        pytest.param(
            "crash",
            disk(storage="UltraSSD_LRS"),
            "applies",
            id="ultra disk",
        ),
        pytest.param("crash", disk(shares=2), "applies", id="shared disk"),
        pytest.param("crash", disk(accelerated=True), "applies", id="write accelerator"),
        pytest.param("crash", os_disk(ephemeral=True), "applies", id="ephemeral OS disk"),
        pytest.param("crash", disk(resource=False), "unknown (failed)", id="missing disk"),
        pytest.param("crash", sized("Standard_D2s_v5"), "clear", id="Standard_D2s_v5"),
        pytest.param("crash", sized("Standard_DS2_v2"), "clear", id="Standard_DS2_v2"),
        pytest.param(
            "crash",
            sized("Standard_NV36ads_A10_v5"),
            "clear",
            id="Standard_NV36ads_A10_v5",
        ),
        pytest.param(
            "crash",
            sized("Standard_E4-2as_v6"),
            "clear",
            id="Standard_E4-2as_v6",
        ),
        pytest.param("crash", sized("Standard_D2_v5"), "possible", id="Standard_D2_v5"),
        pytest.param("crash", sized("Standard_D2s_v6"), "possible", id="Standard_D2s_v6"),
        pytest.param("crash", sized("Standard_D2as_v7"), "possible", id="Standard_D2as_v7"),
        pytest.param("crash", sized("Basic_A1"), "possible", id="Basic_A1"),
        pytest.param("crash", sized(None), "unknown (not-recorded)", id="no size"),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected


@pytest.mark.parametrize(
    ("size", "verdict"),
    [
        ("Standard_DS2_v2_Promo", "clear"),
        ("Standard_M416s_8_v2", "clear"),
        ("Standard_M96ds_1_v3", "clear"),
        ("Standard_DC4as_cc_v5", "clear"),
        ("Standard_NG32ads_V620_v1", "clear"),
        ("Standard_D2s_v6", "possible"),
        ("Standard_D2as_v6", "clear"),
        ("Standard_A2_v2", "possible"),
        ("D2s_v5", "unknown (not-recorded)"),
        ("Standard_", "unknown (not-recorded)"),
    ],
)
async def test_size_names(size: str, verdict: str) -> None:
    place = Place()
    place.group.vm("web", **sized(size))
    assert await place.verdict(CAUSE, "crash") == verdict
