"""Why the last backup of an item failed, by its job or by the item; or why that is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from scanner.inventory.arm_text import lower, past_time
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.facts.backup import BackupError, Protection, ServiceError
from scanner.inventory.gap import Gap, Reason, unrecorded
from scanner.inventory.protected_item import FAILED
from scanner.inventory.records.backup import ItemProperties, Job
from scanner.inventory.service_errors import (
    are_specific,
    errors_of_item,
    errors_of_job,
    indicator_errors,
    is_cancellation,
)
from scanner.inventory.snapshot import EndedJob

_FACT = "last_job"

Errors = tuple[ServiceError, ...]


def error_of_job(job: EndedJob, item: ItemProperties | None = None) -> BackupError:
    """The errors of a job as it is listed. ``item`` is given if it speaks of the same backup."""
    listed = errors_of_job(job.properties)
    is_item_failed = item is not None and lower(item.last_backup_status) in FAILED
    errors = _more_specific(listed, errors_of_item(item) if item and is_item_failed else ())
    return BackupError(
        status=job.properties.status or "Failed",
        errors=errors,
        seen_at=job.began,
        ended_at=past_time(job.properties.end_time, job.source.seen_at),
        job=job.source.id,
        is_open=_may_say_more(job, listed, errors),
        gap=None if errors else unrecorded(job.source, "properties.errorDetails", _FACT).gap,
    )


def _may_say_more(job: EndedJob, listed: Errors, errors: Errors) -> bool:
    """True if the details of a job may have an error that neither its listing nor its item has."""
    # If a backup completed with warnings, only the steps in the details say which part failed.
    has_warnings = lower(job.properties.status) != "failed"
    return not are_specific(errors) or (has_warnings and not listed)


def error_of_item(item: ItemProperties, source: Source, unread_jobs: Sequence[Gap]) -> BackupError:
    """The errors of an item whose last backup has no job that was read."""
    errors = errors_of_item(item)
    remedy = (
        "Neither the item nor a failed job that was read says why."
        " Read more days of jobs with --job-days, or look at the item in Azure."
    )
    missing = next(iter(unread_jobs), _not_recorded_gap(source.id, remedy))
    return BackupError(
        status=item.last_backup_status or "Failed",
        errors=errors,
        seen_at=past_time(item.last_backup_time, source.seen_at),
        gap=None if errors else missing,
    )


def error_before(item: ItemProperties) -> BackupError:
    """The errors that an item still shows of the backup before its last one."""
    return BackupError(status="Failed", errors=indicator_errors(item))


def contradiction(source: Source) -> Gap:
    """The gap of an item whose status is ``Completed`` while its indicator has errors."""
    return unrecorded(source, "properties.kpisHealths that agrees with its status", _FACT).gap


def unclear_status(item: ItemProperties, source: Source) -> Gap:
    """The gap of an item without a status, or with one that nobody documents."""
    what = f"properties.lastBackupStatus that is documented, only {item.last_backup_status!r}"
    return unrecorded(source, what, _FACT).gap


def not_shown(source: Source) -> Gap:
    """The gap of a silent item that does not show how the backup before its last one went."""
    remedy = (
        "Its last backup is not over or was cancelled, and nothing that was read says how the one"
        " before went. Read more days of jobs with --job-days, or scan again when it is over."
    )
    return _not_recorded_gap(source.id, remedy)


def unclear_job(job: ArmId) -> Gap:
    """The gap of a job that may be of an item's last backup."""
    remedy = (
        "It may be the job of an item's last backup, but its status, its times and its names do"
        " not show that. Look at the job in Azure."
    )
    return _not_recorded_gap(job, remedy)


def with_job_details(protection: Protection, details: Mapping[ArmId, Job | Gap]) -> Protection:
    """A protection whose error has what the details of its job say, if they were asked for."""
    error = protection.known_error
    detail = details.get(error.job) if isinstance(error, BackupError) and error.job else None
    if detail is None or not isinstance(error, BackupError):
        return protection
    properties = None if type(detail) is Gap else detail.properties
    if properties and is_cancellation(properties) and not are_specific(error.errors):
        return replace(protection, known_error=None, is_cancelled=True)
    return replace(protection, known_error=with_details(error, detail))


def with_details(error: BackupError, detail: Job | Gap) -> BackupError:
    """An error with what the details of its job say in addition, or why they were not read."""
    asked = replace(error, is_open=False)
    if type(detail) is Gap:
        return asked if are_specific(error.errors) else replace(asked, gap=detail)
    properties = detail.properties
    if properties is None:
        remedy = "ARM's answer about the job holds no properties. Look at it in Azure."
        return with_details(error, _not_recorded_gap(detail.id, remedy))
    steps = (properties.extended_info.tasks_list if properties.extended_info else None) or ()
    errors = _more_specific(errors_of_job(properties), error.errors)
    return replace(
        asked,
        errors=errors,
        task=next((step.task_id for step in steps if lower(step.status) == "failed"), None),
        gap=None if errors else error.gap,
    )


def _more_specific(first: Errors, second: Errors) -> Errors:
    """The first errors if they are specific or there are no others, else the second."""
    return first if are_specific(first) or not second else second


def _not_recorded_gap(scope: ArmId, remedy: str) -> Gap:
    return Gap(scope.text, _FACT, Reason.NOT_RECORDED, None, remedy)
