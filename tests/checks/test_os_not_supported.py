"""os-not-supported: facts and verdicts.

Sources: Support matrix for Azure VM backups; Troubleshoot Azure Backup failure: issues with the
agent or extension; recorded and published image references.
"""

from __future__ import annotations

import pytest

from scanner.sim import faults
from scanner.sim.patches import ABSENT
from tests.support.prechecks import (
    OWN_IMAGE,
    Place,
    Shape,
    image,
    precheck,
    verdict_on,
    verdicts_of,
)

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
            "clear",
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
            "clear",
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


IMAGES: dict[tuple[str, str], str] = {
    # Offers of MicrosoftSQLServer name SQL Server, then the system.
    ("sql2022-ws2022", "enterprise-gen2"): "clear",
    ("SQL2017-WS2016", "Enterprise"): "clear",
    ("sql2016sp3-ws2019-byol", "standard"): "clear",
    ("sql2025-ws2025", "entdev-gen2"): "clear",
    ("SQL2016SP1-WS2012R2", "SQLDEV"): "applies",
    ("sql2012sp4-ws2012", "express"): "applies",
    ("SQL2008R2SP3-WS2008R2SP1", "Web"): "applies",
    ("sql2022-sles15", "enterprise"): "clear",
    ("SQL2017-RHEL73", "Standard"): "clear",
    ("sql2019-ubuntupro2004", "web"): "clear",
    # The number of SQL Server alone names no system.
    ("sql2019", "standard"): "unknown (not-running)",
    # Other publishers whose offer or SKU names it.
    ("dsvm-win-2022", "winserver-2022"): "clear",
    ("dsvm-windows", "server-2012"): "unknown (not-running)",
    ("visualstudio2019latest", "vs-2019-ent-latest-ws2019"): "clear",
    ("cis-windows-server-2022-l1", "cis-windows-server-2022-l1-gen2"): "clear",
    ("cis-windows-server-2012-v2-0-1-l2", "cis-ws2012-l2"): "applies",
    ("azure-linux-3", "azure-linux-3-gen2"): "clear",
    ("pfsense-plus-fw-vpn-router", "pfsense"): "unknown (not-running)",
    ("vmseries-flex", "byol"): "unknown (not-running)",
}
"""Offers and SKUs of the Marketplace, and the verdict on a VM that is off and has no other name."""


async def test_an_image_names_the_system() -> None:
    place = Place()
    for number, (offer, sku) in enumerate(IMAGES):
        place.group.vm(f"vm-{number:02}", power="deallocated", **image(offer, sku))
    report = await precheck(place.world)
    found = {
        named: verdicts_of(report, f"vm-{number:02}")[CAUSE] for number, named in enumerate(IMAGES)
    }
    assert found == IMAGES


async def test_a_policy_that_was_not_read_may_need_no_agent() -> None:
    place = Place()
    place.group.vm("web", view_patch={"osName": "CoreOS"})
    place.group.vm("healthy")
    faults.refuse(place.vault, "backup_policies")
    assert await place.verdict(CAUSE, "crash") == "unknown (denied)"
    assert await place.verdict(CAUSE, "crash", "healthy") == "clear"
