"""confidential-vm-limits: facts and verdicts.

By Back up Confidential VM using Azure Backup (preview).
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
            id="securityProfile-securityType-None",
        ),
        pytest.param(
            None,
            body(securityProfile={"securityType": "Standard"}),
            "clear",
            id="securityProfile-securityType-Standard",
        ),
        pytest.param(
            None,
            body(securityProfile={"securityType": "Odd"}),
            "unknown (not-recorded)",
            id="securityProfile-securityType-Odd",
        ),
        pytest.param(
            "standard",
            sized("Standard_DC2as_v5", "ConfidentialVM"),
            "applies",
            id="standard-policy-sized-Standard_DC2as_v5-ConfidentialVM",
        ),
        pytest.param("standard", {}, "clear", id="standard-policy-healthy"),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected


@pytest.mark.parametrize(
    ("location", "verdict"),
    [("koreacentral", "possible"), ("Korea Central", "possible"), ("westeurope", "applies"),
     (None, "unknown (not-recorded)"), ("", "unknown (not-recorded)")],
)  # fmt: skip
async def test_a_confidential_vm_by_its_region(location: str | None, verdict: str) -> None:
    place = Place()
    vm = place.group.vm("web")
    vm.body_patch = {
        **sized("Standard_DC2as_v5", "ConfidentialVM")["body_patch"],
        "location": location,
    }
    assert await place.verdict(CAUSE) == verdict
