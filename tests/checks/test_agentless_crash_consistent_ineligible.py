"""agentless-crash-consistent-ineligible: facts and verdicts.

By Frequently asked questions: back up Azure VMs.
"""

from __future__ import annotations

import pytest

from scanner.sim.shapes import DiskShape
from tests.support.prechecks import Place, Shape, disk, os_disk, sized, verdict_on

CAUSE = "agentless-crash-consistent-ineligible"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param("standard", disk(shares=2), "clear", id="standard-policy-disk-shares-2"),
        pytest.param("crash", disk(managed=False), "applies", id="crash-policy-disk-managed-False"),
        pytest.param(
            "crash",
            {"data_disks": [DiskShape(8, resource=False), DiskShape(8, shares=2)]},
            "applies",
            id="crash-policy-data-disks-8-resource-False-8-shares-2",
        ),
        pytest.param(
            "crash",
            disk(storage="UltraSSD_LRS"),
            "applies",
            id="crash-policy-disk-storage-UltraSSD_LRS",
        ),
        pytest.param("crash", disk(shares=2), "applies", id="crash-policy-disk-shares-2"),
        pytest.param(
            "crash", disk(accelerated=True), "applies", id="crash-policy-disk-accelerated-True"
        ),
        pytest.param(
            "crash", os_disk(ephemeral=True), "applies", id="crash-policy-os_disk-ephemeral-True"
        ),
        pytest.param(
            "crash", disk(resource=False), "unknown (failed)", id="crash-policy-disk-resource-False"
        ),
        pytest.param(
            "crash", sized("Standard_D2s_v5"), "clear", id="crash-policy-sized-Standard_D2s_v5"
        ),
        pytest.param(
            "crash", sized("Standard_DS2_v2"), "clear", id="crash-policy-sized-Standard_DS2_v2"
        ),
        pytest.param(
            "crash",
            sized("Standard_NV36ads_A10_v5"),
            "clear",
            id="crash-policy-sized-Standard_NV36ads_A10_v5",
        ),
        pytest.param(
            "crash",
            sized("Standard_E4-2as_v6"),
            "clear",
            id="crash-policy-sized-Standard_E4-2as_v6",
        ),
        pytest.param(
            "crash", sized("Standard_D2_v5"), "possible", id="crash-policy-sized-Standard_D2_v5"
        ),
        pytest.param(
            "crash", sized("Standard_D2s_v6"), "possible", id="crash-policy-sized-Standard_D2s_v6"
        ),
        pytest.param(
            "crash", sized("Standard_D2as_v7"), "possible", id="crash-policy-sized-Standard_D2as_v7"
        ),
        pytest.param("crash", sized("Basic_A1"), "possible", id="crash-policy-sized-Basic_A1"),
        pytest.param("crash", sized(None), "unknown (not-recorded)", id="crash-policy-sized-None"),
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
async def test_the_size_by_its_name(size: str, verdict: str) -> None:
    place = Place()
    place.group.vm("web", **sized(size))
    assert await place.verdict(CAUSE, "crash") == verdict
