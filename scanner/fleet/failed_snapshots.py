"""Which VMs had a backup that failed while its snapshot was taken, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from scanner.catalogue import load, read
from scanner.catalogue.search import match_error
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import BackupError, ServiceError
from scanner.inventory.facts.load import Window
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.join.backup_errors import with_job_details
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.backup import Job

_CAUSE = "high-cpu-or-memory"
_SNAPSHOT = "take snapshot"
"""The step of a job, in lower case (as recorded)."""
_BEFORE, _AFTER = timedelta(minutes=5), timedelta(minutes=30)
"""How long before the backup began its window begins, and after that it ends if the job has no end.
No document has a number: these are ours."""
_LONGEST = timedelta(hours=12)
"""A longer window would be a day of values for a job that hung."""


def failed_snapshot(
    protections: Protections, details: Mapping[ArmId, Job | Gap], vm: ArmId
) -> Window | Gap | None:
    """The time of the last backup of a VM, if it failed in its snapshot.

    A gap if the time or the error is not known. None if it did not fail there, or if it is not
    known how the backup went.
    """
    known = protections.known(vm)
    error = None if type(known) is Gap else with_job_details(known, details).known_error
    if not isinstance(error, BackupError):
        return None
    if error.task is None and not error.errors:
        return error.gap
    if not _is_of_the_snapshot(error):
        return None
    if error.seen_at is None:
        remedy = "The time of the backup that failed was not read. Look at its job in Azure."
        return Gap(vm.text, "guest_load", Reason.NOT_RECORDED, None, remedy)
    return _window(error.seen_at, error)


def _window(began: datetime, error: BackupError) -> Window:
    ended = error.ended_at
    end = min(ended if ended and ended >= began else began + _AFTER, began + _LONGEST)
    begin = began - _BEFORE
    # Azure Monitor has a value for every minute.
    return Window(
        begin.replace(second=0, microsecond=0),
        (end + timedelta(minutes=1)).replace(second=0, microsecond=0),
    )


def _is_of_the_snapshot(error: BackupError) -> bool:
    """True if the step that failed is the snapshot. Without a step the error decides."""
    if error.task is not None:
        return error.task.lower() == _SNAPSHOT
    return any(map(_may_be_of_load, error.errors))


@lru_cache(maxsize=1024)
def _may_be_of_load(error: ServiceError) -> bool:
    """True if the documents of an edition name the load, or its group, as a cause of an error."""
    groups = {
        cause
        for edition in load().editions
        for cause in edition.causes
        if _CAUSE in edition.parts(cause)
    }
    matches = (
        match_error(error.title, error.number, error.text, edition) for edition in read().editions
    )
    return any({_CAUSE, *groups} & {*match.all_causes} for match in matches if match)
