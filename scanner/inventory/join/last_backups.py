"""Which job of a vault tells how the last backup of which item went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from scanner.inventory.backup_records import ItemProperties, Job, JobProperties, ProtectedItem
from scanner.inventory.seeing import utc

WENT_WRONG = ("failed", "completedwithwarnings")
ENDED = (*WENT_WRONG, "completed")
UNDECIDED = ("inprogress", "cancelling", "cancelled")
"""What says nothing of whether backups work: the one before it does."""
_NEVER = 2001
"""The year that stands where there was no backup yet."""


def last_jobs(items: Sequence[ProtectedItem], jobs: Sequence[Job]) -> Mapping[str, Job]:
    """By the container of each item in lower case: the job that tells how its last backup went.

    The newest first. There is none of an item that had a later backup than its jobs tell of:
    ``lastBackupTime`` is when the last one began, to the same fraction of a second.
    """
    known = [each.properties for each in items if each.properties]
    latest = {(each.container_name or "").lower(): each for each in known if each.container_name}
    names = _unique_names(known)
    found: dict[str, Job] = {}
    for job, told in _ended(jobs):
        key = (told.container_name or names.get(told.entity_friendly_name or "", "")).lower()
        # A job that names no container, and shares its name, is of nobody that is known.
        if key in latest and key not in found and not _is_older(told, latest[key]):
            found[key] = job
    return found


def went_wrong(status: str | None) -> bool:
    """Whether a job or an item says that its backup failed, or has warnings."""
    return (status or "").lower() in WENT_WRONG


def time_of(text: str | None) -> datetime | None:
    """A time in UTC; None for the placeholder of an item that was never backed up."""
    time = utc(text)
    return time if time and time.year > _NEVER else None


def _ended(jobs: Sequence[Job]) -> Iterator[tuple[Job, JobProperties]]:
    told = [(job, job.properties) for job in jobs if job.properties]
    ended = [
        (job, each)
        for job, each in told
        if (each.operation or "").lower() == "backup" and (each.status or "").lower() in ENDED
    ]
    yield from sorted(ended, key=lambda pair: pair[1].start_time or "", reverse=True)


def _is_older(job: JobProperties, item: ItemProperties) -> bool:
    """Whether the item's last backup began after that of the job was over."""
    last = time_of(item.last_backup_time)
    if last is None or (item.last_backup_status or "").lower() in UNDECIDED:
        return False
    over = time_of(job.end_time) or time_of(job.start_time)
    return over is None or over < last


def _unique_names(items: Sequence[ItemProperties]) -> Mapping[str, str]:
    """Containers by the name of their VM, where one alone in the vault has it.

    Jobs of old versions of the service name no container.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for item in items:
        if item.friendly_name:
            found[item.friendly_name].add(item.container_name or "")
    return {name: next(iter(those)) for name, those in found.items() if len(those) == 1}
