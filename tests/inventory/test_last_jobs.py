"""How the last backup of an item went: the table of the decision, and what leads to its rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.join.last_backup import (
    Answer,
    ItemSays,
    JobSays,
    decide,
    find_last_error,
    item_says,
    job_says,
)
from scanner.inventory.last_jobs import find_last_jobs
from scanner.inventory.protected_item import last_backup_of
from scanner.inventory.records.backup import (
    HealthDetail,
    ItemProperties,
    Job,
    JobErrorDetail,
    JobProperties,
    Kpi,
    Kpis,
    ProtectedItem,
)
from scanner.inventory.snapshot import ItemJobs, LastJobs, Reading

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
VAULT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v"
CONTAINER = "iaasvmcontainerv2;rg;web"
ITEM = ArmId(
    f"{VAULT}/backupFabrics/Azure/protectionContainers/IaasVMContainer;{CONTAINER}"
    f"/protectedItems/VM;{CONTAINER}"
)
SOURCE = Source(ITEM, NOW)
NO_POLICY = Gap(VAULT, "policy", Reason.DENIED, None, "No policy was read.")
NO_JOBS = Gap(VAULT, "last_job", Reason.DENIED, None, "No job was read.")
DISK_ERROR, CANCELLED = 400052, 400158

JOBS = (
    JobSays.NOTHING,
    JobSays.SAME_SUCCEEDED,
    JobSays.SAME_FAILED,
    JobSays.LATER_SUCCEEDED,
    JobSays.LATER_FAILED,
)
"""The columns of the table."""
TABLE = {
    ItemSays.SUCCEEDED: ("SUCCEEDED*", "SUCCEEDED*", "JOB_AND_ITEM", "SUCCEEDED*", "JOB"),
    ItemSays.FAILED: ("ITEM", "ITEM", "JOB_AND_ITEM", "SUCCEEDED*", "JOB"),
    ItemSays.CONTRADICTION: (
        "CONTRADICTION", "CONTRADICTION", "JOB_AND_ITEM", "SUCCEEDED*", "JOB",
    ),
    ItemSays.UNCLEAR: ("UNCLEAR", "UNCLEAR", "JOB_AND_ITEM", "SUCCEEDED*", "JOB"),
    ItemSays.SILENT_AFTER_FAILURE: ("INDICATOR", "-", "-", "SUCCEEDED*", "JOB"),
    ItemSays.SILENT_AFTER_SUCCESS: ("SUCCEEDED*", "-", "-", "SUCCEEDED*", "JOB"),
    ItemSays.SILENT_AT_FIRST: ("SUCCEEDED*", "-", "-", "SUCCEEDED*", "JOB"),
    ItemSays.CANCELLED: ("CANCELLED*", "-", "-", "SUCCEEDED*", "JOB"),
    ItemSays.SILENT: ("NOT_SHOWN*", "-", "-", "SUCCEEDED*", "JOB"),
}  # fmt: skip
"""The answer by item and job. ``*``: doubtful if there is a doubt. ``-``: never happens."""
CELLS = [
    pytest.param(item, job, answer, id=f"{item.name}-{job.name}")
    for item, row in TABLE.items()
    for job, answer in zip(JOBS, row, strict=True)
    if answer != "-"
]


@pytest.mark.parametrize(("item", "job", "answer"), CELLS)
def test_the_decision_without_a_doubt(item: ItemSays, job: JobSays, answer: str) -> None:
    assert decide(item, job, in_doubt=False).name == answer.rstrip("*")


@pytest.mark.parametrize(("item", "job", "answer"), CELLS)
def test_the_decision_in_doubt(item: ItemSays, job: JobSays, answer: str) -> None:
    expected = "DOUBTFUL" if answer.endswith("*") else answer
    assert decide(item, job, in_doubt=True).name == expected


def test_the_table_is_the_one_that_is_documented() -> None:
    assert set(TABLE) == set(ItemSays)
    assert set(JOBS) == set(JobSays)
    lines = [line.split() for line in str(decide.__doc__).splitlines()]
    documented = {cells[0]: tuple(cells[1:]) for cells in lines if len(cells) == 5}
    for item, (nothing, _, same, *later) in TABLE.items():
        assert documented[item.name] == (nothing, same, *later)


def hours_ago(hours: float) -> str:
    return f"{NOW - timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"


def indicator(*codes: int) -> Kpis:
    return Kpis(Kpi(tuple(HealthDetail(code, "Symbol", "Words.") for code in codes)))


def item(status: str | None = None, **properties: Any) -> ItemProperties:
    return ItemProperties(
        **{
            "container_name": CONTAINER,
            "friendly_name": "web",
            "protection_state": "Protected",
            "last_backup_status": status,
            "last_backup_time": hours_ago(5),
            "last_recovery_point": hours_ago(60),
            **properties,
        }
    )


def job(status: str | None, began: float = 5, ended: float = 4, **properties: Any) -> Job:
    changed = {"start_time": hours_ago(began), "end_time": hours_ago(ended), **properties}
    return Job(
        ArmId(f"{VAULT}/backupJobs/{status}-{began}"),
        JobProperties(
            **{"operation": "Backup", "status": status, "container_name": CONTAINER, **changed}
        ),
    )


def jobs_of(properties: ItemProperties, *jobs: Job) -> LastJobs:
    return find_last_jobs([ProtectedItem(ITEM, properties)], Reading(VAULT, NOW, jobs))


NEVER = "2001-01-01T00:00:00Z"
ITEMS = {
    "completed": (item("Completed"), ItemSays.SUCCEEDED),
    "completed, in any casing": (item("COMPLETED"), ItemSays.SUCCEEDED),
    "failed": (item("Failed"), ItemSays.FAILED),
    "warnings": (item("CompletedWithWarnings"), ItemSays.FAILED),
    "completed with an error": (
        item("Completed", kpis_healths=indicator(DISK_ERROR)),
        ItemSays.CONTRADICTION,
    ),
    "no status": (item(None), ItemSays.UNCLEAR),
    "a status that nobody documents": (item("Healthy"), ItemSays.UNCLEAR),
    "running after an error": (
        item("InProgress", kpis_healths=indicator(DISK_ERROR)),
        ItemSays.SILENT_AFTER_FAILURE,
    ),
    "running after a success": (
        item("InProgress", kpis_healths=indicator(0)),
        ItemSays.SILENT_AFTER_SUCCESS,
    ),
    "running after a point of yesterday": (
        item("InProgress", last_recovery_point=hours_ago(29)),
        ItemSays.SILENT_AFTER_SUCCESS,
    ),
    "running after an old point": (item("InProgress"), ItemSays.SILENT),
    "running, with a point of its own": (
        item("InProgress", last_recovery_point=hours_ago(4.9)),
        ItemSays.SILENT,
    ),
    "cancelling": (item("Cancelling"), ItemSays.SILENT),
    "cancelled": (item("Cancelled"), ItemSays.CANCELLED),
    "cancelled, by its error": (
        item("Failed", kpis_healths=indicator(CANCELLED)),
        ItemSays.CANCELLED,
    ),
    "cancelled after an error": (
        item("Cancelled", kpis_healths=indicator(DISK_ERROR)),
        ItemSays.SILENT_AFTER_FAILURE,
    ),
    "cancelled and failed": (
        item("Failed", kpis_healths=indicator(CANCELLED, DISK_ERROR)),
        ItemSays.FAILED,
    ),
    "never backed up": (
        item("", last_backup_time=NEVER, last_recovery_point=NEVER),
        ItemSays.SILENT_AT_FIRST,
    ),
    "the first backup runs": (
        item("InProgress", protection_state="IRPending", last_recovery_point=None),
        ItemSays.SILENT_AT_FIRST,
    ),
}


@pytest.mark.parametrize(("properties", "expected"), ITEMS.values(), ids=ITEMS)
def test_what_an_item_says(properties: ItemProperties, expected: ItemSays) -> None:
    backup = last_backup_of(properties, NOW)
    assert item_says(properties, backup, NO_POLICY, SOURCE) is expected


@pytest.mark.parametrize(
    ("status", "began", "ended", "expected"),
    [
        pytest.param("Failed", 5, 4, JobSays.SAME_FAILED, id="same-failed"),
        pytest.param("CompletedWithWarnings", 5, 4, JobSays.SAME_FAILED, id="same-warnings"),
        pytest.param("Completed", 5, 4, JobSays.SAME_SUCCEEDED, id="same-succeeded"),
        pytest.param("Completed", 6, 4, JobSays.SAME_SUCCEEDED, id="overlapping"),
        pytest.param("Failed", 2, 1, JobSays.LATER_FAILED, id="later-failed"),
        pytest.param("Completed", 2, 1, JobSays.LATER_SUCCEEDED, id="later-succeeded"),
        pytest.param("Failed", 29, 28, JobSays.NOTHING, id="older"),
        pytest.param("InProgress", 2, 1, JobSays.NOTHING, id="running"),
    ],
)
def test_what_a_job_says(status: str, began: float, ended: float, expected: JobSays) -> None:
    properties = item("Completed")
    found = jobs_of(properties, job(status, began, ended)).of(ITEM)
    assert job_says(found.ended, properties, last_backup_of(properties, NOW)) is expected


@pytest.mark.parametrize("status", ["InProgress", "Cancelled", None, ""])
def test_a_job_of_an_item_without_a_word_of_its_own_is_a_later_one(status: str | None) -> None:
    properties = item(status)
    found = jobs_of(properties, job("Failed")).of(ITEM)
    backup = last_backup_of(properties, NOW)
    assert job_says(found.ended, properties, backup) is JobSays.LATER_FAILED


UNCLEAR = {
    "no properties": Job(ArmId(f"{VAULT}/backupJobs/odd"), None),
    "an unknown status": job("Whatever", 2, 1),
    "an unknown operation": job("Failed", 2, 1, operation="Whatever"),
    "no beginning": job("Failed", 2, 1, start_time=None),
    "no name": job("Failed", 2, 1, container_name=None),
    "a name at another time": job("Failed", 2, 1, container_name=None, entity_friendly_name="WEB"),
}


@pytest.mark.parametrize("odd", UNCLEAR.values(), ids=UNCLEAR)
def test_a_job_that_may_say_that_the_last_backup_failed_is_a_doubt(odd: Job) -> None:
    assert jobs_of(item("Completed"), odd).of(ITEM) == ItemJobs(unclear=odd.id)
    found = find_last_error(item("Completed"), SOURCE, jobs_of(item("Completed"), odd), NO_POLICY)
    assert isinstance(found, Gap)
    assert found.scope == odd.id.text


CLEAR = {
    "before the last backup": job("Whatever", 29, 28),
    "it succeeded": job("Completed", 2, 1, operation="Whatever"),
    "another VM": job("Failed", 2, 1, container_name="iaasvmcontainerv2;rg;other"),
    "another operation": job("Failed", 2, 1, operation="Restore"),
}


@pytest.mark.parametrize("other", CLEAR.values(), ids=CLEAR)
def test_a_job_that_says_nothing_of_the_last_backup_is_dropped(other: Job) -> None:
    assert jobs_of(item("Completed"), other) == LastJobs(NOW)


def test_of_the_jobs_of_a_week_at_most_two_an_item_are_kept() -> None:
    running = item("InProgress", last_backup_time=hours_ago(0.1))
    week = [job("Failed", 24 * day, 24 * day - 1) for day in range(1, 8)]
    odd = [job("Whatever", 24 * day + 1, 24 * day) for day in range(1, 8)]
    found = jobs_of(running, *week, *odd).of(ITEM)
    assert found.ended
    assert (found.ended.source.id, found.unclear) == (week[0].id, None)
    later = job("Whatever", 2, 1)
    assert jobs_of(running, *week, *odd, later).of(ITEM).unclear == later.id


def test_the_job_of_a_cancelled_backup_silences_its_item() -> None:
    failed = item("Failed")
    found = jobs_of(failed, job("Cancelled")).of(ITEM)
    assert found == ItemJobs(is_cancelled=True)
    backup = last_backup_of(failed, NOW, is_job_cancelled=found.is_cancelled)
    assert item_says(failed, backup, NO_POLICY, SOURCE) is ItemSays.CANCELLED
    # The job of another backup does not.
    assert jobs_of(failed, job("Cancelled", 29, 28)) == LastJobs(NOW)


@pytest.mark.parametrize(("status", "is_known"), [("InProgress", False), ("Completed", True)])
def test_jobs_that_were_not_read_are_a_doubt_of_a_silent_item(status: str, is_known: bool) -> None:
    properties = item(status, kpis_healths=indicator(0))
    found = find_last_error(properties, SOURCE, LastJobs(NOW, gaps=(NO_JOBS,)), NO_POLICY)
    assert found == (None if is_known else NO_JOBS)


ANSWERS: dict[str, tuple[ItemProperties, tuple[Job, ...], Any]] = {
    Answer.SUCCEEDED.name: (item("Completed"), (), None),
    Answer.JOB.name: (
        item("Completed"),
        (job("Failed", 2, 1, error_details=(JobErrorDetail(DISK_ERROR),)),),
        [DISK_ERROR],
    ),
    Answer.JOB_AND_ITEM.name: (
        item("Failed", kpis_healths=indicator(DISK_ERROR)),
        (job("Failed"),),
        [DISK_ERROR],
    ),
    Answer.ITEM.name: (item("Failed", kpis_healths=indicator(DISK_ERROR)), (), [DISK_ERROR]),
    Answer.INDICATOR.name: (
        item("InProgress", kpis_healths=indicator(DISK_ERROR)),
        (),
        [DISK_ERROR],
    ),
    Answer.CONTRADICTION.name: (
        item("Completed", kpis_healths=indicator(DISK_ERROR)),
        (),
        "kpisHealths",
    ),
    Answer.UNCLEAR.name: (item("Whatever"), (), "'Whatever'"),
    Answer.DOUBTFUL.name: (item("Completed"), (job("Whatever", 2, 1),), "Look at the job"),
    Answer.CANCELLED.name: (item("Cancelled"), (), None),
    Answer.NOT_SHOWN.name: (item("InProgress"), (), "--job-days"),
}


@pytest.mark.parametrize(("properties", "jobs", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_an_error_or_a_gap_or_nothing(
    properties: ItemProperties, jobs: tuple[Job, ...], expected: Any
) -> None:
    assert set(ANSWERS) == {answer.name for answer in Answer}
    found = find_last_error(properties, SOURCE, jobs_of(properties, *jobs), NO_POLICY)
    if found is None:
        assert expected is None
    elif isinstance(found, Gap):
        assert expected in found.remedy
    else:
        assert [error.number for error in found.errors] == expected
