"""What Azure Backup says of VMs is in every format of a report."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.report.formats.pipelines import azure_devops_lines, github_annotations
from scanner.report.report import Report
from scanner.report.text import backup_notes
from scanner.report.write import WRITERS
from scanner.sim.backup_errors import AGENT_SILENT, ErrorShape, health_detail
from scanner.sim.shapes import NOT_READY_UNRESPONSIVE
from tests.support.fleets.backed_up import BackupFleet
from tests.support.reports import written
from tests.support.scans import scan_now

CRP = ErrorShape(
    400349,
    "UserErrorCrpReportedUserError",
    "Backup failed due to an error. ScopeLocked: because following scope(s) are locked",
)
YELLOW = ErrorShape(400240, "IaasVmHealthYellowDefault", "Backup pre-check needs attention.")
CANCELLED = ErrorShape(400158, "UserErrorJobSuccessfullyCancelled", "Job is cancelled.")


def pre_check(status: str, *errors: ErrorShape) -> dict[str, Any]:
    details = [health_detail(error) for error in errors]
    return {"patch": {"healthStatus": status, "healthDetails": details}}


def fleet() -> BackupFleet:
    fleet = BackupFleet()
    fleet.protected_vm("inner", status="Failed", error=CRP)
    fleet.protected_vm("warned", **pre_check("ActionRequired", AGENT_SILENT))
    fleet.protected_vm("yellow", **pre_check("ActionSuggested", YELLOW))
    fleet.protected_vm("cancelled", status="Failed", error=CANCELLED, success_days_ago=40)
    fleet.vault.job(fleet.protected_vm("running"), "InProgress", hours_ago=0.1)
    fleet.protected_vm("fine")
    return fleet


@pytest.fixture(scope="module")
def report() -> Report:
    return scan_now(fleet().world).report


SHOWN = {
    "inner": ("UserErrorCrpReportedUserError", "ScopeLocked", "following scope"),
    "warned": ("ActionRequired", "UserErrorGuestAgentStatusUnavailable"),
    "yellow": ("ActionSuggested", "IaasVmHealthYellowDefault"),
}
WITHOUT_WORDS = ("openmetrics",)
"""Formats of numbers: codes are all that they have."""
OF_FIXES = ("fixes", "sh", "ps1", "ready", "enable")


@pytest.mark.parametrize("writer", [name for name in WRITERS if name not in OF_FIXES])
def test_errors_and_warnings_are_in_every_format(report: Report, writer: str) -> None:
    text = written(writer, report).replace("\\", "")
    for name, words in SHOWN.items():
        shown = words[:1] if writer in WITHOUT_WORDS else words
        assert [word for word in shown if word not in text] == [], name


def test_errors_and_warnings_are_annotations(report: Report) -> None:
    for text in (github_annotations(report), azure_devops_lines(report, 0)):
        assert "ScopeLocked" in text
        assert "ActionRequired: UserErrorGuestAgentStatusUnavailable" in text


NOTES = {
    "inner": [
        (
            "last backup: 2026-01-15 01:00Z UserErrorCrpReportedUserError; its words name"
            " ScopeLocked: A lock keeps Backup from deleting restore points: Backup failed due to"
            " an error. ScopeLocked: because following scope(s) are locked; none of its documented"
            " causes is shown: restore-point-cleanup-blocked-by-lock (contradicted),"
            " crp-reported-error (not judged); Do: Remove the lock; run an on-demand backup"
            " (expected to fail once) or delete the collection; deletion of large collections may"
            " need two or three tries"
        )
    ],
    "warned": [
        (
            "pre-check: ActionRequired: UserErrorGuestAgentStatusUnavailable; VM agent is unable to"
            " communicate with the Azure Backup Service; the evidence supports no documented cause:"
            " vm-not-running, windows-agent-unresponsive, linux-agent-outdated,"
            " extension-in-failed-state (contradicted)"
        )
    ],
    "yellow": [
        (
            "pre-check: ActionSuggested: IaasVmHealthYellowDefault; not documented: Backup"
            " pre-check needs attention"
        )
    ],
    "cancelled": ["last backup cancelled 2026-01-15 01:00Z"],
    "running": ["a backup is running since 2026-01-15 05:54Z"],
    "fine": [],
}


def test_what_is_said_of_each_vm(report: Report) -> None:
    assert {vm.vm.name: list(backup_notes(vm)) for vm in report.vms} == NOTES


def test_a_cancelled_backup_is_no_error_and_no_gap(report: Report) -> None:
    [vm] = [vm for vm in report.vms if vm.vm.name == "cancelled"]
    assert (vm.symptoms, vm.warnings, vm.protection_gaps) == ((), (), ())
    found = json.loads(WRITERS["json"](report))
    [shown] = [one for one in found["vms"] if one["name"] == "cancelled"]
    assert shown["protection"]["cancelled"] is True
    assert shown["symptoms"] == []


def test_a_backup_that_is_running_is_shown_with_its_job(report: Report) -> None:
    found = json.loads(WRITERS["json"](report))
    [shown] = [one for one in found["vms"] if one["name"] == "running"]
    assert "/backupJobs/" in shown["protection"]["running"]["id"]
    assert (
        "last backup cancelled: 1; last backup running: 1" in WRITERS["markdown"](report).decode()
    )


async def test_what_applies_is_shown_although_no_document_names_it_for_the_error() -> None:
    """The agent does not answer, and the documents name no cause for the error."""
    fleet = BackupFleet()
    vm = fleet.group.vm("web", agent=NOT_READY_UNRESPONSIVE)
    gone = ErrorShape(400288, "UserErrorRpCollectionDeleted", "It was deleted by the user.")
    fleet.vault.protect(vm, fleet.policy, status="Failed", error=gone)
    scanned = await fleet.scan()
    [symptom] = scanned.vm("web").symptoms
    [other] = [one for one in symptom.others if one.cause == "linux-agent-outdated"]
    assert other.standing == "supported"
    [note] = backup_notes(scanned.vm("web"))
    assert "it applies: " in note
    assert "linux-agent-outdated" in note
    shown = json.loads(WRITERS["json"](scanned.report))["vms"][0]["symptoms"][0]["others"]
    [first] = [one for one in shown if one["cause"] == other.cause]
    assert (first["verdict"], first["standing"]) == ("applies", "supported")
    assert first["message"] == other.message
