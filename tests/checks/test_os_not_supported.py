"""os-not-supported: facts and verdicts.

By Support matrix for Azure VM backups; Troubleshoot Azure Backup failure: issues with the agent or
extension.
"""

from __future__ import annotations

import pytest

from scanner.sim import faults
from scanner.sim.patches import ABSENT
from tests.support.prechecks import OWN_IMAGE, Place, Shape, image, verdict_on

CAUSE = "os-not-supported"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, {}, "clear", id="healthy"),
        pytest.param(
            None,
            {"view_patch": {"osName": "Windows Server 2012 R2"}},
            "applies",
            id="osName-Windows-Server-2012-R2",
        ),
        pytest.param(None, {"view_patch": {"osName": "CoreOS"}}, "applies", id="osName-CoreOS"),
        pytest.param(
            None,
            {"view_patch": {"osName": ABSENT}, **OWN_IMAGE},
            "possible",
            id="osName-ABSENT-OWN_IMAGE",
        ),
        pytest.param(
            None,
            {"view_patch": {"osName": ABSENT}, **image("WindowsServer", "2008-R2-SP1")},
            "applies",
            id="osName-ABSENT-image-WindowsServer-2008-R2-SP1",
        ),
        pytest.param(
            None,
            {"view_patch": {"osName": ABSENT}, **image("SQL2012SP4-WS2019", "Standard")},
            "possible",
            id="osName-ABSENT-image-SQL2012SP4-WS2019-Standard",
        ),
        pytest.param(
            None,
            {"view_patch": {"osName": "Windows Server 2019 Datacenter"}},
            "clear",
            id="osName-Windows-Server-2019-Datacenter",
        ),
        pytest.param(
            None,
            {"view_patch": {"osName": "Windows Server 2003"}},
            "applies",
            id="osName-Windows-Server-2003",
        ),
        pytest.param(
            None, {"view_patch": {"osName": "Windows Vista"}}, "applies", id="osName-Windows-Vista"
        ),
        pytest.param(None, {"view_patch": {"osName": "rhcos"}}, "applies", id="osName-rhcos"),
        pytest.param(
            None,
            {"view_patch": {"osName": "Red Hat CoreOS"}},
            "applies",
            id="osName-Red-Hat-CoreOS",
        ),
        pytest.param(
            None,
            {"view_patch": {"osName": "ol"}, **image("x", "y")},
            "possible",
            id="osName-ol-image-x-y",
        ),
        pytest.param(None, {"view_patch": {"osName": "ol"}}, "clear", id="osName-ol"),
        pytest.param(
            None,
            {"power": "deallocated", **image("office-365", "win11-23h2-avd-m365")},
            "clear",
            id="deallocated-image-office-365-win11-23h2-avd-m365",
        ),
        pytest.param(
            None,
            {"power": "deallocated", **image("WindowsServerHPCPack", "2016U2CN-WS2019")},
            "unknown (not-running)",
            id="deallocated-image-WindowsServerHPCPack-2016U2CN-WS2019",
        ),
        pytest.param(None, {"power": "deallocated"}, "clear", id="deallocated"),
        pytest.param(
            None,
            {"power": "deallocated", **OWN_IMAGE},
            "unknown (not-running)",
            id="deallocated-OWN_IMAGE",
        ),
        pytest.param(
            "crash",
            {"view_patch": {"osName": "CoreOS"}},
            "not-applicable",
            id="crash-policy-osName-CoreOS",
        ),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected


async def test_a_policy_that_was_not_read_may_need_no_agent() -> None:
    place = Place()
    place.group.vm("web", view_patch={"osName": "CoreOS"})
    place.group.vm("healthy")
    faults.refuse(place.vault, "backup_policies")
    assert await place.verdict(CAUSE, "crash") == "unknown (denied)"
    assert await place.verdict(CAUSE, "crash", "healthy") == "clear"
