"""Why the last backup of a protected item failed, by its last job and by the item itself."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from scanner.inventory.backup_facts import BackupError, Policy, Said
from scanner.inventory.backup_records import ItemProperties, Job, JobProperties, ProtectedItem
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.join.items import (
    indicated,
    is_never,
    sensible,
    succeeded_at,
    told_by_item,
    told_by_job,
    went_wrong,
    word,
)
from scanner.inventory.join.last_backups import LastJobs, is_open
from scanner.inventory.seeing import or_gap, unrecorded
from scanner.inventory.snapshot import VaultReadings

_FACT = "last_job"
_LATE = 1.5
"""Of the time from one backup to the next: until then the last one may be the one before."""


class Errors:
    """Why the last backups of a vault's items failed."""

    def __init__(self, readings: VaultReadings) -> None:
        self.unread = next(iter(readings.jobs.gaps), None)
        """Why jobs are missing; what they tell of the items is then known of the items alone."""
        self._jobs = LastJobs(readings.items.records, readings.jobs)

    def of(
        self, item: ProtectedItem, told: ItemProperties, policy: Policy | Gap, at: Source
    ) -> BackupError | Gap | None:
        """Of an item's last backup: None if it went well, or if there was none yet.

        A job counts beside the item's own word where both are of one backup, and alone where it is
        of a later one, or where the item says nothing.
        """
        job, status = self._jobs.of(item), word(told.last_backup_status)
        said = job.properties if job else None
        if job and said and (self._jobs.is_after(said, told) or not status):
            failed = went_wrong(said.status)
            return self._of_job(job, said, None) if failed else self._doubt(item, told)
        if job and said and went_wrong(said.status):
            return self._of_job(job, said, told)
        if went_wrong(status):
            return self._of_item(told, at)
        if is_open(told):
            return self._of_the_one_before(item, told, policy, at)
        if status == "completed":
            return self._doubt(item, told)
        what = f"properties.lastBackupStatus that is known but {told.last_backup_status!r}"
        return unrecorded(at, what, _FACT).gap

    def _doubt(self, item: ProtectedItem, told: ItemProperties) -> Gap | None:
        job = self._jobs.doubt(item)
        if job is None:
            # An item that is settled tells itself what unread jobs would.
            return self.unread if is_open(told) else None
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
            return BackupError(status="Failed", said=before)
        success = or_gap(succeeded_at, told, at)
        is_first = word(told.protection_state) == "irpending" and success is None
        doubt = self._doubt(item, told)
        if doubt or is_never(told) or is_first:
            return doubt
        if success and not isinstance(success, Gap) and at.seen_at - success < _period(policy):
            return None
        remedy = (
            "A backup is not over, and nothing that was read tells how the one before went."
            " Read more days of jobs with --job-days, or look at the item in Azure."
        )
        return Gap(at.id.text, _FACT, Reason.NOT_RECORDED, None, remedy)

    def _of_job(self, job: Job, told: JobProperties, item: ItemProperties | None) -> BackupError:
        """By the job's entry in the list, else the item that is of the same backup."""
        own = told_by_item(item) if item and went_wrong(item.last_backup_status) else ()
        listed = told_by_job(told)
        said = _better(listed, own)
        missing = unrecorded(Source(job.id, self._jobs.seen_at), "properties.errorDetails", _FACT)
        return BackupError(
            status=told.status or "Failed",
            said=said,
            seen_at=sensible(told.start_time, self._jobs.seen_at),
            job=job.id,
            # Of what was completed with warnings only the job's own steps say which failed.
            is_open=not _is_told(said) or (word(told.status) != "failed" and not listed),
            gap=None if said else missing.gap,
        )

    def _of_item(self, told: ItemProperties, at: Source) -> BackupError:
        error = BackupError(
            status=told.last_backup_status or "Failed",
            said=told_by_item(told),
            seen_at=sensible(told.last_backup_time, at.seen_at),
        )
        if error.said or self.unread:
            return error if error.said else replace(error, gap=self.unread)
        remedy = (
            "Neither the item nor a failed job that was read tells why."
            " Read more days of jobs with --job-days, or look at the item in Azure."
        )
        return replace(error, gap=Gap(at.id.text, _FACT, Reason.NOT_RECORDED, None, remedy))


def with_details(error: BackupError, detail: Job | Gap) -> BackupError:
    """An error with what the details of its job tell, or why they were not read."""
    asked = replace(error, is_open=False)
    if isinstance(detail, Gap):
        return asked if _is_told(error.said) else replace(asked, gap=detail)
    told = detail.properties
    if told is None:
        return asked
    steps = (told.extended_info.tasks_list if told.extended_info else None) or ()
    failed = next((each for each in steps if word(each.status) == "failed"), None)
    said = _better(told_by_job(told), error.said)
    return replace(
        asked, said=said, task=failed.task_id if failed else None, gap=None if said else error.gap
    )


def _better(first: tuple[Said, ...], second: tuple[Said, ...]) -> tuple[Said, ...]:
    """The first that says more than that the backup failed, else whichever says anything."""
    return first if _is_told(first) or not second else second


def _is_told(said: tuple[Said, ...]) -> bool:
    return any(each.is_telling for each in said)


def _period(policy: Policy | Gap) -> timedelta:
    """How old the last recovery point may be while a backup runs."""
    pace = policy if isinstance(policy, Gap) else policy.known_per_day
    return timedelta(days=1 if isinstance(pace, Gap) else _LATE / pace)
