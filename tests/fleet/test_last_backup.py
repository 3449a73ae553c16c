"""Which backup was the last, by items and jobs that say it in every odd way."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest

from scanner.arm.job_details import JobBudget
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import Protection
from scanner.inventory.gap import Gap
from scanner.inventory.scope import Names, Scope
from scanner.report.formats.json_v1 import to_json
from scanner.report.write import WRITERS
from scanner.sim import faults
from scanner.sim.backup_errors import AGENT_SILENT, NO_NETWORK, ErrorShape
from tests.support.fleets.backed_up import Fleet, of, protection
from tests.support.scans import scan_world

NOTHING_MORE = ErrorShape(400002, "BackUpOperationFailed", "Backup failed with an internal error.")
REAL = {
    "errorCode": NO_NETWORK.code,
    "errorTitle": NO_NETWORK.title,
    "errorString": NO_NETWORK.message,
}
UNTOLD: tuple[Any, ...] = (
    [{}],
    [{"errorString": ""}],
    [{"errorCode": 0}],
    [{"errorCode": None}],
    [],
    None,
)


@pytest.mark.parametrize("told", UNTOLD)
async def test_an_error_that_says_nothing_is_asked_for(told: Any) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="Failed")
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, listed=False, patch={"errorDetails": told})
    scanned = await fleet.scan()
    [symptom] = of(scanned, "web").symptoms
    assert symptom.code == NO_NETWORK.title
    assert scanned.report.complete


@pytest.mark.parametrize("told", UNTOLD)
async def test_details_that_say_nothing_are_a_gap(told: Any) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="Failed")
    name = fleet.vault.job(vm, "Failed", patch={"errorDetails": told})
    fleet.vault.details[name]["properties"]["errorDetails"] = told
    scanned = await fleet.scan()
    [symptom] = of(scanned, "web").symptoms
    assert symptom.code is None
    assert symptom.gap in scanned.report.gaps


@pytest.mark.parametrize("first", [{}, {"errorCode": 0}, {"errorCode": 400002}])
async def test_the_first_error_that_says_something(first: Any) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="Failed")
    fleet.vault.job(vm, "Failed", patch={"errorDetails": [first, REAL]})
    [symptom] = of(await fleet.scan(), "web").symptoms
    assert symptom.code == NO_NETWORK.title


async def test_an_error_that_the_item_tells_costs_no_read() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="Failed", error=NO_NETWORK)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, listed=False)
    faults.refuse(fleet.prod, "backup_job")
    scanned = await fleet.scan()
    [symptom] = of(scanned, "web").symptoms
    assert symptom.code == NO_NETWORK.title
    assert scanned.report.complete


async def test_an_item_that_only_says_that_it_failed_is_not_the_last_word() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="Failed", error=NOTHING_MORE)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, listed=False)
    [symptom] = of(await fleet.scan(), "web").symptoms
    assert symptom.code == NO_NETWORK.title


async def test_the_error_of_an_item_is_not_that_of_a_later_job() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="Failed", error=NO_NETWORK, hours_ago=29)
    fleet.vault.job(vm, "Failed", error=AGENT_SILENT, listed=False, hours_ago=1)
    [symptom] = of(await fleet.scan(), "web").symptoms
    assert symptom.code == AGENT_SILENT.title


NO_TIME: dict[str, Any] = {"lastBackupTime": None}
FAR: dict[str, Any] = {"endTime": "9999-12-31T00:00:00Z"}


@pytest.mark.parametrize(
    ("item", "job", "item_patch", "job_patch", "hours_ago", "failed"),
    [
        # Of one backup the worse word counts.
        ("Failed", "Completed", {}, {}, 5, True),
        ("CompletedWithWarnings", "Completed", {}, {}, 5, True),
        ("Completed", "Failed", {}, {}, 5, True),
        ("Completed", "Completed", {}, {}, 5, False),
        # A later job counts alone, an older one not at all.
        ("Failed", "Completed", {}, {}, 2, False),
        ("Completed", "Failed", {}, {}, 2, True),
        ("Failed", "Completed", {}, {}, 29, True),
        ("Completed", "Failed", {}, {}, 29, False),
        # What cannot be ordered does not make a failure undone.
        ("Failed", "Completed", NO_TIME, {}, 2, True),
        ("Failed", "Completed", {"lastBackupTime": "9999-01-01T00:00:00Z"}, {}, 2, True),
        ("Failed", "Completed", {}, {"startTime": None}, 2, True),
        ("Failed", "Completed", {}, {"startTime": "9999-01-01T00:00:00Z"}, 2, True),
        ("Failed", "Completed", {}, FAR, 29, True),
        ("Completed", "Failed", {}, FAR, 29, False),
        ("Failed", "Completed", {}, {"endTime": None}, 29, True),
        # Of an item that says nothing yet, the one before tells.
        ("InProgress", "Failed", {}, {}, 29, True),
        ("Cancelled", "CompletedWithWarnings", {}, {}, 29, True),
        ("Cancelled", "Completed", {}, {}, 29, False),
    ],
)
async def test_the_last_backup(
    item: str, job: str, item_patch: Any, job_patch: Any, hours_ago: float, failed: bool
) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    error = NO_NETWORK if item in ("Failed", "CompletedWithWarnings") else None
    # No recovery point is newer than a backup that failed.
    point = 2.0 if failed else 0.2
    fleet.vault.protect(
        vm, fleet.policy, status=item, error=error, patch=item_patch, success_days_ago=point
    )
    told = None if job == "Completed" else NO_NETWORK
    fleet.vault.job(vm, job, error=told, hours_ago=hours_ago, patch=job_patch)
    scanned = await fleet.scan()
    assert [each.code for each in of(scanned, "web").symptoms] == [NO_NETWORK.title] * failed
    assert scanned.report.complete


async def test_of_times_in_two_zones_the_later_one_is_later() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="InProgress")
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=3)
    began = fleet.vault.jobs[0]["properties"]["startTime"]
    day, hour = began[:10], int(began[11:13])
    assert hour < 22
    other = {"startTime": f"{day}T{hour + 1:02d}:00:00+09:00", "endTime": None}
    fleet.vault.job(vm, "Completed", hours_ago=9, patch=other)
    [symptom] = of(await fleet.scan(), "web").symptoms
    assert symptom.code == NO_NETWORK.title


@pytest.mark.parametrize("item", ["InProgress", "Completed"])
@pytest.mark.parametrize(
    "patch",
    [
        {"status": "Whatever"},
        {"status": None},
        {"startTime": None},
        {"containerName": None, "entityFriendlyName": None},
    ],
)
async def test_a_job_that_cannot_be_placed_leaves_the_last_backup_unknown(
    item: str, patch: Any
) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status=item)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=1, patch=patch)
    scanned = await fleet.scan()
    assert of(scanned, "web").symptoms == ()
    [gap] = scanned.report.gaps
    assert "backupJobs" in gap.scope
    found = protection(scanned, "web").known_error
    assert isinstance(found, Gap)


@pytest.mark.parametrize(
    ("item", "job"),
    [
        # As recorded, and as the id of the item has it.
        ({}, {}),
        ({}, {"containerName": "IaasVMContainer;iaasvmcontainerv2;RG-APP;WEB"}),
        ({"containerName": "IaasVMContainer;iaasvmcontainerv2;rg-app;web"}, {}),
        ({"containerName": None}, {}),
        # Old versions of the service name the VM alone, in any casing.
        ({}, {"containerName": None, "entityFriendlyName": "WEB"}),
    ],
)
async def test_a_job_and_its_item_meet(item: Any, job: Any) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="Completed", patch=item)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, patch=job)
    [symptom] = of(await fleet.scan(), "web").symptoms
    assert symptom.code == NO_NETWORK.title


async def test_a_job_of_a_vm_that_is_gone_and_had_the_same_name() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, hours_ago=5)
    nameless = {"containerName": None}
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=8, patch=nameless)
    scanned = await fleet.scan()
    assert of(scanned, "web").symptoms == ()
    assert scanned.report.complete


@pytest.mark.parametrize(
    ("patch", "is_known"),
    [
        ({"lastBackupTime": "2001-01-01T00:00:00Z"}, True),
        ({"lastBackupTime": "0001-01-01T00:00:00Z"}, True),
        ({"lastBackupTime": None}, False),
        ({"lastBackupTime": "yesterday"}, False),
        ({"lastBackupTime": "2001-01-01T00:00:00Z", "lastRecoveryPoint": None}, True),
        ({"protectionState": "IRPending", "lastBackupTime": None}, True),
    ],
)
async def test_never_backed_up_is_what_an_item_says_so_of(patch: Any, is_known: bool) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    silent = {"lastBackupStatus": ""}
    fleet.vault.protect(vm, fleet.policy, success_days_ago=None, patch=silent | patch)
    assert (await fleet.scan()).report.complete is is_known


@pytest.mark.parametrize("patch", [{}, {"protectionState": "Protected"}])
async def test_a_first_backup_that_failed_before_its_item_says_so(patch: Any) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, state="IRPending", patch=patch)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=1)
    [symptom] = of(await fleet.scan(), "web").symptoms
    assert symptom.code == NO_NETWORK.title


@pytest.mark.parametrize("odd", ["soon", "9999-01-01T00:00:00Z"])
async def test_a_last_recovery_point_that_makes_no_sense(odd: str) -> None:
    fleet = Fleet()
    fleet.vault.protect(fleet.group.vm("web"), fleet.policy, patch={"lastRecoveryPoint": odd})
    scanned = await fleet.scan()
    [gap] = scanned.report.gaps
    assert "properties.lastRecoveryPoint" in gap.remedy
    assert protection(scanned, "web").last_success_at is None


async def test_of_what_lies_idle_nothing_is_missing() -> None:
    fleet = Fleet()
    told, untold = fleet.group.vm("told"), fleet.group.vm("untold")
    fleet.vault.protect(
        told, fleet.policy, state="ProtectionStopped", status="Failed", error=NO_NETWORK
    )
    fleet.vault.protect(untold, fleet.policy, state="ProtectionStopped", status="Failed")
    fleet.vault.job(untold, "Failed", error=NO_NETWORK, listed=False)
    faults.refuse(fleet.prod, "backup_policies")
    scanned = await fleet.scan()
    assert [each.code for each in of(scanned, "told").symptoms] == [NO_NETWORK.title]
    # That it failed is known all the same.
    [symptom] = of(scanned, "untold").symptoms
    assert (symptom.status, symptom.code, symptom.gap) == ("Failed", None, None)
    assert scanned.report.complete
    assert not any("backupjobs" in each.path.lower() for each in scanned.azure.log)


async def test_jobs_are_read_for_the_vms_that_are_looked_at() -> None:
    fleet = Fleet()
    here, there = fleet.group.vm("here"), fleet.prod.group("rg-other").vm("there")
    for vm in (here, there):
        fleet.vault.protect(vm, fleet.policy, status="Failed")
        fleet.vault.job(vm, "Failed", error=NO_NETWORK, listed=False)
    other = fleet.prod.group("rg-backup").vault("other")
    other.protect(fleet.prod.group("rg-other").vm("third"), other.policy(), status="Failed")
    scanned = await fleet.scan(scope=Scope(Names(vms=(ArmId(here.id),))))
    asked = [each.path.lower() for each in scanned.azure.log if "backupjobs" in each.path.lower()]
    assert len(asked) == 1 + 1
    assert not any("/vaults/other/" in path for path in asked)
    assert [each.code for each in of(scanned, "here").symptoms] == [NO_NETWORK.title]


@pytest.mark.parametrize("odd", ["Whatever", "AzureIaasVM ", None, ""])
async def test_an_item_of_a_kind_that_nobody_documents_protects_its_vm(odd: str | None) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, patch={"backupManagementType": odd})
    assert protection(await fleet.scan(), "web").state == "protected"


@pytest.mark.parametrize("other", ["MAB", "AzureStorage", "AzureWorkload", "DPM"])
async def test_an_item_of_another_workload_protects_no_vm(other: str) -> None:
    fleet = Fleet()
    fleet.vault.protect(fleet.group.vm("web"), fleet.policy, patch={"backupManagementType": other})
    scanned = await fleet.scan()
    assert protection(scanned, "web").state == "unprotected"
    assert scanned.report.complete


DISK = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/disks/web"


@pytest.mark.parametrize("odd", [None, "", "web", DISK])
async def test_the_vm_of_an_item_is_the_one_that_its_ids_name(odd: str | None) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, patch={"sourceResourceId": odd})
    assert protection(await fleet.scan(), "web").state == "protected"


@pytest.mark.parametrize("odd", [None, "", "web", DISK])
async def test_an_item_that_names_no_vm_may_protect_any(odd: str | None) -> None:
    fleet = Fleet()
    vm, other = fleet.group.vm("web"), fleet.group.vm("other")
    fleet.vault.protect(vm, fleet.policy, patch={"sourceResourceId": odd, "virtualMachineId": odd})
    fleet.vault.protect(other, fleet.policy)
    scanned = await fleet.scan()
    assert isinstance(of(scanned, "web").protection, Gap)
    assert isinstance(of(scanned, "other").protection, Protection)
    [gap] = scanned.report.gaps
    assert "sourceResourceId" in gap.remedy


async def test_an_item_that_names_no_vm_beside_vms_that_are_all_protected() -> None:
    fleet = Fleet()
    fleet.vault.protect(fleet.group.vm("web"), fleet.policy)
    nobody = {"sourceResourceId": None, "virtualMachineId": None}
    gone = fleet.group.vm("gone")
    fleet.vault.protect(gone, fleet.policy, patch=nobody)
    fleet.prod.remove(gone.id)
    scanned = await fleet.scan()
    assert len(scanned.report.gaps) == 1


async def test_a_vault_in_a_subscription_that_is_off() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    off = fleet.world.subscription("off", state="Disabled").group("rg").vault("old")
    off.protect(vm, off.policy())
    assert protection(await fleet.scan(), "web").state == "protected"


@pytest.mark.parametrize("how", ["page", "entry"])
async def test_subscriptions_that_were_not_listed_may_hold_a_vault(how: str) -> None:
    fleet = Fleet()
    fleet.group.vm("web")
    fleet.world.subscription("other")
    if how == "entry":
        faults.broken_entry(fleet.world, "subscriptions", 1, {"displayName": "other"})
    else:
        second = faults.Fault(
            lambda request: (
                request.path.lower().rstrip("/") == "/subscriptions"
                and any("skip" in name.lower() for name in request.query)
            )
        )
        fleet.world.faults.append(second)
    scanned = await fleet.scan(page_size=1, scope=Scope(Names(subscriptions=("prod",))))
    assert isinstance(of(scanned, "web").protection, Gap)


@pytest.mark.parametrize(
    "schedule",
    [
        {"hourlySchedule": {"interval": 10**9, "scheduleWindowDuration": 12}},
        {"hourlySchedule": {"interval": -4, "scheduleWindowDuration": 12}},
        {"hourlySchedule": {"interval": 4, "scheduleWindowDuration": -12}},
        {"hourlySchedule": {"interval": 4, "scheduleWindowDuration": 10**9}},
        {"hourlySchedule": {"interval": 0, "scheduleWindowDuration": 12}},
        {"hourlySchedule": None},
        {"scheduleRunFrequency": "Weekly", "weeklySchedule": {"scheduleRunDays": ["Someday"]}},
        {"scheduleRunFrequency": "Weekly", "weeklySchedule": {"scheduleRunDays": []}},
        {"scheduleRunFrequency": "Daily", "dailySchedule": {"scheduleRunTimes": []}},
        {"scheduleRunFrequency": "Never"},
    ],
)
async def test_a_schedule_that_makes_no_sense(schedule: Any) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    odd = {"properties": {"schedulePolicy": schedule}}
    fleet.vault.protect(vm, fleet.vault.policy("odd", "Hourly", patch=odd))
    locked = fleet.prod.group("locked")
    locked.collection(source=vm.id, points=9)
    fleet.prod.lock("keep", on=locked.id)
    scanned = await fleet.scan()
    found = of(scanned, "web")
    assert found.forecast
    assert found.forecast.full_at is None
    [gap] = scanned.report.gaps
    assert "properties.schedulePolicy" in gap.remedy


async def test_a_day_that_is_named_twice_is_one_day() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    days = ("Monday", "monday", "Friday")
    fleet.vault.protect(vm, fleet.vault.policy("weekly", "Weekly", days=days))
    policy = protection(await fleet.scan(), "web").policy
    assert policy
    assert policy.per_day == pytest.approx(2 / 7)


@pytest.mark.parametrize(
    ("field", "odd"), [("policyType", "V3"), ("snapshotConsistencyType", "Whatever")]
)
async def test_a_policy_whose_type_nobody_documents(field: str, odd: str) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.vault.policy("odd", patch={"properties": {field: odd}}))
    scanned = await fleet.scan()
    [gap] = scanned.report.gaps
    assert f"properties.{field}" in gap.remedy


async def test_a_policy_that_says_its_type_in_its_schedule_alone() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    silent = {"properties": {"policyType": None}}
    fleet.vault.protect(vm, fleet.vault.policy("new", enhanced=True, patch=silent))
    policy = protection(await fleet.scan(), "web").policy
    assert policy
    assert policy.is_enhanced


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize(
    ("state", "patch", "failed", "missing"),
    [
        ("ProtectionError", {}, True, False),
        ("IRPending", {"lastBackupStatus": "Failed"}, True, False),
        ("Protected", {"protectionState": "Whatever"}, False, True),
        ("Protected", {"protectionState": None}, False, True),
        ("Protected", {"lastBackupStatus": "Whatever"}, False, True),
        ("Protected", {"policyId": None}, True, True),
        ("ProtectionStopped", {}, False, False),
    ],
)
async def test_items_of_one_vm_in_two_vaults(
    state: str, patch: Any, failed: bool, missing: bool, first: int
) -> None:
    """A failure and a gap of either counts, whichever vault is read first."""
    fleet = Fleet()
    vm = fleet.group.vm("web")
    vaults = [fleet.group.vault("a"), fleet.group.vault("b")]
    vaults[first].protect(vm, vaults[first].policy())
    other = vaults[1 - first]
    other.protect(vm, other.policy(), state=state, status="Failed", error=NO_NETWORK, patch=patch)
    scanned = await fleet.scan()
    assert protection(scanned, "web").is_backed_up
    assert [each.code for each in of(scanned, "web").symptoms] == [NO_NETWORK.title] * failed
    assert scanned.report.complete is not missing


@pytest.mark.parametrize(
    "patch",
    [
        {"operation": None},
        {"operation": ""},
        {"operation": "Whatever"},
        {"containerName": "web"},
        {"containerName": "VM;iaasvmcontainerv2;rg-app;web"},
    ],
)
async def test_a_job_that_names_itself_oddly_is_a_doubt(patch: Any) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=1)
    # The service's filter goes by what it knows, not by what it then writes.
    job = fleet.vault.jobs[0]
    odd = {**job, "properties": {**job["properties"], **patch}}
    faults.broken_entry(fleet.prod, "backup_jobs", 0, odd)
    assert isinstance(protection(await fleet.scan(), "web").known_error, Gap)


@pytest.mark.parametrize("odd", ["web", "/", "Whatever", None])
async def test_an_item_is_found_by_the_container_in_its_id(odd: str | None) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, patch={"containerName": odd})
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=1)
    [symptom] = of(await fleet.scan(), "web").symptoms
    assert symptom.code == NO_NETWORK.title


async def test_a_job_without_properties_may_be_of_any_item() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=1)
    odd = {"id": fleet.vault.jobs[0]["id"], "properties": None}
    faults.broken_entry(fleet.prod, "backup_jobs", 0, odd)
    scanned = await fleet.scan()
    assert not scanned.report.complete


@pytest.mark.parametrize("status", ["InProgress", "Cancelled"])
@pytest.mark.parametrize(
    ("error", "success_days_ago", "outcome"),
    [
        (NO_NETWORK, 0.9, "failed"),
        (None, 0.9, "well"),
        (None, 60, "unknown"),
        (None, None, "unknown"),
    ],
)
async def test_the_backup_before_the_one_that_is_not_over(
    status: str, error: Any, success_days_ago: float | None, outcome: str
) -> None:
    """Without a job the item's indicator tells of it, or a recovery point that is not late."""
    fleet = Fleet()
    vm = fleet.group.vm("web")
    silent = {} if error else {"kpisHealths": None}
    point = success_days_ago
    fleet.vault.protect(
        vm, fleet.policy, status=status, error=error, success_days_ago=point, patch=silent
    )
    scanned = await fleet.scan()
    codes = [each.code for each in of(scanned, "web").symptoms]
    assert codes == ([NO_NETWORK.title] if outcome == "failed" else [])
    assert scanned.report.complete is (outcome != "unknown")


async def test_a_weekly_backup_in_progress() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    weekly = fleet.vault.policy("weekly", "Weekly")
    fleet.vault.protect(vm, weekly, status="InProgress", success_days_ago=7.1)
    assert (await fleet.scan()).report.complete


async def test_unread_jobs_of_an_item_that_is_in_progress() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="InProgress")
    for hours in (3, 9):
        fleet.vault.job(vm, "Completed", hours_ago=hours)
    odd = {"id": f"{fleet.vault.jobs[0]['id']}x", "properties": 7}
    faults.broken_entry(fleet.prod, "backup_jobs", 0, odd)
    scanned = await fleet.scan()
    assert isinstance(protection(scanned, "web").known_error, Gap)


async def test_several_errors_of_one_job_are_several_symptoms() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="Failed")
    other = {"errorCode": 400052, "errorTitle": "DiffCopyFailedToTransferData"}
    fleet.vault.job(vm, "Failed", patch={"errorDetails": [other, REAL]})
    codes = [each.code for each in of(await fleet.scan(), "web").symptoms]
    assert codes == ["DiffCopyFailedToTransferData", NO_NETWORK.title]


@pytest.mark.parametrize(
    ("item", "code"), [(AGENT_SILENT, AGENT_SILENT.title), (None, NO_NETWORK.title)]
)
async def test_a_job_that_only_says_that_it_failed(item: Any, code: str) -> None:
    """The item tells more, else the details of the job."""
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="Failed", error=item)
    nothing_more = [{"errorCode": 400002, "errorTitle": "BackUpOperationFailed"}]
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, patch={"errorDetails": nothing_more})
    assert [each.code for each in of(await fleet.scan(), "web").symptoms] == [code]


async def test_details_are_read_of_the_vms_that_are_looked_at_alone() -> None:
    """Tags are known when VMs are: other VMs cost nothing of the budget, and make no gap."""
    fleet = Fleet()
    wanted = fleet.group.vm("wanted", tags={"env": "prod"})
    others = [fleet.group.vm(f"other-{n}", tags={"env": "test"}) for n in range(2)]
    gone = fleet.group.vm("gone")
    for at, vm in enumerate((*others, gone, wanted)):
        fleet.vault.protect(vm, fleet.policy, status="Failed", hours_ago=3 + at)
        fleet.vault.job(vm, "Failed", error=NO_NETWORK, listed=False, hours_ago=3 + at)
    fleet.prod.remove(gone.id)
    scope = Scope(Names(tags=(("env", "prod"),)))
    scanned = await fleet.scan(scope=scope, budget=JobBudget(7, 1))
    [report] = scanned.report.vms
    assert [each.code for each in report.symptoms] == [NO_NETWORK.title]
    assert scanned.report.complete


async def test_no_job_is_read_for_vms_without_backup() -> None:
    fleet = Fleet()
    fleet.vault.protect(fleet.group.vm("on"), fleet.policy, status="Failed")
    fleet.group.vm("off")
    faults.refuse(fleet.prod, "backup_jobs", "backup_policies")
    scanned = await fleet.scan(scope=Scope(protection="unprotected"))
    assert [each.vm.name for each in scanned.report.vms] == ["off"]
    assert scanned.report.complete


async def test_jobs_that_were_refused_are_missed_by_the_vms_that_are_backed_up() -> None:
    fleet = Fleet()
    fleet.vault.protect(fleet.group.vm("on"), fleet.policy)
    faults.refuse(fleet.prod, "backup_jobs")
    scanned = await fleet.scan()
    assert of(scanned, "on").symptoms == ()
    assert [gap.fact for gap in scanned.report.gaps] == ["last_job"]
    [told] = json.loads(to_json(scanned.report))["vms"]
    assert [gap["fact"] for gap in told["protection"]["gaps"]] == ["last_job"]


async def test_two_ids_that_name_two_vms() -> None:
    fleet = Fleet()
    vm, other = fleet.group.vm("web"), fleet.group.vm("other")
    fleet.vault.protect(vm, fleet.policy, patch={"virtualMachineId": other.id})
    scanned = await fleet.scan()
    assert isinstance(of(scanned, "web").protection, Gap)
    assert isinstance(of(scanned, "other").protection, Gap)


async def test_an_id_without_a_group_names_no_vm() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    odd = f"{fleet.prod.id}/providers/Microsoft.Compute/virtualMachines/web"
    fleet.vault.protect(vm, fleet.policy, patch={"sourceResourceId": odd})
    assert protection(await fleet.scan(), "web").state == "protected"


@pytest.mark.parametrize("friendly", [None, "Whatever"])
async def test_an_old_job_is_found_by_the_name_in_the_id_of_the_vm(friendly: str | None) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, patch={"friendlyName": friendly})
    nameless = {"containerName": None}
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=1, patch=nameless)
    assert isinstance(protection(await fleet.scan(), "web").known_error, Gap)


async def test_an_end_before_the_beginning_is_no_end() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, success_days_ago=2)
    early = f"{fleet.world.now - timedelta(hours=9):%Y-%m-%dT%H:%M:%SZ}"
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=1, patch={"endTime": early})
    [symptom] = of(await fleet.scan(), "web").symptoms
    assert symptom.code == NO_NETWORK.title


async def test_a_last_backup_that_is_yet_to_come_hides_nothing() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, hours_ago=-3, success_days_ago=2)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=1)
    [symptom] = of(await fleet.scan(), "web").symptoms
    assert symptom.code == NO_NETWORK.title


CANCELLED = ErrorShape(400158, "UserErrorJobSuccessfullyCancelled", "The job was cancelled.")


@pytest.mark.parametrize("told", ["item", "job"])
@pytest.mark.parametrize("before", ["Failed", "Completed"])
async def test_a_backup_that_somebody_cancelled(before: str, told: str) -> None:
    """As recorded the item says Failed, with 400158; the backup before it counts."""
    fleet = Fleet()
    vm = fleet.group.vm("web")
    error = CANCELLED if told == "item" else None
    point = 0.9 if before == "Completed" else 2.0
    fleet.vault.protect(vm, fleet.policy, status="Failed", error=error, success_days_ago=point)
    fleet.vault.job(vm, "Cancelled")
    failure = NO_NETWORK if before == "Failed" else None
    fleet.vault.job(vm, before, error=failure, hours_ago=29)
    scanned = await fleet.scan()
    codes = [each.code for each in of(scanned, "web").symptoms]
    assert codes == ([NO_NETWORK.title] if before == "Failed" else [])
    assert scanned.report.complete


@pytest.mark.parametrize(
    ("schedule", "status", "hours_ago", "success_days_ago"),
    [
        ({"frequency": "Weekly", "days": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")},
         "InProgress", 1, 3),
        ({"frequency": "Weekly", "days": ("Monday", "Tuesday")}, "InProgress", 1, 6),
        ({"frequency": "Hourly", "interval": 4, "window": 12}, "InProgress", 0.5, 0.5),
        ({}, "Cancelled", 16, 40 / 24),
    ],
)  # fmt: skip
async def test_the_longest_time_between_two_backups(
    schedule: Any, status: str, hours_ago: float, success_days_ago: float
) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    policy = fleet.vault.policy("uneven", **schedule)
    when: Any = {"hours_ago": hours_ago, "success_days_ago": success_days_ago}
    fleet.vault.protect(vm, policy, status=status, **when)
    assert (await fleet.scan()).report.complete


@pytest.mark.parametrize("twins", [False, True])
async def test_a_failure_that_a_recovery_point_has_overtaken(twins: bool) -> None:
    fleet = Fleet()
    groups = [fleet.group, fleet.prod.group("rg-two")] if twins else [fleet.group]
    nameless = {"containerName": None}
    for group in groups:
        vm = group.vm("web")
        fleet.vault.protect(vm, fleet.policy, status="InProgress", success_days_ago=1)
        fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=48, patch=nameless)
    scanned = await fleet.scan()
    assert [each.symptoms for each in scanned.report.vms] == [()] * len(groups)
    assert scanned.report.complete


async def test_an_indicator_that_contradicts_its_item() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="Completed", error=NO_NETWORK)
    assert isinstance(protection(await fleet.scan(), "web").known_error, Gap)


async def test_two_items_that_fail_and_one_tells_why() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="Failed", error=NO_NETWORK)
    other = fleet.group.vault("other")
    other.protect(vm, other.policy(), status="Failed")
    scanned = await fleet.scan()
    assert of(scanned, "web").symptoms
    for name in ("markdown", "html"):
        assert NO_NETWORK.title in WRITERS[name](scanned.report).decode()


@pytest.mark.parametrize("status", ["InProgress", "Cancelled", "Failed"])
@pytest.mark.parametrize("before", ["Failed", "CompletedWithWarnings"])
async def test_the_point_of_a_backup_that_is_not_over_undoes_no_failure(
    status: str, before: str
) -> None:
    """As recorded a point is made seconds after a backup began, whatever becomes of it."""
    fleet = Fleet()
    vm = fleet.group.vm("web")
    error = CANCELLED if status == "Failed" else None
    own: Any = {"hours_ago": 0.3, "success_days_ago": 0.29 / 24}
    fleet.vault.protect(vm, fleet.policy, status=status, error=error, **own)
    fleet.vault.job(vm, before, error=NO_NETWORK, hours_ago=24)
    [symptom] = of(await fleet.scan(), "web").symptoms
    assert symptom.code == NO_NETWORK.title


async def test_an_earlier_cancelled_job_silences_no_failure() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    silent: dict[str, Any] = {"kpisHealths": None, "healthDetails": []}
    fleet.vault.protect(vm, fleet.policy, status="Failed", success_days_ago=1, patch=silent)
    fleet.vault.job(vm, "Cancelled", hours_ago=24.2)
    [symptom] = of(await fleet.scan(), "web").symptoms
    assert symptom.status == "Failed"


async def test_cancelled_is_what_says_nothing_else() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    both = [{"code": each.code, "title": each.title} for each in (CANCELLED, NO_NETWORK)]
    odd = {"kpisHealths": None, "healthDetails": both}
    fleet.vault.protect(vm, fleet.policy, status="Failed", patch=odd)
    [symptom] = of(await fleet.scan(), "web").symptoms
    assert symptom.code == NO_NETWORK.title


@pytest.mark.parametrize("end", [None, "2001-01-01T00:00:00Z"])
async def test_a_failure_whose_end_is_not_known_is_not_overtaken(end: str | None) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    running: Any = {"status": "InProgress", "hours_ago": 0.3, "success_days_ago": 24.4 / 24}
    fleet.vault.protect(vm, fleet.policy, **running)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=25, patch={"endTime": end})
    [symptom] = of(await fleet.scan(), "web").symptoms
    assert symptom.code == NO_NETWORK.title


async def test_old_jobs_of_two_vms_of_one_name_by_when_they_began() -> None:
    fleet = Fleet()
    nameless = {"containerName": None}
    for group, hours, error in (("rg-one", 4, None), ("rg-two", 3, NO_NETWORK)):
        vm, status = fleet.prod.group(group).vm("web"), "Failed" if error else "Completed"
        fleet.vault.protect(vm, fleet.policy, status=status, hours_ago=hours)
        fleet.vault.job(vm, status, error=error, hours_ago=hours, patch=nameless)
    scanned = await fleet.scan()
    codes = [[each.code for each in vm.symptoms] for vm in scanned.report.vms]
    assert sorted(codes) == [[], [NO_NETWORK.title]]
    assert scanned.report.complete


@pytest.mark.parametrize("odd", [[{}], [{"code": None, "title": "Success"}], []])
async def test_an_indicator_that_says_nothing_says_not_that_all_is_well(odd: Any) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    told = {"kpisHealths": {"BackupOperationStatusKPI": {"resourceHealthDetails": odd}}}
    running: Any = {"status": "InProgress", "success_days_ago": 60, "patch": told}
    fleet.vault.protect(vm, fleet.policy, **running)
    assert isinstance(protection(await fleet.scan(), "web").known_error, Gap)


async def test_details_without_properties_are_a_gap() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="Failed", error=NOTHING_MORE)
    name = fleet.vault.job(vm, "Failed", error=NO_NETWORK, listed=False)
    fleet.vault.details[name] = {"id": fleet.vault.details[name]["id"], "properties": None}
    scanned = await fleet.scan()
    [symptom] = of(scanned, "web").symptoms
    assert symptom.gap in scanned.report.gaps


@pytest.mark.parametrize(
    ("patch", "path", "value"),
    [
        ({}, "properties.protectionState", "ProtectionStopped"),
        (
            {"isScheduledForDeferredDelete": True},
            "properties.isScheduledForDeferredDelete",
            True,
        ),
    ],
)
async def test_the_state_is_shown_as_it_was_sent(patch: Any, path: str, value: Any) -> None:
    fleet = Fleet()
    fleet.vault.protect(fleet.group.vm("web"), state="ProtectionStopped", patch=patch)
    [seen] = protection(await fleet.scan(), "web").evidence
    assert (seen.path, seen.value) == (path, value)


async def test_what_was_not_read_of_protection_is_no_empty_cell() -> None:
    fleet = Fleet()
    fleet.vault.protect(fleet.group.vm("web"), fleet.policy, patch={"lastRecoveryPoint": "soon"})
    faults.refuse(fleet.prod, "backup_policies")
    text = WRITERS["csv"]((await fleet.scan()).report).decode()
    first = next(csv.DictReader(io.StringIO(text)))
    assert (first["policy"], first["last_success"]) == ("unread", "unread")


@pytest.mark.parametrize(
    ("edition", "cause"),
    [
        ("current", "snapshot-status-or-snapshot-failed"),
        ("2018-01", "snapshot-status-or-snapshot-failed"),
        ("2018-01", "vm-no-internet-access"),
        ("2018-01", "backup-extension-not-loading"),
    ],
)
async def test_what_is_behind_an_error_whichever_checks_the_scan_asks(
    edition: str, cause: str
) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="Failed", error=NO_NETWORK)
    checks: tuple[str, ...]
    found = []
    for checks in ((), ("disk-size",), (cause,)):
        scanned = await scan_world(fleet.world, edition=edition, checks=checks)
        found.append([each.causes for each in of(scanned, "web").symptoms])
    [causes] = found[0]
    assert cause in [each.cause for each in causes]
    assert found[0] == found[1] == found[2]
