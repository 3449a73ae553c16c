"""last-backup-failed: facts and verdicts in both editions. The rules are the project's own.

What the fields of an item and a job mean is from the Azure Backup REST API reference, Protected
Items and Jobs.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from scanner.catalogue import load
from scanner.cli.max_age import with_max_age
from scanner.inventory.facts.backup import BackupError, ServiceError
from scanner.inventory.gap import Gap
from scanner.inventory.scope import Scope
from scanner.judging.engine import judge_vm
from scanner.judging.panel import make_panel
from scanner.judging.plugins import discover
from scanner.sim.backup_errors import AGENT_SILENT
from tests.support.facts import EDITIONS, SEEN_AT, classic_vm, gap, policy, protection, vm
from tests.support.fleets.backed_up import BackupFleet
from tests.support.verdicts import verdict_of

CAUSE = "last-backup-failed"
CHECKS = [found.check for found in discover(load()) if found.check.cause == CAUSE]
FAILED = BackupError(status="Failed", errors=(ServiceError(400196, "Silent", "No answer."),))
WARNED = replace(FAILED, status="CompletedWithWarnings")
UNREAD = BackupError(status="Failed", gap=gap("last_job"))


def ago(**age: float) -> Any:
    return SEEN_AT - timedelta(**age)


def judged(edition: str, max_age: str | None = None, by: Any = None, **changes: Any) -> Any:
    catalogue = with_max_age(load(), max_age)
    backup = replace(protection(by=by), **changes)
    panel = make_panel(CHECKS, catalogue.edition(edition), catalogue)
    [verdict] = judge_vm(panel, vm(protection=backup))
    return verdict


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, "clear", id="it succeeded"),
        pytest.param({"known_error": FAILED}, "applies", id="it failed"),
        pytest.param({"known_error": UNREAD}, "applies", id="it failed for a reason unread"),
        pytest.param({"known_error": WARNED}, "possible", id="it has warnings"),
        pytest.param({"known_error": gap("last_job")}, "unknown (denied)", id="unread"),
        pytest.param({"known_error": FAILED, "state": "pending"}, "applies", id="the first failed"),
        pytest.param({"known_error": FAILED, "known_success": gap("protection")}, "applies",
                     id="it failed, and the points are unread"),
        pytest.param({"known_success": gap("protection")}, "unknown (denied)", id="points unread"),
        pytest.param({"known_success": None}, "applies", id="no point at all"),
        pytest.param({"known_success": None, "state": "pending"}, "possible", id="first to come"),
        # A daily policy: twice a day and 12 hours.
        pytest.param({"known_success": ago(hours=60)}, "clear", id="one run missed"),
        pytest.param({"known_success": ago(hours=61)}, "applies", id="more than one run missed"),
        pytest.param({"known_success": ago(hours=-1)}, "clear", id="a point of the future"),
        pytest.param({"known_success": ago(days=9), "known_policy": gap("policy")},
                     "unknown (denied)", id="policy unread"),
        pytest.param({"state": "stopped", "known_error": FAILED}, "not-applicable", id="stopped"),
        pytest.param({"state": "unprotected"}, "not-applicable", id="not backed up"),
    ],
)  # fmt: skip
def test_a_protected_item(edition: str, changes: dict[str, Any], expected: str) -> None:
    assert verdict_of(judged(edition, **changes)) == expected


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    ("max_age", "longest", "hours", "expected"),
    [
        ("26h", 1.0, 26, "clear"),
        ("26h", 1.0, 27, "applies"),
        ("90m", 1.0, 2, "applies"),
        ("3d", 1.0, 70, "clear"),
        (None, 7.0, 24 * 14 + 12, "clear"),
        (None, 7.0, 24 * 14 + 13, "applies"),
    ],
)
def test_an_age(
    edition: str, max_age: str | None, longest: float, hours: int, expected: str
) -> None:
    by = replace(policy(), known_longest=longest)
    assert verdict_of(judged(edition, max_age, by, known_success=ago(hours=hours))) == expected


def test_an_age_needs_no_policy_if_it_is_given() -> None:
    unread: Gap = gap("policy")
    assert verdict_of(judged("current", "26h", known_policy=unread)) == "clear"


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_classic_vm_can_have_it(edition: str) -> None:
    catalogue = load()
    panel = make_panel(CHECKS, catalogue.edition(edition), catalogue)
    [verdict] = judge_vm(panel, classic_vm(protection=replace(protection(), known_error=FAILED)))
    assert verdict_of(verdict) == "applies"


async def test_a_scan_names_what_the_evidence_supports() -> None:
    """Its message has the error and the first supported cause. It is no cause of its own error."""
    fleet = BackupFleet()
    machine = fleet.group.vm("web", os="windows", agent=None)
    fleet.vault.protect(machine, fleet.policy, status="Failed", error=AGENT_SILENT)
    scanned = await fleet.scan(scope=Scope())
    [cause] = [one for one in scanned.vm("web").causes if one.cause == CAUSE]
    message = cause.findings[0].finding.message
    assert AGENT_SILENT.title in message
    assert "supports: windows-agent-unresponsive" in message
    [symptom] = scanned.vm("web").symptoms
    assert CAUSE not in {one.cause for one in (*symptom.causes, *symptom.others)}
