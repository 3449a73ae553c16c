"""os-not-supported: facts and verdicts.

Sources: Support matrix for Azure VM backups; Troubleshoot Azure Backup failure: issues with the
agent or extension.
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
        pytest.param(None, {}, "clear", id="Ubuntu"),
        pytest.param(
            None,
            {"view_patch": {"osName": "Windows Server 2012 R2"}},
            "applies",
            id="Windows Server 2012 R2",
        ),
        pytest.param(None, {"view_patch": {"osName": "CoreOS"}}, "applies", id="CoreOS"),
        pytest.param(
            None,
            {"view_patch": {"osName": ABSENT}, **OWN_IMAGE},
            "possible",
            id="no OS name, custom image",
        ),
        pytest.param(
            None,
            {"view_patch": {"osName": ABSENT}, **image("WindowsServer", "2008-R2-SP1")},
            "applies",
            id="no OS name, image of Windows Server 2008 R2",
        ),
        pytest.param(
            None,
            {"view_patch": {"osName": ABSENT}, **image("SQL2012SP4-WS2019", "Standard")},
            "possible",
            id="no OS name, image of SQL Server 2012 on WS2019",
        ),
        pytest.param(
            None,
            {"view_patch": {"osName": "Windows Server 2019 Datacenter"}},
            "clear",
            id="Windows Server 2019",
        ),
        pytest.param(
            None,
            {"view_patch": {"osName": "Windows Server 2003"}},
            "applies",
            id="Windows Server 2003",
        ),
        pytest.param(
            None, {"view_patch": {"osName": "Windows Vista"}}, "applies", id="Windows Vista"
        ),
        pytest.param(None, {"view_patch": {"osName": "rhcos"}}, "applies", id="rhcos"),
        pytest.param(
            None,
            {"view_patch": {"osName": "Red Hat CoreOS"}},
            "applies",
            id="Red Hat CoreOS",
        ),
        pytest.param(
            None,
            {"view_patch": {"osName": "ol"}, **image("x", "y")},
            "possible",
            id="Oracle Linux, unknown image",
        ),
        pytest.param(None, {"view_patch": {"osName": "ol"}}, "clear", id="Oracle Linux"),
        pytest.param(
            None,
            {"power": "deallocated", **image("office-365", "win11-23h2-avd-m365")},
            "clear",
            id="deallocated, image of Windows 11",
        ),
        pytest.param(
            None,
            {"power": "deallocated", **image("WindowsServerHPCPack", "2016U2CN-WS2019")},
            "unknown (not-running)",
            id="deallocated, image of HPC Pack 2016 on WS2019",
        ),
        pytest.param(None, {"power": "deallocated"}, "clear", id="deallocated, image of Ubuntu"),
        pytest.param(
            None,
            {"power": "deallocated", **OWN_IMAGE},
            "unknown (not-running)",
            id="deallocated, custom image",
        ),
        pytest.param(
            "crash",
            {"view_patch": {"osName": "CoreOS"}},
            "not-applicable",
            id="CoreOS, crash-consistent policy",
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
