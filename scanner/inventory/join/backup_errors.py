"""Why the last backup of a protected item failed, by its last job and by the item itself."""

from __future__ import annotations

from msgspec.structs import replace

from scanner.inventory.backup_facts import BackupError
from scanner.inventory.backup_records import ItemProperties, Job, JobProperties, ProtectedItem
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.join.items import (
    UNDECIDED,
    is_never,
    telling_of,
    time_of,
    went_wrong,
    word,
)
from scanner.inventory.join.last_backups import LastJobs, telling
from scanner.inventory.join.lookup import Table
from scanner.inventory.seeing import unrecorded
from scanner.inventory.snapshot import VaultReadings

_FACT = "last_job"


class Errors:
    """Why the last backups of a vault's items failed."""

    def __init__(self, readings: VaultReadings) -> None:
        self._unread = Table(readings.jobs).rest
        self._details = Table(readings.details)
        self._jobs = LastJobs(readings.items.records, readings.jobs)

    def of(self, item: ProtectedItem, told: ItemProperties, at: Source) -> BackupError | Gap | None:
        """Of an item's last backup: None if it went well, or if there was none yet.

        A job counts beside the item's own word where both are of one backup, and alone where it is
        of a later one. An unread job is no news of an item that tells how its last backup went.
        """
        if is_never(told):
            return None
        job, status = self._jobs.of(item), word(told.last_backup_status)
        said = job.properties if job else None
        if job and said and self._jobs.is_after(said, told):
            failed = went_wrong(said.status)
            return self._of_job(job, said, None) if failed else self._doubt(item)
        if job and said and went_wrong(said.status):
            return self._of_job(job, said, told)
        if went_wrong(status):
            return self._of_item(told, at)
        if status in UNDECIDED:
            return self._doubt(item) or self._unread
        if status == "completed":
            return self._doubt(item)
        what = f"properties.lastBackupStatus that is known but {told.last_backup_status!r}"
        return unrecorded(at, what, _FACT).gap

    def _doubt(self, item: ProtectedItem) -> Gap | None:
        job = self._jobs.doubt(item)
        if job is None:
            return None
        remedy = (
            "Whether it tells of the item's last backup cannot be told by its status, its time"
            " and what it names. Look at the job in Azure."
        )
        return Gap(job.id.text, _FACT, Reason.NOT_RECORDED, None, remedy)

    def _of_job(self, job: Job, told: JobProperties, item: ItemProperties | None) -> BackupError:
        """By the job's entry in the list, else its details, else the item that is of the same."""
        detail = self._details.get(job.id)
        details = detail.properties if isinstance(detail, Job) else None
        info = details.extended_info if details else told.extended_info
        steps = (info.tasks_list if info else None) or ()
        failed = next((each for each in steps if word(each.status) == "failed"), None)
        error = BackupError(
            status=told.status or "Failed",
            seen_at=time_of(told.start_time),
            job=job.id,
            task=failed.task_id if failed else None,
        )
        one = telling(told) or (telling(details) if details else None)
        if one:
            number, title, text = one.error_code, one.error_title, one.error_string
            return _worded(error, number, title, text)
        own = telling_of(item) if item and went_wrong(item.last_backup_status) else None
        if own:
            return _worded(error, own.code, own.title, own.message)
        at = Source(job.id, self._details.seen_at)
        missing = unrecorded(at, "properties.errorDetails", _FACT).gap
        return replace(error, gap=detail if isinstance(detail, Gap) else missing)

    def _of_item(self, told: ItemProperties, at: Source) -> BackupError:
        error = BackupError(
            status=told.last_backup_status or "Failed", seen_at=time_of(told.last_backup_time)
        )
        own = telling_of(told)
        if own:
            return _worded(error, own.code, own.title, own.message)
        if self._unread:
            return replace(error, gap=self._unread)
        remedy = (
            "Neither the item nor a failed job that was read tells why."
            " Read more days of jobs with --job-days, or look at the item in Azure."
        )
        return replace(error, gap=Gap(at.id.text, _FACT, Reason.NOT_RECORDED, None, remedy))


def _worded(
    error: BackupError, number: int | None, title: str | None, text: str | None
) -> BackupError:
    return replace(error, number=number or None, title=title or None, text=text or None)
