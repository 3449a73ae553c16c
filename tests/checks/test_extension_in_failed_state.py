"""extension-in-failed-state: facts and verdicts.

By Troubleshoot Azure Backup failure: issues with the agent or extension.
"""

from __future__ import annotations

import pytest

from scanner.report.text import blockers
from scanner.sim.shapes import ExtensionShape
from tests.support.prechecks import (
    Place,
    Shape,
    extension,
    precheck,
    readiness_of,
    verdict_on,
    verdicts_of,
    with_extension,
)

CAUSE = "extension-in-failed-state"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, {}, "clear", id="healthy"),
        pytest.param(None, with_extension(), "clear", id="extension"),
        pytest.param(None, with_extension("Failed"), "applies", id="extension-Failed"),
        pytest.param(None, with_extension("Updating"), "possible", id="extension-Updating"),
        pytest.param(None, with_extension("Odd"), "unknown (not-recorded)", id="extension-Odd"),
        pytest.param(
            None,
            with_extension(view_status="ProvisioningState/failed/1"),
            "applies",
            id="extension-view_status-ProvisioningState-failed-1",
        ),
        pytest.param(
            None,
            with_extension(handler_status="NotReady/1001"),
            "possible",
            id="extension-handler_status-NotReady-1001",
        ),
        pytest.param(
            None,
            {"power": "deallocated", "extensions": [extension("Failed")]},
            "applies",
            id="deallocated-extension-Failed",
        ),
        pytest.param(
            None,
            with_extension("Failed", handler_status="NotReady/1"),
            "applies",
            id="extension-Failed-handler_status-NotReady-1",
        ),
        pytest.param(
            None,
            with_extension("Odd", handler_status="NotReady/1"),
            "possible",
            id="extension-Odd-handler_status-NotReady-1",
        ),
        pytest.param(None, with_extension(""), "unknown (not-recorded)", id="extension-2"),
        pytest.param(
            None,
            with_extension(view_status="ProvisioningState/transitioning"),
            "possible",
            id="extension-view_status-ProvisioningState-transitioning",
        ),
        pytest.param(
            None,
            {
                "extensions": [
                    ExtensionShape("x", "Contoso", "FailoverAgent", handler_status="NotReady/1")
                ]
            },
            "possible",
            id="x-Contoso-FailoverAgent-handler_status-NotReady-1",
        ),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected


async def test_what_was_not_read_behind_a_sign() -> None:
    """A sign does not hide that what was not read may be worse."""
    place = Place()
    both = [extension("Updating"), ExtensionShape("b", "Contoso", "B", provisioning_state="Odd")]
    place.group.vm("web", extensions=both)
    report = await precheck(place.world)
    assert verdicts_of(report, "web")[CAUSE] == "possible"
    assert readiness_of(report)["web"] == "cannot tell"
    assert "not all of it was read" in str(blockers(report.vms[0], report))


async def test_a_view_that_failed_leaves_nothing_clear() -> None:
    place = Place()
    place.group.vm("web", **with_extension(view_status="ProvisioningState/failed/1"))
    [vm] = (await precheck(place.world)).vms
    [cause] = [each for each in vm.causes if each.cause == CAUSE]
    said = [each.finding.message for each in cause.findings]
    assert "The extension ext reports that it failed." in said
    assert "The extension ext has not failed." not in said
