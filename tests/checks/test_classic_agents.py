"""windows-agent-unresponsive and linux-agent-outdated on classic VMs: facts, bodies and verdicts.

Sources: the article of January 2018, which covers classic VMs; GuestAgentStatus of the Service
Management API (its status is Ready or NotReady); Azure support, steps for a missing agent of an
RDFE VM (the status is blank until ProvisionGuestAgent is true).
"""

from __future__ import annotations

from typing import Any

import pytest

from scanner.inventory.gap import Reason
from scanner.report.remediation import fix_finding
from scanner.sim.patches import ABSENT
from scanner.sim.world import World
from tests.support.facts import (
    CLASSIC_ID,
    classic_agent,
    classic_vm,
    gap,
    no_agent,
    power,
    system,
    vm,
)
from tests.support.scans import scan_world
from tests.support.verdicts import cites, evidence, judge, verdict_of, worst

WINDOWS, LINUX = "windows-agent-unresponsive", "linux-agent-outdated"
AGENT = "properties.instanceView.guestAgentStatus"


VERDICTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "Linux, not ready": (LINUX, {"agent": classic_agent(None, "NotReady")}, "applies"),
    "Windows, not ready": (WINDOWS, {"agent": classic_agent(None, "NotReady")}, "applies"),
    "Linux, Ready and new": (LINUX, {"agent": classic_agent("2.2.20")}, "clear"),
    "Linux, Ready and older than the last release of then":
        (LINUX, {"agent": classic_agent("2.0.14")}, "possible"),
    "Linux, Ready and of unknown version":
        (LINUX, {"agent": classic_agent(None)}, "unknown (not-recorded)"),
    "Windows, Ready": (WINDOWS, {"agent": classic_agent("2.6.1198.718")}, "clear"),
    "Windows, cause of Linux": (LINUX, {"os": system("windows")}, "not-applicable"),
    "Linux, no agent": (LINUX, {"agent": no_agent()}, "applies"),
    "stopped":
        (LINUX, {"power_state": power("stopped"), "agent": gap("agent", Reason.NOT_RUNNING)},
         "unknown (not-running)"),
    "refused": (LINUX, {"agent": gap("agent")}, "unknown (denied)"),
}  # fmt: skip


@pytest.mark.parametrize(("cause", "facts", "expected"), VERDICTS.values(), ids=VERDICTS)
def test_the_edition_of_2018_judges_the_agent_of_a_classic_vm(
    cause: str, facts: dict[str, Any], expected: str
) -> None:
    family = system("linux" if cause == LINUX else "windows")
    of = classic_vm(**{"os": family, "power_state": power("started"), **facts})
    assert verdict_of(judge(cause, "2018-01", of)) == expected


@pytest.mark.parametrize("cause", [WINDOWS, LINUX])
@pytest.mark.parametrize("facts", [{}, {"agent": gap("agent")}], ids=["not ready", "refused"])
def test_the_edition_of_today_does_not(cause: str, facts: dict[str, Any]) -> None:
    """Backup of classic VMs is no longer available (support matrix)."""
    family = system("linux" if cause == LINUX else "windows")
    of = classic_vm(**{"os": family, "agent": classic_agent(None, "NotReady"), **facts})
    assert verdict_of(judge(cause, "current", of)) == "not-applicable"


def test_the_evidence_is_where_the_classic_api_has_it() -> None:
    of = classic_vm(os=system("linux"), agent=classic_agent("2.0.14"))
    judged = judge(LINUX, "2018-01", of)
    name = CLASSIC_ID.name
    assert evidence(worst(judged)) == [
        (name, f"{AGENT}.guestAgentVersion", "2.0.14"),
        (name, f"{AGENT}.status", "Ready"),
    ]
    assert cites(judged, "2018-01")


def body(status: object) -> dict[str, Any]:
    return {"properties": {"instanceView": {"guestAgentStatus": status}}}


REPORT: dict[str, Any] = {
    "protocolVersion": "1.0",
    "timestamp": "2018-01-08T23:10:00Z",
    "guestAgentVersion": "WALinuxAgent-2.2.20",
    "status": "Ready",
    "formattedMessage": {"language": "en-US", "message": "GuestAgent is running."},
}
SILENT = {**REPORT, "status": "NotReady", "guestAgentVersion": "Unknown"}
BODIES: dict[str, tuple[dict[str, Any], str]] = {
    "Ready": ({"body_patch": body(REPORT)}, "clear"),
    "not ready, of unknown version": ({"body_patch": body(SILENT)}, "applies"),
    "not ready, in lower case and without a message":
        ({"body_patch": body({"status": "notready"})}, "applies"),
    "not ready, and not registered":
        ({"body_patch": body(SILENT), "agent": False}, "applies"),
    "Ready, of unknown version":
        ({"body_patch": body({**REPORT, "guestAgentVersion": "Unknown"})},
         "unknown (not-recorded)"),
    "a status that nobody documents":
        ({"body_patch": body({**REPORT, "status": "Wedged"})}, "unknown (not-recorded)"),
    "no status": ({"body_patch": body({**REPORT, "status": None})}, "unknown (not-recorded)"),
    "no report": ({"body_patch": body(ABSENT)}, "unknown (not-recorded)"),
    "a null report": ({"body_patch": body(None)}, "unknown (not-recorded)"),
    "no report, and not registered": ({"agent": False}, "unknown (guest-only)"),
    "not ready before it was stopped":
        ({"power": "Stopped", "body_patch": body(SILENT)}, "unknown (not-running)"),
    "not ready, and an unknown power state":
        ({"power": "Wedged", "body_patch": body(SILENT)}, "unknown (not-recorded)"),
}  # fmt: skip


async def test_the_report_is_read_from_the_body() -> None:
    world = World()
    group = world.subscription("prod").group("rg-old")
    for number, (shape, _) in enumerate(BODIES.values()):
        group.classic_vm(f"vm-{number}", os="linux", **shape)
    scanned = await scan_world(world, edition="2018-01")
    found = {case: scanned.verdict(f"vm-{number}", LINUX) for number, case in enumerate(BODIES)}
    assert found == {case: expected for case, (_, expected) in BODIES.items()}


async def test_the_evidence_has_the_message_and_the_age() -> None:
    world = World()
    old = world.subscription("prod").group("rg-old").classic_vm("old", agent_status="NotReady")
    scanned = await scan_world(world, edition="2018-01")
    [judged] = [judged for judged in scanned.vm("old").causes if judged.cause == WINDOWS]
    status, _ = worst(judged).evidence
    assert (status.id.text, status.path) == (old.id, f"{AGENT}.status")
    assert str(status.value).startswith("NotReady: Status not available for the role (status of")


def test_no_command_of_resource_manager_is_shown() -> None:
    """``az vm`` and the cmdlets of Az.Compute do not know classic VMs."""
    of = classic_vm(os=system("linux"), agent=classic_agent("2.0.14"))
    found = judge(LINUX, "2018-01", of).findings[0]
    assert fix_finding(found, of) is None
    assert fix_finding(found, vm())
