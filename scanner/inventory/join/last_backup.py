"""How the last backup of a protected item went.

The item says something of it, and so does the newest job that ended; either is put in one word.
``decide`` makes an answer of the two words, and ``find_last_error`` gives the errors or the gap.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum, auto

from scanner.inventory.arm_text import lower, past_time
from scanner.inventory.evidence import Source
from scanner.inventory.facts.backup import BackupError, Policy, RunningJob
from scanner.inventory.gap import Gap
from scanner.inventory.join.backup_errors import (
    contradiction,
    error_before,
    error_of_item,
    error_of_job,
    not_shown,
    unclear_job,
    unclear_status,
)
from scanner.inventory.protected_item import (
    FAILED,
    LastBackup,
    is_pending,
    last_backup_of,
    never_backed_up,
    newest_point,
)
from scanner.inventory.records.backup import ItemProperties
from scanner.inventory.service_errors import indicates_success, indicator_errors
from scanner.inventory.snapshot import EndedJob, ItemJobs, LastJobs

_DURATION = timedelta(hours=12)
"""How long after the start of a backup its recovery point may be made. No document has a number:
this one is ours, since a backup can take hours."""


class ItemSays(Enum):
    """What an item says of its last backup.

    A silent item (``LastBackup.is_silent``) can only show how the backup before its last one went.
    """

    SUCCEEDED = auto()
    FAILED = auto()
    CONTRADICTION = auto()
    """Its status is ``Completed``, and its indicator of the same backup has errors."""
    UNCLEAR = auto()
    """It has no status, or one that nobody documents."""
    SILENT_AFTER_FAILURE = auto()
    """Its indicator still has the errors of the backup before."""
    SILENT_AFTER_SUCCESS = auto()
    """Its indicator or its newest recovery point shows that the backup before succeeded."""
    SILENT_AT_FIRST = auto()
    """There was no backup before."""
    CANCELLED = auto()
    """Its last backup was cancelled, and nothing shows how the backup before went."""
    SILENT = auto()
    """Nothing shows how the backup before went."""


class JobSays(Enum):
    """What the newest ended job of an item says, and of which backup."""

    NOTHING = auto()
    """There is no job, or only jobs of backups before the item's last one."""
    SAME_SUCCEEDED = auto()
    """The job is not of a later backup than the item's last one, and may be of the same."""
    SAME_FAILED = auto()
    LATER_SUCCEEDED = auto()
    """The job is of a later backup, or the item does not say how its last one went."""
    LATER_FAILED = auto()


class Answer(Enum):
    """How the last backup went, and what says so."""

    SUCCEEDED = auto()
    """No error: the backup succeeded, or there was none yet."""
    CANCELLED = auto()
    """No error: somebody cancelled the backup."""
    JOB = auto()
    """The errors of the job."""
    JOB_AND_ITEM = auto()
    """The errors of the job, or those of the item if they say more."""
    ITEM = auto()
    """The errors of the item."""
    INDICATOR = auto()
    """The errors in the item's indicator, of the backup before."""
    CONTRADICTION = auto()
    """Not known: the item contradicts itself."""
    UNCLEAR = auto()
    """Not known: the item has no documented status."""
    DOUBTFUL = auto()
    """Not known: a job that is unclear or was not read may say that the backup failed."""
    NOT_SHOWN = auto()
    """Not known: nothing shows how the backup before went."""


_BY_ITEM: Mapping[ItemSays, Answer] = {
    ItemSays.SUCCEEDED: Answer.SUCCEEDED,
    ItemSays.FAILED: Answer.ITEM,
    ItemSays.CONTRADICTION: Answer.CONTRADICTION,
    ItemSays.UNCLEAR: Answer.UNCLEAR,
    ItemSays.SILENT_AFTER_FAILURE: Answer.INDICATOR,
    ItemSays.SILENT_AFTER_SUCCESS: Answer.SUCCEEDED,
    ItemSays.SILENT_AT_FIRST: Answer.SUCCEEDED,
    ItemSays.CANCELLED: Answer.CANCELLED,
    ItemSays.SILENT: Answer.NOT_SHOWN,
}


_NO_FAILURE = (Answer.SUCCEEDED, Answer.CANCELLED, Answer.NOT_SHOWN)


def decide(item: ItemSays, job: JobSays, *, in_doubt: bool) -> Answer:
    """How the last backup went.

    A later job decides alone. A job of the same backup decides if it failed, else the item does.

    ====================  =================  ============  ================  =============
    item                  job: nothing, or   same, failed  later, succeeded  later, failed
                          same, succeeded
    ====================  =================  ============  ================  =============
    SUCCEEDED             SUCCEEDED*         JOB_AND_ITEM  SUCCEEDED*        JOB
    FAILED                ITEM               JOB_AND_ITEM  SUCCEEDED*        JOB
    CONTRADICTION         CONTRADICTION      JOB_AND_ITEM  SUCCEEDED*        JOB
    UNCLEAR               UNCLEAR            JOB_AND_ITEM  SUCCEEDED*        JOB
    SILENT_AFTER_FAILURE  INDICATOR          -             SUCCEEDED*        JOB
    SILENT_AFTER_SUCCESS  SUCCEEDED*         -             SUCCEEDED*        JOB
    SILENT_AT_FIRST       SUCCEEDED*         -             SUCCEEDED*        JOB
    CANCELLED             CANCELLED*         -             SUCCEEDED*        JOB
    SILENT                NOT_SHOWN*         -             SUCCEEDED*        JOB
    ====================  =================  ============  ================  =============

    ``*`` DOUBTFUL if ``in_doubt``. ``-`` never: a job of a silent item is always a later one.
    """
    if job is JobSays.LATER_FAILED:
        return Answer.JOB
    if job is JobSays.SAME_FAILED:
        return Answer.JOB_AND_ITEM
    answer = Answer.SUCCEEDED if job is JobSays.LATER_SUCCEEDED else _BY_ITEM[item]
    is_doubtful = in_doubt and answer in _NO_FAILURE
    return Answer.DOUBTFUL if is_doubtful else answer


def find_last_error(
    item: ItemProperties, source: Source, jobs: LastJobs, policy: Policy | Gap
) -> BackupError | Gap | None:
    """Why an item's last backup failed: None if it did not fail, a gap if that is not known."""
    found = jobs.of(source.id)
    backup = last_backup_of(item, jobs.seen_at, is_job_cancelled=found.is_cancelled)
    doubt = _doubt_gap(found, backup, jobs)
    answer = decide(
        item_says(item, backup, policy, source),
        job_says(found.ended, item, backup),
        in_doubt=doubt is not None,
    )
    match answer:
        case Answer.SUCCEEDED | Answer.CANCELLED:
            return None
        case Answer.DOUBTFUL:
            return doubt
        case Answer.JOB | Answer.JOB_AND_ITEM:
            assert found.ended
            return error_of_job(found.ended, item if answer is Answer.JOB_AND_ITEM else None)
        case Answer.ITEM:
            return error_of_item(item, source, jobs.gaps)
        case Answer.INDICATOR:
            return error_before(item)
        case Answer.CONTRADICTION:
            return contradiction(source)
        case Answer.UNCLEAR:
            return unclear_status(item, source)
        case Answer.NOT_SHOWN:
            return not_shown(source)


def _doubt_gap(found: ItemJobs, backup: LastBackup, jobs: LastJobs) -> Gap | None:
    """The job that may say that the last backup failed, or why such jobs may be missing."""
    if found.unclear:
        return unclear_job(found.unclear)
    # An item that is not silent says itself what a job that was not read would say.
    return next(iter(jobs.gaps), None) if backup.is_silent else None


def item_says(
    item: ItemProperties, backup: LastBackup, policy: Policy | Gap, source: Source
) -> ItemSays:
    """What an item says of its last backup."""
    status = lower(item.last_backup_status)
    if backup.is_silent:
        return _silent_item_says(item, backup, policy, source)
    if status in FAILED:
        return ItemSays.FAILED
    if status != "completed":
        return ItemSays.UNCLEAR
    return ItemSays.CONTRADICTION if indicator_errors(item) else ItemSays.SUCCEEDED


def _silent_item_says(
    item: ItemProperties, backup: LastBackup, policy: Policy | Gap, source: Source
) -> ItemSays:
    """What a silent item still shows of the backup before."""
    if indicator_errors(item):
        return ItemSays.SILENT_AFTER_FAILURE
    if never_backed_up(item) or (is_pending(item) and newest_point(item) is None):
        return ItemSays.SILENT_AT_FIRST
    began = past_time(item.last_backup_time, source.seen_at) or source.seen_at
    point = backup.point_before
    is_recent = point is not None and began - point < _longest_pause(policy)
    if is_recent or indicates_success(item):
        return ItemSays.SILENT_AFTER_SUCCESS
    return ItemSays.CANCELLED if backup.is_cancelled else ItemSays.SILENT


def _longest_pause(policy: Policy | Gap) -> timedelta:
    """How long before a backup the one before may have made its point; daily if not known."""
    days = policy if type(policy) is Gap else policy.known_longest
    return timedelta(days=1 if type(days) is Gap else days) + _DURATION


def job_says(job: EndedJob | None, item: ItemProperties, backup: LastBackup) -> JobSays:
    """What the newest ended job of an item says of the last backup."""
    if job is None:
        return JobSays.NOTHING
    is_failed = lower(job.properties.status) in FAILED
    began_later = backup.began is not None and job.began > backup.began
    if backup.is_silent or not item.last_backup_status or began_later:
        return JobSays.LATER_FAILED if is_failed else JobSays.LATER_SUCCEEDED
    return JobSays.SAME_FAILED if is_failed else JobSays.SAME_SUCCEEDED


def running_job(item: ItemProperties, source: Source, jobs: LastJobs) -> RunningJob | Gap | None:
    """The backup of an item that is running, by its job, else by the item; None if none is.

    A gap if the item does not say that one is, and a job may be: one that was not read, that is
    unclear, or that may be of another item.
    """
    found = jobs.of(source.id)
    if found.running:
        return found.running
    began = past_time(item.last_backup_time, source.seen_at)
    is_over = found.ended is not None and began is not None and found.ended.began >= began
    if lower(item.last_backup_status) == "inprogress" and not is_over:
        evidence = source.evidence("properties.lastBackupStatus", item.last_backup_status)
        return RunningJob(began, evidence)
    doubtful = found.may_run or found.unclear
    return unclear_job(doubtful) if doubtful else next(iter(jobs.gaps), None)
