"""Why the last backup of a protected item failed, by its last job and by the item itself."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from scanner.inventory.evidence import Source
from scanner.inventory.facts.backup import BackupError, Policy, ServiceError
from scanner.inventory.gap import Gap, Reason, catch_gap, unrecorded
from scanner.inventory.join.items import (
    indicated,
    is_indicated_well,
    is_never,
    sensible,
    succeeded_at,
    told_by_item,
    told_by_job,
    went_wrong,
    word,
)
from scanner.inventory.join.last_jobs import LastJob, LastJobs
from scanner.inventory.records.backup import ItemProperties, Job, ProtectedItem
from scanner.inventory.snapshot import VaultReadings

_FACT = "last_job"
_SLACK = timedelta(hours=12)
"""A backup takes its time, and its point is made somewhere in it."""


class LastErrors:
    """Why the last backups of a vault's items failed."""

    def __init__(self, readings: VaultReadings) -> None:
        self.unread = readings.jobs.gaps
        """Why jobs are missing; what they tell of the items is then known of the items alone."""
        self._jobs = LastJobs(readings.items.records, readings.jobs)

    def of(
        self, item: ProtectedItem, told: ItemProperties, policy: Policy | Gap, at: Source
    ) -> BackupError | Gap | None:
        """Of an item's last backup: None if it went well, or if there was none yet.

        A job that is later than the item's last backup, or of an item that says nothing, counts
        alone. Of one that may be of the same backup the worse word counts.
        """
        job, status = self._jobs.of(item), word(told.last_backup_status)
        if job and (self._jobs.is_after(job.told, item) or not status):
            return self._of_job(job, None) if went_wrong(job.told.status) else self._doubt(item)
        if job and went_wrong(job.told.status):
            return self._of_job(job, told)
        if self._jobs.is_silent(item):
            return self._of_the_one_before(item, told, policy, at)
        if went_wrong(status):
            return self._of_item(told, at)
        if status == "completed":
            odd = unrecorded(at, "properties.kpisHealths that agrees with its status", _FACT).gap
            return odd if indicated(told) else self._doubt(item)
        what = f"properties.lastBackupStatus that is known but {told.last_backup_status!r}"
        return unrecorded(at, what, _FACT).gap

    def _doubt(self, item: ProtectedItem) -> Gap | None:
        job = self._jobs.doubt(item)
        if job is None:
            # An item that is settled tells itself what unread jobs would.
            return next(iter(self.unread), None) if self._jobs.is_silent(item) else None
        remedy = (
            "Whether it tells of the item's last backup cannot be told by its status, its time"
            " and what it names. Look at the job in Azure."
        )
        return Gap(job.id.text, _FACT, Reason.NOT_RECORDED, None, remedy)

    def _of_the_one_before(
        self, item: ProtectedItem, told: ItemProperties, policy: Policy | Gap, at: Source
    ) -> BackupError | Gap | None:
        """Of the backup before the one that is not over, by what the item still shows of it."""
        before = indicated(told)
        if before:
            return BackupError(status="Failed", errors=before)
        success = catch_gap(succeeded_at, told, at)
        is_first = word(told.protection_state) == "irpending" and success is None
        doubt = self._doubt(item)
        if doubt or is_never(told) or is_first:
            return doubt
        now = sensible(told.last_backup_time, at.seen_at) or at.seen_at
        before_it = self._jobs.success_of(item)
        if is_indicated_well(told) or (before_it and now - before_it < _period(policy)):
            return None
        remedy = (
            "Its last backup is not over or was cancelled, and nothing that was read tells how the"
            " one before went. Read more days of jobs with --job-days, or scan when it is over."
        )
        return Gap(at.id.text, _FACT, Reason.NOT_RECORDED, None, remedy)

    def _of_job(self, job: LastJob, item: ItemProperties | None) -> BackupError:
        """By the job's entry in the list, else the item that is of the same backup."""
        told = job.told
        own = told_by_item(item) if item and went_wrong(item.last_backup_status) else ()
        listed = told_by_job(told)
        said = _better(listed, own)
        missing = unrecorded(Source(job.id, self._jobs.seen_at), "properties.errorDetails", _FACT)
        return BackupError(
            status=told.status or "Failed",
            errors=said,
            seen_at=sensible(told.start_time, self._jobs.seen_at),
            job=job.id,
            # Of what was completed with warnings only the job's own steps say which failed.
            is_open=not _is_told(said) or (word(told.status) != "failed" and not listed),
            gap=None if said else missing.gap,
        )

    def _of_item(self, told: ItemProperties, at: Source) -> BackupError:
        error = BackupError(
            status=told.last_backup_status or "Failed",
            errors=told_by_item(told),
            seen_at=sensible(told.last_backup_time, at.seen_at),
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
        return asked if _is_told(error.errors) else replace(asked, gap=detail)
    told = detail.properties
    if told is None:
        remedy = "ARM's answer about the job holds no properties. Look at it in Azure."
        missing = Gap(detail.id.text, _FACT, Reason.NOT_RECORDED, None, remedy)
        return with_details(error, missing)
    steps = (told.extended_info.tasks_list if told.extended_info else None) or ()
    failed = next((each for each in steps if word(each.status) == "failed"), None)
    said = _better(told_by_job(told), error.errors)
    return replace(
        asked, errors=said, task=failed.task_id if failed else None, gap=None if said else error.gap
    )


def _better(
    first: tuple[ServiceError, ...], second: tuple[ServiceError, ...]
) -> tuple[ServiceError, ...]:
    """The first that says more than that the backup failed, else whichever says anything."""
    return first if _is_told(first) or not second else second


def _is_told(said: tuple[ServiceError, ...]) -> bool:
    return any(each.is_specific for each in said)


def _period(policy: Policy | Gap) -> timedelta:
    """How long before a backup the one before it may have been made."""
    days = policy if isinstance(policy, Gap) else policy.known_longest
    return timedelta(days=1 if isinstance(days, Gap) else days) + _SLACK
