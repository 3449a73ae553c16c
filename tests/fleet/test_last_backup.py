"""Which backup was the last, and if it failed, from an item and jobs that may disagree."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from scanner.inventory.gap import Gap
from scanner.sim.backup_errors import AGENT_SILENT, NO_NETWORK, ErrorShape
from tests.support.fleets.backed_up import BackupFleet, protection_of

NO_TIME: dict[str, Any] = {"lastBackupTime": None}
FUTURE = "9999-01-01T00:00:00Z"
CANCELLED = ErrorShape(400158, "UserErrorJobSuccessfullyCancelled", "The job was cancelled.")


@pytest.mark.parametrize(
    ("item", "job", "item_patch", "job_patch", "hours_ago", "is_failure"),
    [
        # The item's backup began 5 hours ago. The worse status of one backup counts.
        pytest.param("Failed", "Completed", {}, {}, 5, True, id="item failed"),
        pytest.param("CompletedWithWarnings", "Completed", {}, {}, 5, True, id="item warned"),
        pytest.param("Completed", "Failed", {}, {}, 5, True, id="job failed"),
        pytest.param("Completed", "Completed", {}, {}, 5, False, id="both completed"),
        # Only a later job counts, and not an earlier one.
        pytest.param("Failed", "Completed", {}, {}, 2, False, id="later job completed"),
        pytest.param("Completed", "Failed", {}, {}, 2, True, id="later job failed"),
        pytest.param("Failed", "Completed", {}, {}, 29, True, id="earlier job completed"),
        pytest.param("Completed", "Failed", {}, {}, 29, False, id="earlier job failed"),
        # If the order is unknown, a failure counts.
        pytest.param("Failed", "Completed", NO_TIME, {}, 2, True, id="item without time"),
        pytest.param("Failed", "Completed", {"lastBackupTime": FUTURE}, {}, 2, True,
                     id="item in the future"),
        pytest.param("Failed", "Completed", {}, {"startTime": None}, 2, True,
                     id="job without start"),
        pytest.param("Failed", "Completed", {}, {"startTime": FUTURE}, 2, True,
                     id="job starts in the future"),
        pytest.param("Failed", "Completed", {}, {"endTime": FUTURE}, 29, True,
                     id="earlier job completed in the future"),
        pytest.param("Completed", "Failed", {}, {"endTime": FUTURE}, 29, False,
                     id="earlier job failed in the future"),
        pytest.param("Failed", "Completed", {}, {"endTime": None}, 29, True,
                     id="earlier job without end"),
        # If the item is not over, the backup before it counts.
        pytest.param("InProgress", "Failed", {}, {}, 29, True, id="in progress after a failure"),
        pytest.param("Cancelled", "CompletedWithWarnings", {}, {}, 29, True,
                     id="cancelled after a warning"),
        pytest.param("Cancelled", "Completed", {}, {}, 29, False, id="cancelled after a success"),
    ],
)  # fmt: skip
async def test_the_last_backup(
    item: str, job: str, item_patch: Any, job_patch: Any, hours_ago: float, is_failure: bool
) -> None:
    fleet = BackupFleet()
    error = NO_NETWORK if item in ("Failed", "CompletedWithWarnings") else None
    # No recovery point is newer than a backup that failed.
    point = 2.0 if is_failure else 0.2
    vm = fleet.protected_vm(status=item, error=error, patch=item_patch, success_days_ago=point)
    job_error = None if job == "Completed" else NO_NETWORK
    fleet.vault.job(vm, job, error=job_error, hours_ago=hours_ago, patch=job_patch)
    scanned = await fleet.scan()
    assert scanned.symptom_codes("web") == [NO_NETWORK.title] * is_failure
    assert scanned.report.complete


@pytest.mark.parametrize(
    ("item", "error", "job", "code"),
    [
        pytest.param("Failed", NO_NETWORK, "Completed", NO_NETWORK.title, id="item failed"),
        pytest.param("Completed", None, "Failed", None, id="item completed"),
        pytest.param("InProgress", None, "Failed", AGENT_SILENT.title, id="item in progress"),
        pytest.param("Cancelled", None, "Failed", AGENT_SILENT.title, id="item cancelled"),
    ],
)
async def test_an_earlier_job_by_the_time_of_the_item(
    item: str, error: Any, job: str, code: str | None
) -> None:
    """The item's ``lastBackupTime`` is its job's ``startTime``, as recorded in 2021."""
    fleet = BackupFleet()
    vm = fleet.protected_vm(status=item, error=error, hours_ago=5, success_days_ago=2)
    fleet.vault.job(vm, job, error=AGENT_SILENT if job == "Failed" else None, hours_ago=29)
    scanned = await fleet.scan()
    assert scanned.symptom_codes("web") == ([code] if code else [])
    assert scanned.report.complete


async def test_a_success_after_a_failure_is_no_symptom() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm()
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=29)
    fleet.vault.job(vm, "Completed", hours_ago=5)
    fleet.vault.job(vm, "InProgress", hours_ago=0.1)
    fleet.vault.job(vm, "Failed", operation="Restore", hours_ago=1, error=NO_NETWORK)
    assert (await fleet.scan()).symptom_codes("web") == []


async def test_a_job_that_ended_after_the_item_was_listed() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(hours_ago=29)
    fleet.vault.job(vm, "Completed", hours_ago=29)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=1)
    assert (await fleet.scan()).symptom_codes("web") == [NO_NETWORK.title]


async def test_times_in_two_zones_are_ordered_as_moments() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="InProgress")
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=3)
    began = fleet.vault.jobs[0]["properties"]["startTime"]
    day, hour = began[:10], int(began[11:13])
    assert hour < 22
    earlier = {"startTime": f"{day}T{hour + 1:02d}:00:00+09:00", "endTime": None}
    fleet.vault.job(vm, "Completed", hours_ago=9, patch=earlier)
    assert (await fleet.scan()).symptom_codes("web") == [NO_NETWORK.title]


@pytest.mark.parametrize("status", [None, "Whatever"])
async def test_an_undocumented_status_is_a_gap(status: str | None) -> None:
    fleet = BackupFleet()
    fleet.protected_vm(patch={"lastBackupStatus": status})
    scanned = await fleet.scan()
    assert scanned.vm("web").symptoms == ()
    assert [gap.reason for gap in scanned.report.gaps] == ["not-recorded"]


@pytest.mark.parametrize(
    ("patch", "is_known"),
    [
        pytest.param({"lastBackupTime": "2001-01-01T00:00:00Z"}, True, id="2001"),
        pytest.param({"lastBackupTime": "0001-01-01T00:00:00Z"}, True, id="year 1"),
        pytest.param(NO_TIME, False, id="no time"),
        pytest.param({"lastBackupTime": "yesterday"}, False, id="no date"),
        pytest.param(
            {"lastBackupTime": "2001-01-01T00:00:00Z", "lastRecoveryPoint": None}, True,
            id="2001 and no recovery point",
        ),
        pytest.param({"protectionState": "IRPending", **NO_TIME}, True, id="pending"),
    ],
)  # fmt: skip
async def test_an_item_that_was_never_backed_up(patch: Any, is_known: bool) -> None:
    fleet = BackupFleet()
    fleet.protected_vm(success_days_ago=None, patch={"lastBackupStatus": "", **patch})
    assert (await fleet.scan()).report.complete is is_known


@pytest.mark.parametrize(
    "patch",
    [
        pytest.param({}, id="pending"),
        pytest.param({"protectionState": "Protected"}, id="protected"),
    ],
)
async def test_a_first_backup_that_failed_before_its_item_shows_it(patch: Any) -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(state="IRPending", patch=patch)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=1)
    assert (await fleet.scan()).symptom_codes("web") == [NO_NETWORK.title]


@pytest.mark.parametrize(
    "point", [pytest.param("soon", id="no date"), pytest.param(FUTURE, id="in the future")]
)
async def test_a_senseless_recovery_point_is_a_gap(point: str) -> None:
    fleet = BackupFleet()
    fleet.protected_vm(patch={"lastRecoveryPoint": point})
    scanned = await fleet.scan()
    [gap] = scanned.report.gaps
    assert "properties.lastRecoveryPoint" in gap.remedy
    assert protection_of(scanned).last_success_at is None


async def test_an_end_before_the_start_is_ignored() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(success_days_ago=2)
    early = f"{fleet.world.now - timedelta(hours=9):%Y-%m-%dT%H:%M:%SZ}"
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=1, patch={"endTime": early})
    assert (await fleet.scan()).symptom_codes("web") == [NO_NETWORK.title]


async def test_an_item_in_the_future_hides_no_failed_job() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(hours_ago=-3, success_days_ago=2)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=1)
    assert (await fleet.scan()).symptom_codes("web") == [NO_NETWORK.title]


# While the last backup is in progress or was cancelled, the one before it counts.


@pytest.mark.parametrize("status", ["InProgress", "Cancelled"])
@pytest.mark.parametrize(
    ("error", "success_days_ago", "codes", "is_known"),
    [
        pytest.param(NO_NETWORK, 0.9, [NO_NETWORK.title], True, id="indicator with an error"),
        pytest.param(None, 0.9, [], True, id="recent recovery point"),
        pytest.param(None, 60, [], False, id="old recovery point"),
        pytest.param(None, None, [], False, id="no recovery point"),
    ],
)
async def test_without_a_job_the_item_shows_the_backup_before(
    status: str, error: Any, success_days_ago: float | None, codes: list[str], is_known: bool
) -> None:
    """Its indicator has the error. Without one, a recent recovery point means success."""
    fleet = BackupFleet()
    patch = {} if error else {"kpisHealths": None}
    fleet.protected_vm(status=status, error=error, success_days_ago=success_days_ago, patch=patch)
    scanned = await fleet.scan()
    assert scanned.symptom_codes("web") == codes
    # That somebody cancelled it is all that is to be known of a cancelled backup.
    assert scanned.report.complete is (is_known or status == "Cancelled")
    assert protection_of(scanned).is_cancelled is (status == "Cancelled" and not codes)


async def test_a_weekly_backup_in_progress() -> None:
    fleet = BackupFleet()
    weekly = fleet.vault.policy("weekly", "Weekly")
    fleet.protected_vm(policy=weekly, status="InProgress", success_days_ago=7.1)
    assert (await fleet.scan()).report.complete


WORKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


@pytest.mark.parametrize(
    ("schedule", "status", "hours_ago", "success_days_ago"),
    [
        pytest.param({"frequency": "Weekly", "days": WORKDAYS}, "InProgress", 1, 3,
                     id="workdays"),
        pytest.param({"frequency": "Weekly", "days": ("Monday", "Tuesday")}, "InProgress", 1, 6,
                     id="Monday and Tuesday"),
        pytest.param({"frequency": "Hourly", "interval": 4, "window": 12}, "InProgress", 0.5, 0.5,
                     id="every 4 hours by day"),
        pytest.param({}, "Cancelled", 16, 40 / 24, id="daily"),
    ],
)  # fmt: skip
async def test_a_recovery_point_is_recent_by_the_longest_break_of_the_schedule(
    schedule: Any, status: str, hours_ago: float, success_days_ago: float
) -> None:
    fleet = BackupFleet()
    fleet.protected_vm(
        policy=fleet.vault.policy("uneven", **schedule),
        status=status,
        hours_ago=hours_ago,
        success_days_ago=success_days_ago,
    )
    assert (await fleet.scan()).report.complete


@pytest.mark.parametrize("groups", [["rg-one"], ["rg-one", "rg-two"]], ids=["one VM", "twins"])
async def test_a_recovery_point_after_a_failure_means_success(groups: list[str]) -> None:
    fleet = BackupFleet()
    for name in groups:
        vm = fleet.prod.group(name).vm("web")
        fleet.vault.protect(vm, fleet.policy, status="InProgress", success_days_ago=1)
        nameless = {"containerName": None}
        fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=48, patch=nameless)
    report = (await fleet.scan()).report
    assert [judged.symptoms for judged in report.vms] == [()] * len(groups)
    assert report.complete


@pytest.mark.parametrize("status", ["InProgress", "Cancelled", "Failed"])
@pytest.mark.parametrize("before", ["Failed", "CompletedWithWarnings"])
async def test_the_recovery_point_of_an_unfinished_backup_means_nothing(
    status: str, before: str
) -> None:
    """As recorded, a point is made seconds after a backup began, however the backup ends."""
    fleet = BackupFleet()
    error = CANCELLED if status == "Failed" else None
    vm = fleet.protected_vm(status=status, error=error, hours_ago=0.3, success_days_ago=0.29 / 24)
    fleet.vault.job(vm, before, error=NO_NETWORK, hours_ago=24)
    assert (await fleet.scan()).symptom_codes("web") == [NO_NETWORK.title]


@pytest.mark.parametrize(
    "end", [pytest.param(None, id="absent"), pytest.param("2001-01-01T00:00:00Z", id="in 2001")]
)
async def test_a_failure_without_an_end_stays_a_failure(end: str | None) -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="InProgress", hours_ago=0.3, success_days_ago=24.4 / 24)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=25, patch={"endTime": end})
    assert (await fleet.scan()).symptom_codes("web") == [NO_NETWORK.title]


@pytest.mark.parametrize("by", ["item", "job"])
@pytest.mark.parametrize(
    ("before", "error", "success_days_ago", "codes"),
    [
        pytest.param("Failed", NO_NETWORK, 2.0, [NO_NETWORK.title], id="after a failure"),
        pytest.param("Completed", None, 0.9, [], id="after a success"),
    ],
)
async def test_a_cancelled_backup(
    before: str, error: Any, success_days_ago: float, codes: list[str], by: str
) -> None:
    """As recorded, the status of its item is Failed, with code 400158."""
    fleet = BackupFleet()
    cancelled = CANCELLED if by == "item" else None
    vm = fleet.protected_vm(status="Failed", error=cancelled, success_days_ago=success_days_ago)
    fleet.vault.job(vm, "Cancelled")
    fleet.vault.job(vm, before, error=error, hours_ago=29)
    scanned = await fleet.scan()
    assert scanned.symptom_codes("web") == codes
    assert scanned.report.complete


@pytest.mark.parametrize("listed", [True, False], ids=["listed", "only in the details"])
async def test_a_failed_job_whose_only_error_is_a_cancellation(listed: bool) -> None:
    """UserErrorJobSuccessfullyCancelled: somebody cancelled it, whatever its status says."""
    fleet = BackupFleet()
    no_error: dict[str, Any] = {"kpisHealths": None, "healthDetails": []}
    vm = fleet.protected_vm(status="Failed", success_days_ago=1, patch=no_error)
    fleet.vault.job(vm, "Failed", error=CANCELLED, listed=listed)
    scanned = await fleet.scan()
    assert scanned.symptom_codes("web") == []
    assert protection_of(scanned).is_cancelled
    assert scanned.report.complete


async def test_a_cancelled_backup_that_the_pre_check_warns_of() -> None:
    fleet = BackupFleet()
    details = [{"code": 380016, "title": "UserErrorGuestAgentVersionUnsupported"}]
    patch = {"healthStatus": "ActionRequired", "healthDetails": details}
    fleet.protected_vm(status="Failed", error=CANCELLED, success_days_ago=1, patch=patch)
    scanned = await fleet.scan()
    assert scanned.symptom_codes("web") == []
    assert protection_of(scanned).is_cancelled
    assert [one.number for one in protection_of(scanned).warnings] == [380016]


async def test_a_job_that_names_its_cancellation_without_a_number() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="Failed", success_days_ago=1, patch={"kpisHealths": None})
    details = [{"errorTitle": "UserErrorJobSuccessfullyCancelled"}]
    fleet.vault.job(vm, "Failed", patch={"errorDetails": details})
    assert protection_of(await fleet.scan()).is_cancelled


async def test_the_pre_check_of_another_vault_warns_too() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="Failed", error=NO_NETWORK)
    other = fleet.prod.group("rg-two").vault("two")
    details = [{"code": 380016, "title": "UserErrorGuestAgentVersionUnsupported"}]
    patch = {"healthStatus": "ActionRequired", "healthDetails": details}
    other.protect(vm, other.policy(), patch=patch)
    scanned = await fleet.scan()
    assert scanned.symptom_codes("web") == [NO_NETWORK.title]
    assert [one.number for one in protection_of(scanned).warnings] == [380016]


WARNINGS: dict[str, tuple[dict[str, Any], list[str | None]]] = {
    "of an item whose later job succeeded": (
        {"status": "Failed", "error": AGENT_SILENT},
        [AGENT_SILENT.title],
    ),
    "with and without a number": (
        {
            "patch": {
                "healthStatus": "ActionRequired",
                "healthDetails": [
                    {"code": 380016, "title": "UserErrorGuestAgentVersionUnsupported"},
                    {"code": 0, "title": "UserErrorFsFreezeFailed"},
                ],
            }
        },
        ["UserErrorGuestAgentVersionUnsupported", "UserErrorFsFreezeFailed"],
    ),
    "of a check that says that it passed": (
        {"patch": {"healthStatus": "Passed", "healthDetails": [{"title": AGENT_SILENT.title}]}},
        [AGENT_SILENT.title],
    ),
    "without any detail": (
        {"patch": {"healthStatus": "ActionRequired", "healthDetails": []}},
        [None],
    ),
}


@pytest.mark.parametrize(("item", "titles"), WARNINGS.values(), ids=WARNINGS)
async def test_every_warning_is_shown(item: dict[str, Any], titles: list[str | None]) -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(hours_ago=29, **item)
    fleet.vault.job(vm, "Completed", hours_ago=5)
    scanned = await fleet.scan()
    assert scanned.symptom_codes("web") == []
    assert [one.title for one in protection_of(scanned).warnings] == titles


async def test_a_job_that_a_later_backup_overtook_is_not_running() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm()
    fleet.vault.job(vm, "InProgress", hours_ago=40)
    fleet.vault.job(vm, "Completed", hours_ago=5)
    assert protection_of(await fleet.scan()).known_running is None


async def test_an_earlier_cancelled_job_hides_no_failure() -> None:
    fleet = BackupFleet()
    no_error: dict[str, Any] = {"kpisHealths": None, "healthDetails": []}
    vm = fleet.protected_vm(status="Failed", success_days_ago=1, patch=no_error)
    fleet.vault.job(vm, "Cancelled", hours_ago=24.2)
    [symptom] = (await fleet.scan()).vm("web").symptoms
    assert symptom.status == "Failed"


async def test_a_backup_with_another_error_is_not_just_cancelled() -> None:
    fleet = BackupFleet()
    details = [{"code": error.code, "title": error.title} for error in (CANCELLED, NO_NETWORK)]
    fleet.protected_vm(status="Failed", patch={"kpisHealths": None, "healthDetails": details})
    assert (await fleet.scan()).symptom_codes("web") == [NO_NETWORK.title]


async def test_an_indicator_that_contradicts_its_item_is_a_gap() -> None:
    fleet = BackupFleet()
    fleet.protected_vm(status="Completed", error=NO_NETWORK)
    assert isinstance(protection_of(await fleet.scan()).known_error, Gap)


@pytest.mark.parametrize(
    "details",
    [
        pytest.param([{}], id="an empty detail"),
        pytest.param([{"code": None, "title": "Success"}], id="no code"),
        pytest.param([], id="no detail"),
    ],
)
async def test_an_indicator_without_a_code_is_no_success(details: Any) -> None:
    fleet = BackupFleet()
    indicator = {"BackupOperationStatusKPI": {"resourceHealthDetails": details}}
    patch = {"kpisHealths": indicator}
    fleet.protected_vm(status="InProgress", success_days_ago=60, patch=patch)
    assert isinstance(protection_of(await fleet.scan()).known_error, Gap)
