"""Which job of a vault tells how the last backup of which item went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.join.items import (
    ENDED,
    UNDECIDED,
    container_key,
    containers_of,
    is_cancelled,
    is_never,
    sensible,
    went_wrong,
    word,
)
from scanner.inventory.records.backup import ItemProperties, Job, JobProperties, ProtectedItem
from scanner.inventory.snapshot import Reading

_OTHER_OPERATIONS = (
    "restore", "restorewithrehydrate", "moverecoverypoint", "configurebackup", "disablebackup",
    "deletebackupdata", "undelete",
)  # fmt: skip
"""They are not asked for."""


class LastJob(NamedTuple):
    """A job, and what it says."""

    id: ArmId
    told: JobProperties


class LastJobs:
    """Of a vault's jobs those that tell of the last backups of its items."""

    def __init__(self, items: Sequence[ProtectedItem], jobs: Reading[Job]) -> None:
        self.seen_at = jobs.seen_at
        self._items = {each.id: each for each in items}
        self._containers, self._names = _index(items)
        self._last: dict[ArmId, Job] = {}
        self._doubtful: defaultdict[ArmId, list[Job]] = defaultdict(list)
        self._cancelled: dict[ArmId, Job] = {}
        for job in self._newest_first(jobs.records):
            self._place(job)

    @property
    def kept(self) -> tuple[Job, ...]:
        """One an item, and those that cannot be placed: of the others nothing is needed."""
        doubtful = (job for jobs in self._doubtful.values() for job in jobs)
        every = (*self._last.values(), *self._cancelled.values(), *doubtful)
        return tuple({job.id: job for job in every}.values())

    def of(self, item: ProtectedItem) -> LastJob | None:
        """The newest backup of an item that ended, unless the item had a later one."""
        job = self._last.get(item.id)
        if job is None or job.properties is None or self._is_before(job.properties, item):
            return None
        return LastJob(job.id, job.properties)

    def is_after(self, job: JobProperties, item: ProtectedItem) -> bool:
        """Whether a job of an item is of a later backup than the item tells of."""
        last, began = self._last_of(item.properties), self._began(job)
        return self.is_silent(item) or (last is not None and began is not None and began > last)

    def is_silent(self, item: ProtectedItem) -> bool:
        """Whether an item says nothing of whether backups work: the one before it does.

        Its last backup is not over, or was cancelled, or there was none yet.
        """
        told = item.properties
        if told is None or word(told.last_backup_status) in UNDECIDED or is_never(told):
            return True
        return is_cancelled(told) or item.id in self._cancelled

    def doubt(self, item: ProtectedItem) -> Job | None:
        """A job that may say that the item's last backup failed, and cannot be placed."""
        last = self.of(item)
        since = self._began(last.told) if last else None
        for job in self._doubtful.get(item.id, ()):
            told = job.properties
            if told is None:
                return job
            began = self._began(told)
            is_older = since is not None and began is not None and began < since
            if not (is_older or self._is_before(told, item) or self._is_past(told, item)):
                return job
        return None

    def _place(self, job: Job) -> None:
        """To the item that a job names surely, else as a doubt to those it may be of."""
        told = job.properties
        if told is None:
            self._doubt(job, self._items)
            return
        key, name = container_key(told.container_name), word(told.entity_friendly_name).strip()
        if key:
            # A container that no item has is that of a VM which is no longer protected.
            theirs = self._containers.get(key, set())
        else:
            named = self._names.get(name, set()) if name else set(self._items)
            # Of several VMs of one name it is that whose backup began just then.
            surely = {each for each in named if self._is_of(told, self._items[each])}
            theirs = surely if len(surely) == 1 else named
        if word(told.status) in UNDECIDED:
            self._cancel(job, told, theirs)
            return
        is_plain = word(told.operation) == "backup" and word(told.status) in ENDED
        if len(theirs) == 1 and is_plain and self._began(told):
            (item,) = theirs
            # A name may have been that of another VM, which is gone.
            if key or self._is_of(told, self._items[item]):
                self._last.setdefault(item, job)
                return
        self._doubt(job, theirs)

    def _cancel(self, job: Job, told: JobProperties, theirs: set[ArmId]) -> None:
        """Note the job of an item's last backup that ended because somebody wished so."""
        for each in theirs if word(told.status) == "cancelled" else ():
            if self._began_with(told, self._items[each]):
                self._cancelled[each] = job

    def _doubt(self, job: Job, items: Iterable[ArmId]) -> None:
        for item in items:
            # What went well is no doubt, whosever it is.
            if job.properties is None or word(job.properties.status) != "completed":
                self._doubtful[item].append(job)

    def _began(self, job: JobProperties) -> datetime | None:
        return sensible(job.start_time, self.seen_at)

    def _ended(self, job: JobProperties) -> datetime | None:
        """When a job was over, or began where it does not say; None where it says neither."""
        began, ended = self._began(job), sensible(job.end_time, self.seen_at)
        return max(began, ended) if began and ended else began

    def _last_of(self, item: ItemProperties | None) -> datetime | None:
        """When the item's last backup began: its job's ``startTime``, to the same fraction."""
        return sensible(item.last_backup_time, self.seen_at) if item else None

    def _point_of(self, item: ItemProperties | None) -> datetime | None:
        return sensible(item.last_recovery_point, self.seen_at) if item else None

    def _is_of(self, job: JobProperties, item: ProtectedItem) -> bool:
        """Whether a job is of the very backup that an item tells of, or made its newest point."""
        began, ended = self._began(job), self._ended(job)
        success = self._point_of(item.properties)
        made = began and ended and success and began <= success <= ended
        return bool(made) or self._began_with(job, item)

    def _began_with(self, job: JobProperties, item: ProtectedItem) -> bool:
        began = self._began(job)
        return began is not None and began == self._last_of(item.properties)

    def _is_before(self, job: JobProperties, item: ProtectedItem) -> bool:
        """Whether the item's last backup, as far as it tells of one, came after a job was over."""
        if self.is_silent(item):
            return self._is_past(job, item)
        over, last = self._ended(job), self._last_of(item.properties)
        return over is not None and last is not None and over < last

    def _is_past(self, job: JobProperties, item: ProtectedItem) -> bool:
        """Whether a recovery point was made after a job was over: by a backup that went well."""
        ended = sensible(job.end_time, self.seen_at)
        over, success = self._ended(job), self.success_of(item)
        return ended is not None and over is not None and success is not None and over < success

    def success_of(self, item: ProtectedItem) -> datetime | None:
        """The newest recovery point, unless the backup that is not over has made it itself."""
        success, last = self._point_of(item.properties), self._last_of(item.properties)
        is_own = self.is_silent(item) and success and last and success >= last
        return None if is_own else success

    def _newest_first(self, jobs: Sequence[Job]) -> Iterator[Job]:
        def when(job: Job) -> tuple[datetime, bool]:
            told = job.properties
            began = (self._began(told) if told else None) or self.seen_at
            # Of two that began together the worse word counts.
            return began, went_wrong(told.status) if told else True

        backups = (job for job in jobs if not (job.properties and _is_other(job.properties)))
        yield from sorted(backups, key=when, reverse=True)


def _is_other(job: JobProperties) -> bool:
    return word(job.operation) in _OTHER_OPERATIONS


def _index(items: Sequence[ProtectedItem]) -> tuple[dict[str, set[ArmId]], dict[str, set[ArmId]]]:
    """Items by their containers, and by the name of their VM: old jobs name nothing else."""
    containers: defaultdict[str, set[ArmId]] = defaultdict(set)
    names: defaultdict[str, set[ArmId]] = defaultdict(set)
    for item in items:
        for key in containers_of(item):
            containers[key].add(item.id)
            names[key.rpartition(";")[2]].add(item.id)
        for name in _names(item):
            names[word(name).strip()].add(item.id)
    return containers, names


def _names(item: ProtectedItem) -> Iterator[str]:
    told = item.properties
    ids = (told.source_resource_id, told.virtual_machine_id) if told else ()
    yield from (found.name for text in ids if (found := parse_id(text)))
    if told and told.friendly_name:
        yield told.friendly_name
