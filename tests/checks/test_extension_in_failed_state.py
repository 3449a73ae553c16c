"""extension-in-failed-state: facts and verdicts.

Source: Troubleshoot Azure Backup failure: issues with the agent or extension.
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
        pytest.param(None, {}, "clear", id="no extension"),
        pytest.param(None, with_extension(), "clear", id="succeeded"),
        pytest.param(None, with_extension("Failed"), "applies", id="failed"),
        pytest.param(None, with_extension("Updating"), "possible", id="updating"),
        pytest.param(None, with_extension("Odd"), "unknown (not-recorded)", id="unknown state"),
        pytest.param(
            None,
            with_extension(view_status="ProvisioningState/failed/1"),
            "applies",
            id="view reports a failure",
        ),
        pytest.param(
            None,
            with_extension(handler_status="NotReady/1001"),
            "possible",
            id="handler not ready",
        ),
        pytest.param(
            None,
            {"power": "deallocated", "extensions": [extension("Failed")]},
            "applies",
            id="failed on a deallocated VM",
        ),
        pytest.param(
            None,
            with_extension("Failed", handler_status="NotReady/1"),
            "applies",
            id="failed, handler not ready",
        ),
        pytest.param(
            None,
            with_extension("Odd", handler_status="NotReady/1"),
            "possible",
            id="unknown state, handler not ready",
        ),
        pytest.param(None, with_extension(""), "unknown (not-recorded)", id="empty state"),
        pytest.param(
            None,
            with_extension(view_status="ProvisioningState/transitioning"),
            "possible",
            id="view reports a transition",
        ),
        pytest.param(
            None,
            {
                "extensions": [
                    ExtensionShape("x", "Contoso", "FailoverAgent", handler_status="NotReady/1")
                ]
            },
            "possible",
            id="handler of a FailoverAgent not ready",
        ),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected


async def test_a_possible_cause_does_not_hide_an_unread_state() -> None:
    """The state that was not read may be worse."""
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
    [cause] = [cause for cause in vm.causes if cause.cause == CAUSE]
    messages = [attributed.finding.message for attributed in cause.findings]
    assert "The extension ext reports that it failed." in messages
    assert "The extension ext has not failed." not in messages
