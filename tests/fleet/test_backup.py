"""What the Backup service says, scanned whole: protection, the last error, the budget of reads."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from scanner.arm.job_details import JobBudget
from scanner.gate.decision import Policy, decide
from scanner.inventory.facts.backup import Protection
from scanner.inventory.gap import Gap
from scanner.inventory.scope import Scope
from scanner.report.formats.json_v1 import to_json
from scanner.sim import faults
from scanner.sim.backup_errors import AGENT_SILENT, NO_NETWORK, UNDOCUMENTED, VM_GONE
from scanner.sim.shapes import NOT_READY_UNRESPONSIVE
from tests.support.fleets.backed_up import Fleet, of, protection

AGENT = "windows-agent-unresponsive"


async def test_two_vms_of_one_name_one_protected() -> None:
    fleet = Fleet()
    here, there = (fleet.prod.group(name).vm("web") for name in ("rg-one", "rg-two"))
    fleet.vault.protect(here, fleet.policy)
    states = {
        each.vm.id.resource_group: each.protection_state for each in (await fleet.scan()).report.vms
    }
    assert {str(group).lower(): state for group, state in states.items()} == {
        "rg-one": "protected",
        "rg-two": "unprotected",
    }
    assert there.name == here.name


async def test_a_vault_in_another_subscription() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    other = fleet.world.subscription("shared").group("rg").vault("elsewhere")
    other.protect(vm, other.policy("weekly", "Weekly", days=("Monday", "Friday")))
    scanned = await fleet.scan(scope=Scope())
    found = protection(scanned, "web")
    assert found.state == "protected"
    assert found.vault
    assert found.vault.name == "elsewhere"
    assert found.policy
    assert found.policy.per_day == pytest.approx(2 / 7)


@pytest.mark.parametrize("route", ["vaults", "protected_items"])
async def test_a_vault_that_cannot_be_read_leaves_unknown(route: str) -> None:
    fleet = Fleet()
    seen, unseen = fleet.group.vm("seen"), fleet.group.vm("unseen")
    fleet.vault.protect(seen, fleet.policy)
    hidden = fleet.world.subscription("hidden")
    vault = hidden.group("rg").vault("secret")
    vault.protect(unseen, vault.policy())
    faults.refuse(hidden, route)
    scanned = await fleet.scan()
    assert protection(scanned, "seen").state == "protected"
    told = of(scanned, "unseen").protection
    assert isinstance(told, Gap)
    assert told.reason == "denied"
    [report] = [
        each for each in json.loads(to_json(scanned.report))["vms"] if each["name"] == "unseen"
    ]
    assert (report["protection"]["state"], report["protection"]["reason"]) == ("unknown", "denied")
    [gap] = scanned.report.gaps
    assert gap.action in (
        "Microsoft.RecoveryServices/vaults/read",
        "Microsoft.RecoveryServices/vaults/backupProtectedItems/read",
    )
    # The agent is judged all the same.
    assert scanned.verdict("unseen", "linux-agent-outdated") == "clear"


async def test_a_provider_that_is_not_registered_means_no_vaults() -> None:
    fleet = Fleet()
    fleet.group.vm("web")
    faults.not_registered(fleet.prod, "vaults")
    scanned = await fleet.scan()
    assert of(scanned, "web").protection_state == "unprotected"
    assert scanned.report.complete


async def test_an_item_whose_vm_is_gone() -> None:
    fleet = Fleet()
    gone, stays = fleet.group.vm("gone"), fleet.group.vm("stays")
    fleet.vault.protect(gone, fleet.policy, status="Failed", error=VM_GONE)
    fleet.vault.job(gone, "Failed", error=VM_GONE)
    fleet.prod.remove(gone.id)
    scanned = await fleet.scan()
    assert [each.vm.name for each in scanned.report.vms] == [stays.name]
    assert of(scanned, "stays").protection_state == "unprotected"
    assert scanned.report.complete


@pytest.mark.parametrize(
    ("wire", "deleted", "state"),
    [
        ("Protected", False, "protected"),
        ("IRPending", False, "pending"),
        ("ProtectionError", False, "error"),
        ("ProtectionPaused", False, "paused"),
        ("BackupsSuspended", False, "suspended"),
        ("ProtectionStopped", False, "stopped"),
        ("ProtectionStopped", True, "soft-deleted"),
    ],
)
async def test_items_in_every_state(wire: str, deleted: bool, state: str) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(
        vm, fleet.policy, state=wire, patch={"isScheduledForDeferredDelete": deleted}
    )
    assert protection(await fleet.scan(), "web").state == state


@pytest.mark.parametrize("odd", [None, "", "Whatever"])
async def test_a_state_that_nobody_documents_is_unknown(odd: str | None) -> None:
    fleet = Fleet()
    fleet.vault.protect(fleet.group.vm("web"), fleet.policy, patch={"protectionState": odd})
    scanned = await fleet.scan()
    found = of(scanned, "web").protection
    assert isinstance(found, Gap)
    assert found.reason == "not-recorded"
    assert found in scanned.report.gaps


@pytest.mark.parametrize("field", ["policyId", "sourceResourceId"])
async def test_what_an_item_does_not_say_makes_the_report_incomplete(field: str) -> None:
    fleet = Fleet()
    absent: dict[str, Any] = {field: None}
    if field == "sourceResourceId":
        absent["virtualMachineId"] = None
    fleet.vault.protect(fleet.group.vm("web"), fleet.policy, patch=absent)
    scanned = await fleet.scan()
    [gap] = scanned.report.gaps
    assert gap.reason == "not-recorded"
    assert f"properties.{field}" in gap.remedy
    assert decide(scanned.report, Policy("applies"), allow_empty=False).code == 3


async def test_a_stopped_item_needs_no_policy() -> None:
    fleet = Fleet()
    fleet.vault.protect(fleet.group.vm("web"), state="ProtectionStopped")
    scanned = await fleet.scan()
    assert scanned.report.complete
    assert protection(scanned, "web").known_policy is None


@pytest.mark.parametrize("route", ["vaults", "protected_items"])
@pytest.mark.parametrize(("wire", "known"), [("Protected", True), ("ProtectionStopped", False)])
async def test_an_item_that_lies_idle_beside_a_vault_that_is_unread(
    route: str, wire: str, known: bool
) -> None:
    fleet = Fleet()
    fleet.vault.protect(fleet.group.vm("web"), fleet.policy, state=wire)
    hidden = fleet.world.subscription("hidden")
    hidden.group("rg").vault("secret")
    faults.refuse(hidden, route)
    scanned = await fleet.scan(scope=Scope(protection="protected"))
    assert isinstance(of(scanned, "web").protection, Protection) is known


async def test_an_item_that_lies_idle_beside_one_of_no_known_state() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.group.vault("old").protect(vm, state="ProtectionStopped")
    fleet.vault.protect(vm, fleet.policy, patch={"protectionState": "Whatever"})
    assert isinstance(of(await fleet.scan(), "web").protection, Gap)


async def test_soft_deleted_in_one_vault_and_protected_in_another() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    old = fleet.group.vault("old")
    old.protect(vm, state="ProtectionStopped", patch={"isScheduledForDeferredDelete": True})
    fleet.vault.protect(vm, fleet.policy)
    assert protection(await fleet.scan(), "web").state == "protected"


@pytest.mark.parametrize(
    ("state", "expected"), [("Protected", "not-applicable"), ("ProtectionStopped", "applies")]
)
async def test_a_crash_consistent_policy_needs_no_agent(state: str, expected: str) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("sql", os="windows", agent=NOT_READY_UNRESPONSIVE)
    fleet.vault.protect(vm, fleet.vault.policy("crash", crash_consistent=True), state=state)
    assert (await fleet.scan()).verdict("sql", AGENT) == expected


async def test_a_policy_that_cannot_be_read_is_taken_to_need_the_agent() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("sql", os="windows", agent=NOT_READY_UNRESPONSIVE)
    fleet.vault.protect(vm, fleet.vault.policy("crash", crash_consistent=True))
    faults.refuse(fleet.prod, "backup_policies")
    scanned = await fleet.scan()
    assert scanned.verdict("sql", AGENT) == "applies"
    assert [each.fact for each in scanned.report.gaps] == ["policy"]
    [stands] = [each for each in of(scanned, "sql").causes if each.cause == AGENT]
    assert "Its policy was not read" in stands.findings[0].finding.message


@pytest.mark.parametrize("crash_consistent", [True, False])
async def test_a_vm_that_is_off_and_needs_no_agent(crash_consistent: bool) -> None:
    """Section 6 has both rules: who needs no agent is not asked how it does."""
    fleet = Fleet()
    vm = fleet.group.vm("sql", os="windows", power="deallocated")
    fleet.vault.protect(vm, fleet.vault.policy("p", crash_consistent=crash_consistent))
    verdict = (await fleet.scan()).verdict("sql", AGENT)
    assert verdict == ("not-applicable" if crash_consistent else "unknown (not-running)")


@pytest.mark.parametrize("listed", [True, False])
async def test_failed_with_health_passed(listed: bool) -> None:
    """The error comes from the job, not from the service's own check, which says Passed."""
    fleet = Fleet()
    vm = fleet.group.vm("sql", os="windows", agent=NOT_READY_UNRESPONSIVE)
    fleet.vault.protect(vm, fleet.policy, status="Failed", health="Passed", error=None)
    name = fleet.vault.job(vm, "Failed", error=AGENT_SILENT, listed=listed)
    scanned = await fleet.scan()
    assert protection(scanned, "sql").health == "Passed"
    [symptom] = of(scanned, "sql").symptoms
    assert (symptom.code, symptom.number) == (AGENT_SILENT.title, AGENT_SILENT.code)
    assert symptom.job
    assert symptom.job.name == name
    first = symptom.first_supported
    assert first
    assert first.cause == AGENT
    [vm_told] = json.loads(to_json(scanned.report))["vms"]
    [told] = vm_told["symptoms"]
    stands = {each["cause"]: (each["verdict"], each["standing"]) for each in told["causes"]}
    assert stands[AGENT] == ("applies", "supported")
    assert "contradicted" in {standing for _, standing in stands.values()}


async def test_completed_with_warnings_and_a_failed_task() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="CompletedWithWarnings", error=VM_GONE)
    fleet.vault.job(
        vm,
        "CompletedWithWarnings",
        error=VM_GONE,
        listed=False,
        failed_task="Transfer data to vault",
    )
    [symptom] = of(await fleet.scan(), "web").symptoms
    assert (symptom.status, symptom.task) == ("CompletedWithWarnings", "Transfer data to vault")
    assert symptom.number == VM_GONE.code


async def test_a_later_backup_that_went_well_is_no_symptom() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=29)
    fleet.vault.job(vm, "Completed", hours_ago=5)
    fleet.vault.job(vm, "InProgress", hours_ago=0.1)
    fleet.vault.job(vm, "Failed", operation="Restore", hours_ago=1, error=NO_NETWORK)
    assert of(await fleet.scan(), "web").symptoms == ()


@pytest.mark.parametrize(
    ("job", "item", "error", "code"),
    [
        ("Completed", "Failed", NO_NETWORK, NO_NETWORK.title),
        ("Failed", "Completed", None, None),
        ("Failed", "InProgress", None, AGENT_SILENT.title),
        ("Failed", "Cancelled", None, AGENT_SILENT.title),
    ],
)
async def test_a_job_that_is_older_than_the_last_backup(
    job: str, item: str, error: Any, code: str | None
) -> None:
    """By the item's ``lastBackupTime``: it is its job's ``startTime``, as recorded in 2021."""
    fleet = Fleet()
    vm = fleet.group.vm("web")
    point: Any = {"hours_ago": 5, "success_days_ago": 2}
    fleet.vault.protect(vm, fleet.policy, status=item, error=error, **point)
    fleet.vault.job(vm, job, error=AGENT_SILENT if job == "Failed" else None, hours_ago=29)
    scanned = await fleet.scan()
    assert [each.code for each in of(scanned, "web").symptoms] == ([code] if code else [])
    assert scanned.report.complete


async def test_a_job_that_ended_after_the_item_was_listed() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, hours_ago=29)
    fleet.vault.job(vm, "Completed", hours_ago=29)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=1)
    [symptom] = of(await fleet.scan(), "web").symptoms
    assert symptom.code == NO_NETWORK.title


@pytest.mark.parametrize("refused", ["backup_jobs", "backup_job", None])
async def test_a_failure_whose_reason_was_not_read_is_a_failure(refused: str | None) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="Failed")
    if refused:
        fleet.vault.job(vm, "Failed", error=NO_NETWORK, listed=False)
        faults.refuse(fleet.prod, refused)
    scanned = await fleet.scan()
    [symptom] = of(scanned, "web").symptoms
    assert (symptom.status, symptom.code) == ("Failed", None)
    assert symptom.gap in scanned.report.gaps
    [told] = json.loads(to_json(scanned.report))["vms"][0]["symptoms"]
    assert told["gap"]["reason"] == ("denied" if refused else "not-recorded")


@pytest.mark.parametrize("status", [None, "Whatever"])
async def test_a_status_of_the_last_backup_that_nobody_documents(status: str | None) -> None:
    fleet = Fleet()
    fleet.vault.protect(fleet.group.vm("web"), fleet.policy, patch={"lastBackupStatus": status})
    scanned = await fleet.scan()
    assert of(scanned, "web").symptoms == ()
    assert [each.reason for each in scanned.report.gaps] == ["not-recorded"]


async def test_details_are_asked_for_a_job_that_is_known_by_its_name_alone() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="Failed")
    silent = {"containerName": None}
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, listed=False, patch=silent)
    [symptom] = of(await fleet.scan(), "web").symptoms
    assert symptom.code == NO_NETWORK.title


async def test_without_jobs_the_item_tells() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="Failed", error=NO_NETWORK)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=24 * 10)
    [symptom] = of(await fleet.scan(), "web").symptoms
    assert (symptom.code, symptom.job) == (NO_NETWORK.title, None)


async def test_an_undocumented_error_is_shown_as_it_is() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="Failed", error=UNDOCUMENTED)
    [symptom] = of(await fleet.scan(), "web").symptoms
    assert not symptom.is_documented
    assert symptom.title == UNDOCUMENTED.message
    assert symptom.causes == ()


async def test_a_429_on_jobs_with_the_wait_in_its_text_alone() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    fleet.vault.protect(vm, fleet.policy, status="Failed", error=AGENT_SILENT)
    fleet.vault.job(vm, "Failed", error=AGENT_SILENT)
    faults.throttle(fleet.prod, "backup_jobs", times=1, retry_after=None)
    scanned = await fleet.scan()
    assert scanned.report.complete
    assert [each.code for each in of(scanned, "web").symptoms] == [AGENT_SILENT.title]
    assert 324.0 in scanned.sleeps


async def test_requests_are_the_listings_and_the_budget() -> None:
    fleet = Fleet()
    for number in range(9):
        vm = fleet.group.vm(f"vm-{number}")
        failed: Any = {"status": "Failed", "health": "Passed", "hours_ago": number + 1}
        fleet.vault.protect(vm, fleet.policy, **failed)
        fleet.vault.job(vm, "Failed", hours_ago=number + 1, error=AGENT_SILENT, listed=False)
        fleet.vault.job(vm, "Failed", hours_ago=number + 30, error=NO_NETWORK, listed=False)
    fleet.group.vault("empty")
    scanned = await fleet.scan(page_size=4, budget=JobBudget(7, 5))
    asked = [
        each.path.lower() for each in scanned.azure.log if "recoveryservices" in each.path.lower()
    ]
    pages = {"vaults": 1, "backupprotecteditems": 3 + 1, "backuppolicies": 1, "backupjobs": 5}
    for last, count in pages.items():
        assert sum(path.endswith(f"/{last}") for path in asked) == count, last
    assert len(asked) == sum(pages.values()) + 5
    # The newest failures are those whose details were read; the others are gaps.
    symptoms = {each.vm.name: each.symptoms[0] for each in scanned.report.vms}
    known = {name for name, each in symptoms.items() if each.code}
    assert known == {f"vm-{number}" for number in range(5)}
    # That the others failed is known all the same.
    assert {each.status for each in symptoms.values()} == {"Failed"}
    assert len(scanned.report.gaps) == 4
    assert all("--max-job-details" in gap.remedy for gap in scanned.report.gaps)


@pytest.mark.parametrize(
    ("only", "expected"),
    [("protected", {"on", "unseen"}), ("unprotected", {"off", "stopped", "unseen"})],
)
async def test_only_those_that_are_backed_up_or_are_not(only: Any, expected: set[str]) -> None:
    fleet = Fleet()
    fleet.vault.protect(fleet.group.vm("on"), fleet.policy)
    fleet.vault.protect(fleet.group.vm("stopped"), state="ProtectionStopped")
    fleet.vault.protect(fleet.group.vm("unseen"), fleet.policy, patch={"protectionState": "?"})
    fleet.group.vm("off")
    scanned = await fleet.scan(scope=Scope(protection=only))
    assert {each.vm.name for each in scanned.report.vms} == expected
    assert scanned.report.scope.by_protection == 4 - len(expected)


@pytest.mark.parametrize(
    ("policy", "points", "days"),
    [
        ({}, 9, 9),
        ({"frequency": "Hourly"}, 10, 2),
        ({"frequency": "Hourly", "window": 24}, 6, 2),
        ({"frequency": "Weekly", "days": ("Monday",)}, 17, 7),
        ({}, 18, 0),
        ({}, 21, 0),
    ],
)
async def test_the_day_on_which_restore_points_are_full(
    policy: Any, points: int, days: float
) -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    collections = fleet.prod.group("AzureBackupRG_westeurope_1")
    collections.collection(source=vm.id, points=points - 4, name="one")
    collections.collection(source=vm.id, points=4, name="two")
    fleet.prod.lock("keep", on=collections.id)
    fleet.vault.protect(vm, fleet.vault.policy("p", **policy))
    forecast = of(await fleet.scan(), "web").forecast
    assert forecast
    assert (forecast.points, forecast.limit) == (points, 18)
    assert [each.name for each in forecast.locks] == ["keep"]
    assert forecast.full_at == fleet.world.now + timedelta(days=days)


async def test_a_schedule_that_says_no_time_has_no_pace() -> None:
    fleet = Fleet()
    vm = fleet.group.vm("web")
    locked = fleet.prod.group("locked")
    locked.collection(source=vm.id, points=9)
    fleet.prod.lock("keep", on=locked.id)
    silent = {"properties": {"schedulePolicy": {"scheduleRunTimes": None}}}
    fleet.vault.protect(vm, fleet.vault.policy("silent", patch=silent))
    scanned = await fleet.scan()
    forecast = of(scanned, "web").forecast
    assert forecast
    assert (forecast.per_day, forecast.full_at) == (None, None)
    [gap] = scanned.report.gaps
    assert "properties.schedulePolicy" in gap.remedy


async def test_without_a_lock_or_a_policy_nothing_is_foreseen() -> None:
    fleet = Fleet()
    free, stopped = fleet.group.vm("free"), fleet.group.vm("stopped")
    fleet.group.collection(source=free.id, points=17)
    locked = fleet.prod.group("locked")
    locked.collection(source=stopped.id, points=9)
    fleet.prod.lock("keep", on=locked.id)
    fleet.vault.protect(free, fleet.policy)
    fleet.vault.protect(stopped, state="ProtectionStopped")
    scanned = await fleet.scan()
    for name in ("free", "stopped"):
        forecast = of(scanned, name).forecast
        assert forecast
        assert forecast.full_at is None


async def test_a_job_that_names_nobody_is_nobodys() -> None:
    fleet = Fleet()
    for group in ("rg-one", "rg-two"):
        vm = fleet.prod.group(group).vm("web")
        fleet.vault.protect(vm, fleet.policy, status="Failed")
        fleet.vault.job(vm, "Failed", error=AGENT_SILENT, patch={"containerName": None})
    scanned = await fleet.scan()
    assert [each.symptoms[0].code for each in scanned.report.vms] == [None, None]
    assert len(scanned.report.gaps) == 2
