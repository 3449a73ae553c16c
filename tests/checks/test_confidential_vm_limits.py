"""confidential-vm-limits: facts and verdicts.

Source: Back up Confidential VM using Azure Backup (preview).
"""

from __future__ import annotations

import pytest

from tests.support.prechecks import Place, Shape, body, sized, verdict_on

CAUSE = "confidential-vm-limits"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(
            None,
            body(securityProfile={"securityType": None}),
            "clear",
            id="no security type",
        ),
        pytest.param(
            None,
            body(securityProfile={"securityType": "Standard"}),
            "clear",
            id="security type Standard",
        ),
        pytest.param(
            None,
            body(securityProfile={"securityType": "Odd"}),
            "unknown (not-recorded)",
            id="unknown security type",
        ),
        pytest.param(
            "standard",
            sized("Standard_DC2as_v5", "ConfidentialVM"),
            "applies",
            id="confidential VM, standard policy",
        ),
        pytest.param("standard", {}, "clear", id="ordinary VM, standard policy"),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected


@pytest.mark.parametrize(
    ("location", "verdict"),
    [
        pytest.param("koreacentral", "possible", id="koreacentral"),
        pytest.param("Korea Central", "possible", id="Korea Central"),
        pytest.param("westeurope", "applies", id="westeurope"),
        pytest.param(None, "unknown (not-recorded)", id="no region"),
        pytest.param("", "unknown (not-recorded)", id="empty region"),
    ],
)
async def test_a_confidential_vm_by_its_region(location: str | None, verdict: str) -> None:
    place = Place()
    vm = place.group.vm("web")
    vm.body_patch = {
        **sized("Standard_DC2as_v5", "ConfidentialVM")["body_patch"],
        "location": location,
    }
    assert await place.verdict(CAUSE) == verdict
