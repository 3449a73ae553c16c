"""The errors that Azure Backup reports of one protected item or of one job."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from scanner.inventory.arm_text import lower
from scanner.inventory.facts.backup import ServiceError
from scanner.inventory.records.backup import HealthDetail, ItemProperties, JobProperties

_CANCELLED, _CANCELLED_TITLE = 400158, "usererrorjobsuccessfullycancelled"
"""Somebody cancelled the backup."""
_PRE_CHECK = re.compile(r"IaasVmHealth\w+Default", re.IGNORECASE)
"""What the service's health check writes where it has no problem to name (as recorded)."""
_PRE_CHECK_NUMBERS = (400239, 400240)
"""Green and yellow."""

Errors = tuple[ServiceError, ...]


def errors_of_job(job: JobProperties) -> Errors:
    """The errors of a job."""
    return _most_informative(_errors_in(job))


def _errors_in(job: JobProperties) -> Errors:
    return tuple(
        _service_error(detail.error_code, detail.error_title, detail.error_string)
        for detail in job.error_details or ()
    )


def errors_of_item(item: ItemProperties) -> Errors:
    """The errors that Backup reports of an item: of its last backup, then of its health check."""
    return _most_informative(_all_errors(item))


def warnings_of_item(item: ItemProperties, shown: Iterable[ServiceError]) -> Errors:
    """What the service's health check warns of, apart from the errors that are shown already.

    It runs between backups, so it can warn before the next one fails. A check that is not green
    and names no problem is a warning, too.
    """
    details = item.health_details or ()
    # A problem can have a title alone.
    named = (one for one in details if one.code or lower(one.title) not in ("", "success"))
    errors = [
        error
        for error in (_of_detail(one) for one in named if not _is_placeholder(one))
        if error.is_specific
    ]
    if not errors and lower(item.health_status) in _NOT_WELL:
        # The placeholder itself, or an empty error for a status without any detail.
        errors = [*map(_of_detail, details)] or [ServiceError()]
    known = [*shown]
    return tuple(
        dict.fromkeys(
            error
            for error in errors
            if not _is_cancelled(error) and not any(_is_same(error, other) for other in known)
        )
    )


def _is_cancelled(error: ServiceError) -> bool:
    """True for the error of a backup that somebody cancelled."""
    if error.number is not None:
        return error.number == _CANCELLED
    return lower(error.title) == _CANCELLED_TITLE


def _is_same(one: ServiceError, other: ServiceError) -> bool:
    """True if both have the same number, or the same title where one has no number."""
    if one.number is not None and other.number is not None:
        return one.number == other.number
    return one.title is not None and lower(one.title) == lower(other.title)


_NOT_WELL = ("actionsuggested", "actionrequired")
"""HealthStatus (REST API reference) of an item with a problem."""


def indicator_errors(item: ItemProperties) -> Errors:
    """The errors in an item's indicator (``BackupOperationStatusKPI``) of its last backup."""
    return _most_informative(_errors(_indicator_details(item)))


def indicates_success(item: ItemProperties) -> bool:
    """True if an item's indicator of its last backup has codes, and each of them is 0."""
    details = _indicator_details(item)
    # A detail without a code does not say that the backup succeeded.
    return bool(details) and all(detail.code == 0 for detail in details)


def reports_cancellation(item: ItemProperties) -> bool:
    """True if an item's only error is that somebody cancelled its last backup.

    The status of that backup is ``Failed`` then (as recorded). The health check can have a problem
    of its own.
    """
    errors = _errors(_indicator_details(item)) or _errors(item.health_details or ())
    return bool(errors) and all(map(_is_cancelled, errors))


def is_cancellation(job: JobProperties) -> bool:
    """True if a job's only error is that somebody cancelled it, whatever its status says."""
    errors = _errors_in(job)
    return bool(errors) and all(map(_is_cancelled, errors))


def are_specific(errors: Iterable[ServiceError]) -> bool:
    """True if one of the errors says more than that the backup failed."""
    return any(error.is_specific for error in errors)


def _most_informative(errors: Iterable[ServiceError]) -> Errors:
    """Each error once: the specific ones, else all but cancellations and empty ones."""
    found = tuple(
        dict.fromkeys(
            error for error in errors if error != ServiceError() and not _is_cancelled(error)
        )
    )
    return tuple(error for error in found if error.is_specific) or found


def _all_errors(item: ItemProperties) -> Errors:
    """What the item has, the backup indicator first; not yet reduced to the informative."""
    return (*_errors(_indicator_details(item)), *_errors(item.health_details or ()))


def _indicator_details(item: ItemProperties) -> Sequence[HealthDetail]:
    """The details of the backup indicator (KPI) of an item."""
    kpi = item.kpis_healths.backup if item.kpis_healths else None
    return (kpi.resource_health_details if kpi else None) or ()


def _errors(details: Iterable[HealthDetail]) -> Errors:
    """The details that are errors: a healthy one has code 0, a health check a placeholder."""
    return tuple(
        _of_detail(detail) for detail in details if detail.code and not _is_placeholder(detail)
    )


def _of_detail(detail: HealthDetail) -> ServiceError:
    return _service_error(detail.code, detail.title, detail.message)


def _is_placeholder(detail: HealthDetail) -> bool:
    """True for what a health check writes where it names no problem."""
    is_named = _PRE_CHECK.fullmatch((detail.title or "").strip())
    return bool(is_named) or detail.code in _PRE_CHECK_NUMBERS


def _service_error(number: int | None, title: str | None, text: str | None) -> ServiceError:
    return ServiceError(number or None, (title or "").strip() or None, (text or "").strip() or None)
