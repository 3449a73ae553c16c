"""The errors that Azure Backup reports of one protected item or of one job."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.inventory.arm_text import lower
from scanner.inventory.facts.backup import ServiceError
from scanner.inventory.records.backup import HealthDetail, ItemProperties, JobProperties

_CANCELLED = 400158
"""UserErrorJobSuccessfullyCancelled: somebody cancelled the backup."""


def errors_of_job(job: JobProperties) -> tuple[ServiceError, ...]:
    """The errors of a job."""
    return _most_informative(
        _service_error(detail.error_code, detail.error_title, detail.error_string)
        for detail in job.error_details or ()
    )


def errors_of_item(item: ItemProperties) -> tuple[ServiceError, ...]:
    """The errors that Backup reports of an item: of its last backup, then of its health check."""
    return _most_informative(_all_errors(item))


def indicator_errors(item: ItemProperties) -> tuple[ServiceError, ...]:
    """The errors in an item's indicator (``BackupOperationStatusKPI``) of its last backup."""
    return _most_informative(_errors(_indicator_details(item)))


def indicates_success(item: ItemProperties) -> bool:
    """True if an item's indicator of its last backup has codes, and each of them is 0."""
    details = _indicator_details(item)
    # A detail without a code does not say that the backup succeeded.
    return bool(details) and all(detail.code == 0 for detail in details)


def reports_cancellation(item: ItemProperties) -> bool:
    """True if an item's only error is that somebody cancelled its last backup.

    The status of that backup is ``Failed`` then (as recorded).
    """
    return {error.number for error in _all_errors(item)} == {_CANCELLED}


def are_specific(errors: Iterable[ServiceError]) -> bool:
    """True if one of the errors says more than that the backup failed."""
    return any(error.is_specific for error in errors)


def _most_informative(errors: Iterable[ServiceError]) -> tuple[ServiceError, ...]:
    """Each error once: the specific ones, else all but cancellations and empty ones."""
    found = tuple(
        dict.fromkeys(
            error for error in errors if error != ServiceError() and error.number != _CANCELLED
        )
    )
    return tuple(error for error in found if error.is_specific) or found


def _all_errors(item: ItemProperties) -> tuple[ServiceError, ...]:
    """What the item has, the backup indicator first; not yet reduced to the informative."""
    return (*_errors(_indicator_details(item)), *_errors(item.health_details or ()))


def _indicator_details(item: ItemProperties) -> Sequence[HealthDetail]:
    """The details of the backup indicator (KPI) of an item."""
    kpi = item.kpis_healths.backup if item.kpis_healths else None
    return (kpi.resource_health_details if kpi else None) or ()


def _errors(details: Iterable[HealthDetail]) -> tuple[ServiceError, ...]:
    """The details that are errors: a healthy one has code 0, or ``Green`` in its title."""
    return tuple(
        _service_error(detail.code, detail.title, detail.message)
        for detail in details
        if detail.code and "green" not in lower(detail.title)
    )


def _service_error(number: int | None, title: str | None, text: str | None) -> ServiceError:
    return ServiceError(number or None, (title or "").strip() or None, (text or "").strip() or None)
