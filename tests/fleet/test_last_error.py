"""The error of a failed backup: from its item, its job, or the details of the job."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.arm.job_details import JobBudget
from scanner.inventory.armid import ArmId
from scanner.inventory.scope import Names, Scope
from scanner.inventory.target import Target
from scanner.report.formats.json_v1 import to_json
from scanner.report.write import WRITERS
from scanner.sim import faults
from scanner.sim.backup_errors import AGENT_SILENT, NO_NETWORK, UNDOCUMENTED, VM_GONE, ErrorShape
from scanner.sim.shapes import NOT_READY_UNRESPONSIVE
from tests.support.fleets.backed_up import BackupFleet, protection_of

AGENT = "windows-agent-unresponsive"
GENERIC = ErrorShape(400002, "BackUpOperationFailed", "Backup failed with an internal error.")
"""The error that only says that a backup failed."""
SPECIFIC = {
    "errorCode": NO_NETWORK.code,
    "errorTitle": NO_NETWORK.title,
    "errorString": NO_NETWORK.message,
}
NO_ERROR = [
    pytest.param([{}], id="an empty error"),
    pytest.param([{"errorString": ""}], id="an empty text"),
    pytest.param([{"errorCode": 0}], id="code 0"),
    pytest.param([{"errorCode": None}], id="code null"),
    pytest.param([], id="no error"),
    pytest.param(None, id="null"),
]
"""Errors of a job that say nothing."""


@pytest.mark.parametrize("errors", NO_ERROR)
async def test_a_job_without_an_error_is_asked_for_its_details(errors: Any) -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="Failed")
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, listed=False, patch={"errorDetails": errors})
    scanned = await fleet.scan()
    assert scanned.symptom_codes("web") == [NO_NETWORK.title]
    assert scanned.report.complete


@pytest.mark.parametrize("errors", NO_ERROR)
async def test_details_without_an_error_are_a_gap(errors: Any) -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="Failed")
    name = fleet.vault.job(vm, "Failed", patch={"errorDetails": errors})
    fleet.vault.details[name]["properties"]["errorDetails"] = errors
    scanned = await fleet.scan()
    [symptom] = scanned.vm("web").symptoms
    assert symptom.code is None
    assert symptom.gap in scanned.report.gaps


@pytest.mark.parametrize("colour", ["Green", "Yellow", "Red"])
async def test_a_placeholder_of_the_pre_check_hides_no_error(colour: str) -> None:
    """A pre-check without a finding says nothing of the backup: the job's details are asked for."""
    fleet = BackupFleet()
    number = {"Green": 400239, "Yellow": 400240, "Red": 400241}[colour]
    details = [{"code": number, "title": f"IaasVmHealth{colour}Default", "message": "A word."}]
    placeholder = {"kpisHealths": None, "healthDetails": details}
    vm = fleet.protected_vm(status="Failed", patch=placeholder)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, listed=False)
    scanned = await fleet.scan()
    assert scanned.symptom_codes("web") == [NO_NETWORK.title]
    assert scanned.report.complete


async def test_details_without_properties_are_a_gap() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="Failed", error=GENERIC)
    name = fleet.vault.job(vm, "Failed", error=NO_NETWORK, listed=False)
    fleet.vault.details[name] = {"id": fleet.vault.details[name]["id"], "properties": None}
    scanned = await fleet.scan()
    [symptom] = scanned.vm("web").symptoms
    assert symptom.gap in scanned.report.gaps


@pytest.mark.parametrize(
    "first",
    [
        pytest.param({}, id="empty"),
        pytest.param({"errorCode": 0}, id="code 0"),
        pytest.param({"errorCode": 400002}, id="generic"),
    ],
)
async def test_the_first_specific_error_of_a_job_counts(first: Any) -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="Failed")
    fleet.vault.job(vm, "Failed", patch={"errorDetails": [first, SPECIFIC]})
    assert (await fleet.scan()).symptom_codes("web") == [NO_NETWORK.title]


async def test_several_errors_of_one_job_are_several_symptoms() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="Failed")
    other = {"errorCode": 400052, "errorTitle": "DiffCopyFailedToTransferData"}
    fleet.vault.job(vm, "Failed", patch={"errorDetails": [other, SPECIFIC]})
    codes = (await fleet.scan()).symptom_codes("web")
    assert codes == ["DiffCopyFailedToTransferData", NO_NETWORK.title]


async def test_no_details_are_read_if_the_item_has_the_error() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="Failed", error=NO_NETWORK)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, listed=False)
    faults.refuse(fleet.prod, "backup_job")
    scanned = await fleet.scan()
    assert scanned.symptom_codes("web") == [NO_NETWORK.title]
    assert scanned.report.complete


async def test_the_details_of_a_job_are_better_than_a_generic_error_of_the_item() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="Failed", error=GENERIC)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, listed=False)
    assert (await fleet.scan()).symptom_codes("web") == [NO_NETWORK.title]


@pytest.mark.parametrize(
    ("item", "code"),
    [
        pytest.param(AGENT_SILENT, AGENT_SILENT.title, id="item with an error"),
        pytest.param(None, NO_NETWORK.title, id="item without one"),
    ],
)
async def test_a_job_with_a_generic_error_leaves_it_to_the_item_or_the_details(
    item: Any, code: str
) -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="Failed", error=item)
    generic = [{"errorCode": 400002, "errorTitle": "BackUpOperationFailed"}]
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, patch={"errorDetails": generic})
    assert (await fleet.scan()).symptom_codes("web") == [code]


async def test_the_error_of_an_item_is_not_that_of_a_later_job() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="Failed", error=NO_NETWORK, hours_ago=29)
    fleet.vault.job(vm, "Failed", error=AGENT_SILENT, listed=False, hours_ago=1)
    assert (await fleet.scan()).symptom_codes("web") == [AGENT_SILENT.title]


async def test_details_of_a_job_without_its_container() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="Failed")
    nameless = {"containerName": None}
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, listed=False, patch=nameless)
    assert (await fleet.scan()).symptom_codes("web") == [NO_NETWORK.title]


async def test_without_a_recent_job_the_item_has_the_error() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="Failed", error=NO_NETWORK)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=24 * 10)
    [symptom] = (await fleet.scan()).vm("web").symptoms
    assert (symptom.code, symptom.job) == (NO_NETWORK.title, None)


async def test_an_undocumented_error_is_shown_as_reported() -> None:
    fleet = BackupFleet()
    fleet.protected_vm(status="Failed", error=UNDOCUMENTED)
    [symptom] = (await fleet.scan()).vm("web").symptoms
    assert not symptom.is_documented
    assert symptom.title == UNDOCUMENTED.message
    assert symptom.causes == ()


async def test_completed_with_warnings_and_a_failed_task() -> None:
    fleet = BackupFleet()
    status = "CompletedWithWarnings"
    vm = fleet.protected_vm(status=status, error=VM_GONE)
    task = "Transfer data to vault"
    fleet.vault.job(vm, status, error=VM_GONE, listed=False, failed_task=task)
    [symptom] = (await fleet.scan()).vm("web").symptoms
    assert (symptom.status, symptom.task, symptom.number) == (status, task, VM_GONE.code)


@pytest.mark.parametrize(
    "listed", [pytest.param(True, id="in the list"), pytest.param(False, id="in the details")]
)
async def test_a_failure_while_the_health_check_passes(listed: bool) -> None:
    """The service's own health check knows nothing of failed jobs."""
    fleet = BackupFleet()
    vm = fleet.group.vm("sql", os="windows", agent=NOT_READY_UNRESPONSIVE)
    fleet.vault.protect(vm, fleet.policy, status="Failed", health="Passed", error=None)
    name = fleet.vault.job(vm, "Failed", error=AGENT_SILENT, listed=listed)
    scanned = await fleet.scan()
    assert protection_of(scanned, "sql").health == "Passed"
    [symptom] = scanned.vm("sql").symptoms
    assert (symptom.code, symptom.number) == (AGENT_SILENT.title, AGENT_SILENT.code)
    assert symptom.job
    assert symptom.job.name == name
    assert symptom.first_supported
    assert symptom.first_supported.cause == AGENT
    [reported] = json.loads(to_json(scanned.report))["vms"][0]["symptoms"]
    causes = {row["cause"]: (row["verdict"], row["standing"]) for row in reported["causes"]}
    assert causes[AGENT] == ("applies", "supported")
    assert "contradicted" in {standing for _, standing in causes.values()}


async def test_two_failed_items_of_which_one_has_the_error() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="Failed", error=NO_NETWORK)
    other = fleet.group.vault("other")
    other.protect(vm, other.policy(), status="Failed")
    scanned = await fleet.scan()
    assert scanned.vm("web").symptoms
    for name in ("markdown", "html"):
        assert NO_NETWORK.title in WRITERS[name](scanned.report).decode()


@pytest.mark.parametrize("refused", ["backup_jobs", "backup_job", None])
async def test_a_failure_without_its_error_is_a_failure(refused: str | None) -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="Failed")
    if refused:
        fleet.vault.job(vm, "Failed", error=NO_NETWORK, listed=False)
        faults.refuse(fleet.prod, refused)
    scanned = await fleet.scan()
    [symptom] = scanned.vm("web").symptoms
    assert (symptom.status, symptom.code) == ("Failed", None)
    assert symptom.gap in scanned.report.gaps
    [reported] = json.loads(to_json(scanned.report))["vms"][0]["symptoms"]
    assert reported["gap"]["reason"] == ("denied" if refused else "not-recorded")


async def test_refused_jobs_are_a_gap_of_the_protected_vms() -> None:
    fleet = BackupFleet()
    fleet.protected_vm("on")
    faults.refuse(fleet.prod, "backup_jobs")
    scanned = await fleet.scan()
    assert scanned.vm("on").symptoms == ()
    assert [gap.fact for gap in scanned.report.gaps] == ["last_job"]
    [reported] = json.loads(to_json(scanned.report))["vms"]
    assert [gap["fact"] for gap in reported["protection"]["gaps"]] == ["last_job"]


async def test_no_job_is_read_for_unprotected_vms() -> None:
    fleet = BackupFleet()
    fleet.protected_vm("on", status="Failed")
    fleet.group.vm("off")
    faults.refuse(fleet.prod, "backup_jobs", "backup_policies")
    scanned = await fleet.scan(scope=Scope(protection="unprotected"))
    assert [judged.vm.name for judged in scanned.report.vms] == ["off"]
    assert scanned.report.complete


async def test_no_job_is_read_for_a_stopped_item() -> None:
    fleet = BackupFleet()
    stopped: dict[str, Any] = {"state": "ProtectionStopped", "status": "Failed"}
    fleet.protected_vm("with-error", error=NO_NETWORK, **stopped)
    without = fleet.protected_vm("without-error", **stopped)
    fleet.vault.job(without, "Failed", error=NO_NETWORK, listed=False)
    faults.refuse(fleet.prod, "backup_policies")
    scanned = await fleet.scan()
    assert scanned.symptom_codes("with-error") == [NO_NETWORK.title]
    # The failure is known all the same.
    [symptom] = scanned.vm("without-error").symptoms
    assert (symptom.status, symptom.code, symptom.gap) == ("Failed", None, None)
    assert scanned.report.complete
    assert not any("backupjobs" in request.path.lower() for request in scanned.azure.log)


async def test_jobs_are_read_in_the_vaults_of_the_vms_in_scope() -> None:
    fleet = BackupFleet()
    here, there = fleet.group.vm("here"), fleet.prod.group("rg-other").vm("there")
    for vm in (here, there):
        fleet.vault.protect(vm, fleet.policy, status="Failed")
        fleet.vault.job(vm, "Failed", error=NO_NETWORK, listed=False)
    other = fleet.prod.group("rg-backup").vault("other")
    other.protect(fleet.prod.group("rg-other").vm("third"), other.policy(), status="Failed")
    scanned = await fleet.scan(scope=Scope(Names(vms=(ArmId(here.id),))))
    paths = [request.path.lower() for request in scanned.azure.log]
    jobs = [path for path in paths if "backupjobs" in path]
    # The list, and the details of one job.
    assert len(jobs) == 2
    assert not any("/vaults/other/" in path for path in jobs)
    assert scanned.symptom_codes("here") == [NO_NETWORK.title]


async def test_details_are_read_for_the_vms_in_scope_by_tag() -> None:
    """Tags are known when VMs are read. Other VMs cost no budget and make no gap."""
    fleet = BackupFleet()
    wanted = fleet.group.vm("wanted", tags={"env": "prod"})
    others = [fleet.group.vm(f"other-{number}", tags={"env": "test"}) for number in range(2)]
    gone = fleet.group.vm("gone")
    for hours, vm in enumerate((*others, gone, wanted), start=3):
        fleet.vault.protect(vm, fleet.policy, status="Failed", hours_ago=hours)
        fleet.vault.job(vm, "Failed", error=NO_NETWORK, listed=False, hours_ago=hours)
    fleet.prod.remove(gone.id)
    scope = Scope(Names(tags=(("env", "prod"),)))
    scanned = await fleet.scan(scope=scope, budget=JobBudget(7, 1))
    assert len(scanned.report.vms) == 1
    assert scanned.symptom_codes("wanted") == [NO_NETWORK.title]
    assert scanned.report.complete


async def test_the_budget_bounds_the_reads_of_details() -> None:
    fleet = BackupFleet()
    for number in range(9):
        hours = number + 1
        vm = fleet.protected_vm(f"vm-{number}", status="Failed", health="Passed", hours_ago=hours)
        fleet.vault.job(vm, "Failed", hours_ago=hours, error=AGENT_SILENT, listed=False)
        fleet.vault.job(vm, "Failed", hours_ago=hours + 29, error=NO_NETWORK, listed=False)
    fleet.group.vault("empty")
    scanned = await fleet.scan(page_size=4, budget=JobBudget(7, 5))
    paths = [request.path.lower() for request in scanned.azure.log]
    requests = [path for path in paths if "recoveryservices" in path]
    pages = {"vaults": 1, "backupprotecteditems": 3 + 1, "backuppolicies": 1, "backupjobs": 5}
    for listing, count in pages.items():
        assert sum(path.endswith(f"/{listing}") for path in requests) == count, listing
    assert len(requests) == sum(pages.values()) + 5
    # The details of the newest failures were read. The others are gaps, and failures all the same.
    symptoms = {judged.vm.name: judged.symptoms[0] for judged in scanned.report.vms}
    known = {name for name, symptom in symptoms.items() if symptom.code}
    assert known == {f"vm-{number}" for number in range(5)}
    assert {symptom.status for symptom in symptoms.values()} == {"Failed"}
    assert len(scanned.report.gaps) == 4
    assert all("--max-job-details" in gap.remedy for gap in scanned.report.gaps)


async def test_a_429_on_jobs_with_the_wait_in_its_text_alone() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="Failed", error=AGENT_SILENT)
    fleet.vault.job(vm, "Failed", error=AGENT_SILENT)
    faults.throttle(fleet.prod, "backup_jobs", times=1, retry_after=None)
    scanned = await fleet.scan()
    assert scanned.report.complete
    assert scanned.symptom_codes("web") == [AGENT_SILENT.title]
    assert scanned.seconds == 324.0


@pytest.mark.parametrize(
    ("edition", "cause"),
    [
        ("current", "snapshot-status-or-snapshot-failed"),
        ("2018-01", "snapshot-status-or-snapshot-failed"),
        ("2018-01", "vm-no-internet-access"),
        ("2018-01", "backup-extension-not-loading"),
    ],
)
async def test_the_causes_of_an_error_do_not_depend_on_the_checks_picked(
    edition: str, cause: str
) -> None:
    fleet = BackupFleet()
    fleet.protected_vm(status="Failed", error=NO_NETWORK)
    causes = []
    for checks in ((), ("disk-size",), (cause,)):
        scanned = await fleet.scan(edition=edition, checks=checks)
        [symptom] = scanned.vm("web").symptoms
        causes.append(symptom.causes)
    assert cause in [found.cause for found in causes[0]]
    assert causes[0] == causes[1] == causes[2]


async def test_a_precheck_explains_an_error_by_the_vault_that_made_the_backup() -> None:
    """A vault that is only named did not make the backup that failed."""
    fleet = BackupFleet()
    fleet.protected_vm(status="Failed", error=UNDOCUMENTED)
    far = fleet.prod.group("rg-far").vault("far", location="japaneast")
    far.policy()
    target = Target("far", None)
    scanned = await fleet.scan(target=target)
    assert scanned.verdict("web", "vault-region-or-subscription") == "applies"
    [symptom] = scanned.vm("web").symptoms
    assert "vault-region-or-subscription" not in [other.cause for other in symptom.others]
