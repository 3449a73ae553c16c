"""Why the last backup of a protected item failed, by its last job and by the item itself."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from scanner.inventory.arm_text import lower, past_time
from scanner.inventory.evidence import Source
from scanner.inventory.facts.backup import BackupError, Policy, ServiceError
from scanner.inventory.gap import Gap, Reason, catch_gap, unrecorded
from scanner.inventory.protected_item import (
    FAILED,
    LastBackup,
    is_pending,
    last_backup_of,
    never_backed_up,
    succeeded_at,
)
from scanner.inventory.records.backup import ItemProperties, Job, JobProperties, ProtectedItem
from scanner.inventory.service_errors import (
    are_specific,
    errors_of_item,
    errors_of_job,
    indicates_success,
    indicator_errors,
)
from scanner.inventory.snapshot import LastJobs

_FACT = "last_job"
_SLACK = timedelta(hours=12)
"""A backup takes its time, and its point is made somewhere in it."""


class LastErrors:
    """Why the last backups of a vault's items failed."""

    def __init__(self, jobs: LastJobs) -> None:
        self.unread = jobs.gaps
        """Why jobs are missing; what they tell of the items is then known of the items alone."""
        self._jobs = jobs

    def of(
        self, item: ProtectedItem, told: ItemProperties, policy: Policy | Gap, at: Source
    ) -> BackupError | Gap | None:
        """Of an item's last backup: None if it went well, or if there was none yet.

        A job that is later than the item's last backup, or of an item that says nothing, counts
        alone. Of one that may be of the same backup the worse word counts.
        """
        jobs, status = self._jobs.of(item.id), lower(told.last_backup_status)
        backup = last_backup_of(told, self._jobs.seen_at, is_job_cancelled=jobs.is_cancelled)
        job = jobs.ended
        said = job.properties if job else None
        doubt = self._doubt(jobs.unclear, backup)
        if job and said and (self._is_after(said, backup) or not status):
            return self._of_job(job, said, None) if lower(said.status) in FAILED else doubt
        if job and said and lower(said.status) in FAILED:
            return self._of_job(job, said, told)
        if backup.is_silent:
            return self._of_the_one_before(backup, told, policy, at, doubt)
        if status in FAILED:
            return self._of_item(told, at)
        if status == "completed":
            odd = unrecorded(at, "properties.kpisHealths that agrees with its status", _FACT).gap
            return odd if indicator_errors(told) else doubt
        what = f"properties.lastBackupStatus that is known but {told.last_backup_status!r}"
        return unrecorded(at, what, _FACT).gap

    def _is_after(self, job: JobProperties, backup: LastBackup) -> bool:
        began = past_time(job.start_time, self._jobs.seen_at)
        is_later = backup.began is not None and began is not None and began > backup.began
        return backup.is_silent or is_later

    def _doubt(self, job: Job | None, backup: LastBackup) -> Gap | None:
        if job is None:
            # An item that is settled tells itself what unread jobs would.
            return next(iter(self.unread), None) if backup.is_silent else None
        remedy = (
            "Whether it tells of the item's last backup cannot be told by its status, its time"
            " and what it names. Look at the job in Azure."
        )
        return Gap(job.id.text, _FACT, Reason.NOT_RECORDED, None, remedy)

    def _of_the_one_before(
        self,
        backup: LastBackup,
        told: ItemProperties,
        policy: Policy | Gap,
        at: Source,
        doubt: Gap | None,
    ) -> BackupError | Gap | None:
        """Of the backup before the one that is not over, by what the item still shows of it."""
        before = indicator_errors(told)
        if before:
            return BackupError(status="Failed", errors=before)
        success = catch_gap(succeeded_at, told, at)
        is_first = is_pending(told) and success is None
        if doubt or never_backed_up(told) or is_first:
            return doubt
        now = past_time(told.last_backup_time, at.seen_at) or at.seen_at
        before_it = backup.point_before
        if indicates_success(told) or (before_it and now - before_it < _period(policy)):
            return None
        remedy = (
            "Its last backup is not over or was cancelled, and nothing that was read tells how the"
            " one before went. Read more days of jobs with --job-days, or scan when it is over."
        )
        return Gap(at.id.text, _FACT, Reason.NOT_RECORDED, None, remedy)

    def _of_job(self, job: Job, told: JobProperties, item: ItemProperties | None) -> BackupError:
        """By the job's entry in the list, else the item that is of the same backup."""
        own = errors_of_item(item) if item and lower(item.last_backup_status) in FAILED else ()
        listed = errors_of_job(told)
        said = _better(listed, own)
        missing = unrecorded(Source(job.id, self._jobs.seen_at), "properties.errorDetails", _FACT)
        return BackupError(
            status=told.status or "Failed",
            errors=said,
            seen_at=past_time(told.start_time, self._jobs.seen_at),
            job=job.id,
            # Of what was completed with warnings only the job's own steps say which failed.
            is_open=not are_specific(said) or (lower(told.status) != "failed" and not listed),
            gap=None if said else missing.gap,
        )

    def _of_item(self, told: ItemProperties, at: Source) -> BackupError:
        error = BackupError(
            status=told.last_backup_status or "Failed",
            errors=errors_of_item(told),
            seen_at=past_time(told.last_backup_time, at.seen_at),
        )
        if error.errors:
            return error
        if self.unread:
            return replace(error, gap=self.unread[0])
        remedy = (
            "Neither the item nor a failed job that was read tells why."
            " Read more days of jobs with --job-days, or look at the item in Azure."
        )
        return replace(error, gap=Gap(at.id.text, _FACT, Reason.NOT_RECORDED, None, remedy))


def with_details(error: BackupError, detail: Job | Gap) -> BackupError:
    """An error with what the details of its job tell, or why they were not read."""
    asked = replace(error, is_open=False)
    if isinstance(detail, Gap):
        return asked if are_specific(error.errors) else replace(asked, gap=detail)
    told = detail.properties
    if told is None:
        remedy = "ARM's answer about the job holds no properties. Look at it in Azure."
        missing = Gap(detail.id.text, _FACT, Reason.NOT_RECORDED, None, remedy)
        return with_details(error, missing)
    steps = (told.extended_info.tasks_list if told.extended_info else None) or ()
    failed = next((each for each in steps if lower(each.status) == "failed"), None)
    said = _better(errors_of_job(told), error.errors)
    return replace(
        asked, errors=said, task=failed.task_id if failed else None, gap=None if said else error.gap
    )


def _better(
    first: tuple[ServiceError, ...], second: tuple[ServiceError, ...]
) -> tuple[ServiceError, ...]:
    """The first that says more than that the backup failed, else whichever says anything."""
    return first if are_specific(first) or not second else second


def _period(policy: Policy | Gap) -> timedelta:
    """How long before a backup the one before it may have been made."""
    days = policy if isinstance(policy, Gap) else policy.known_longest
    return timedelta(days=1 if isinstance(days, Gap) else days) + _SLACK
