"""Which job of a vault tells how the last backup of which item went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from scanner.inventory.armid import ArmId
from scanner.inventory.backup_records import ItemProperties, Job, JobProperties, ProtectedItem
from scanner.inventory.join.items import (
    ENDED,
    UNDECIDED,
    container_key,
    containers_of,
    is_never,
    sensible,
    word,
)
from scanner.inventory.snapshot import Reading

_OTHERS = ("restore", "configurebackup", "disablebackup", "deletebackupdata", "undelete")
"""Operations that are no backup; they are not asked for."""


class LastJobs:
    """Of a vault's jobs those that tell of the last backups of its items."""

    def __init__(self, items: Sequence[ProtectedItem], jobs: Reading[Job]) -> None:
        self.seen_at = jobs.seen_at
        self._items = {each.id: each for each in items}
        self._containers, self._names = _index(items)
        self._last: dict[ArmId, Job] = {}
        self._doubtful: defaultdict[ArmId, list[Job]] = defaultdict(list)
        for job in self._newest_first(jobs.records):
            self._place(job)

    @property
    def kept(self) -> tuple[Job, ...]:
        """One an item, and those that cannot be placed: of the others nothing is needed."""
        doubtful = (job for jobs in self._doubtful.values() for job in jobs)
        return tuple({job.id: job for job in (*self._last.values(), *doubtful)}.values())

    def of(self, item: ProtectedItem) -> Job | None:
        """The newest backup of an item that ended, unless the item had a later one."""
        job, told = self._last.get(item.id), item.properties
        if job is None or job.properties is None or told is None:
            return None
        return None if self._is_before(job.properties, told) else job

    def is_after(self, job: JobProperties, item: ItemProperties) -> bool:
        """Whether a job of an item is of a later backup than the item tells of."""
        last, began = self._last_of(item), self._began(job)
        return is_open(item) or (last is not None and began is not None and began > last)

    def doubt(self, item: ProtectedItem) -> Job | None:
        """A job that may say that the item's last backup failed, and cannot be placed."""
        last = self.of(item)
        since = self._began(last.properties) if last and last.properties else None
        for job in self._doubtful.get(item.id, ()):
            told = job.properties
            if told is None or item.properties is None:
                return job
            began = self._began(told)
            is_older = since is not None and began is not None and began < since
            is_well = word(told.status) == "completed"
            if not (is_well or is_older or self._is_before(told, item.properties)):
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
            theirs = self._names.get(name, set()) if name else set(self._items)
        is_plain = word(told.operation) == "backup" and word(told.status) in ENDED
        if len(theirs) == 1 and is_plain and self._began(told):
            (item,) = theirs
            # A name may have been that of another VM, which is gone.
            if key or self._is_of(told, self._items[item]):
                self._last.setdefault(item, job)
                return
        self._doubt(job, theirs)

    def _doubt(self, job: Job, items: Iterable[ArmId]) -> None:
        for item in items:
            self._doubtful[item].append(job)

    def _began(self, job: JobProperties) -> datetime | None:
        return sensible(job.start_time, self.seen_at)

    def _last_of(self, item: ItemProperties) -> datetime | None:
        """When the item's last backup began: its job's ``startTime``, to the same fraction."""
        return sensible(item.last_backup_time, self.seen_at)

    def _is_of(self, job: JobProperties, item: ProtectedItem) -> bool:
        """Whether a job is of the very backup that an item tells of."""
        return item.properties is not None and self._began(job) == self._last_of(item.properties)

    def _is_before(self, job: JobProperties, item: ItemProperties) -> bool:
        """Whether the item's last backup began after that of the job was over."""
        last = self._last_of(item)
        over = sensible(job.end_time, self.seen_at) or self._began(job)
        return last is not None and over is not None and not is_open(item) and over < last

    def _newest_first(self, jobs: Sequence[Job]) -> Iterator[Job]:
        def when(job: Job) -> datetime:
            return (self._began(job.properties) if job.properties else None) or self.seen_at

        ended = (job for job in jobs if not (job.properties and _is_beside(job.properties)))
        yield from sorted(ended, key=when, reverse=True)


def is_open(item: ItemProperties) -> bool:
    """Whether an item says nothing of whether backups work: the one before it does."""
    return word(item.last_backup_status) in UNDECIDED or is_never(item)


def _is_beside(job: JobProperties) -> bool:
    """Whether a job tells nothing: it has not ended, or is no backup."""
    return word(job.status) in UNDECIDED or word(job.operation) in _OTHERS


def _index(items: Sequence[ProtectedItem]) -> tuple[dict[str, set[ArmId]], dict[str, set[ArmId]]]:
    """Items by their containers, and by the name of their VM: old jobs name nothing else."""
    containers: defaultdict[str, set[ArmId]] = defaultdict(set)
    names: defaultdict[str, set[ArmId]] = defaultdict(set)
    for item in items:
        for key in containers_of(item):
            containers[key].add(item.id)
        if item.properties and item.properties.friendly_name:
            names[word(item.properties.friendly_name).strip()].add(item.id)
    return containers, names
