"""Which job of a vault tells how the last backup of which item went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from scanner.inventory.backup_records import (
    ItemProperties,
    Job,
    JobErrorDetail,
    JobProperties,
    ProtectedItem,
)
from scanner.inventory.join.items import (
    CLOCKS_DIFFER,
    ENDED,
    SAYS_NOTHING,
    UNDECIDED,
    container_key,
    container_of,
    is_never,
    telling_of,
    time_of,
    went_wrong,
    word,
)
from scanner.inventory.snapshot import Reading

_ANYBODY = ""


class LastJobs:
    """Of a vault's jobs those that tell of the last backups of its items."""

    def __init__(self, items: Sequence[ProtectedItem], jobs: Reading[Job]) -> None:
        self._seen_at = jobs.seen_at
        self._last: dict[str, Job] = {}
        self._doubtful: defaultdict[str, list[Job]] = defaultdict(list)
        by_container = {container_of(each): each for each in items}
        by_name = _by_name(items)
        for job, told in self._newest_first(jobs.records):
            named = container_key(told.container_name)
            theirs = {named} if named else by_name.get(word(told.entity_friendly_name), set())
            is_odd = self.began(told) is None or word(told.status) not in ENDED
            is_surely = len(theirs) == 1 and not is_odd
            for key in theirs & by_container.keys():
                # A name may have been that of another VM, which is gone.
                if is_surely and (named or self._is_of(told, by_container[key])):
                    self._last.setdefault(key, job)
                else:
                    self._doubtful[key].append(job)
            if not named and not told.entity_friendly_name:
                self._doubtful[_ANYBODY].append(job)

    @property
    def kept(self) -> tuple[Job, ...]:
        """One an item, and those that cannot be placed: the others tell nothing more."""
        doubtful = (job for jobs in self._doubtful.values() for job in jobs)
        return tuple({job.id: job for job in (*self._last.values(), *doubtful)}.values())

    def of(self, item: ProtectedItem) -> Job | None:
        """The newest backup of an item that ended, unless the item had a later one."""
        job = self._last.get(container_of(item))
        told = item.properties
        if job is None or job.properties is None or told is None or is_never(told):
            return None
        return None if self._is_before(job.properties, told) else job

    def untold(self, items: Sequence[ProtectedItem]) -> tuple[Job, ...]:
        """The failed jobs of items whose error nothing that was listed tells, the newest first."""
        found = [
            (self.began(job.properties), job)
            for item in items
            if (job := self.of(item)) and job.properties and self._is_untold(job.properties, item)
        ]
        found.sort(key=lambda each: each[0] or self._seen_at, reverse=True)
        return tuple(job for _, job in found)

    def _is_untold(self, job: JobProperties, item: ProtectedItem) -> bool:
        said = item.properties
        if telling(job) or said is None:
            return False
        if word(job.status) != "failed":
            # Of what was completed with warnings only the steps of the job say which failed.
            return went_wrong(job.status)
        own = telling_of(said) if went_wrong(said.last_backup_status) else None
        is_told = own is not None and own.code != SAYS_NOTHING
        return not is_told or self.is_after(job, said)

    def is_after(self, job: JobProperties, item: ItemProperties) -> bool:
        """Whether a job of an item is of a later backup than the item tells of."""
        last, began = self._last_of(item), self.began(job)
        undecided = word(item.last_backup_status) in UNDECIDED
        return undecided or (last is not None and began is not None and began > last)

    def doubt(self, item: ProtectedItem) -> Job | None:
        """A job that may say that the item's last backup failed, and cannot be placed."""
        told = item.properties
        if told is None or is_never(told):
            return None
        last = self.of(item)
        since = self.began(last.properties) if last and last.properties else None
        several = (self._doubtful.get(key, ()) for key in (container_of(item), _ANYBODY))
        for job in (each for jobs in several for each in jobs):
            if job.properties is None or word(job.properties.status) == "completed":
                continue
            began = self.began(job.properties)
            is_older = since is not None and began is not None and began < since
            if not (is_older or self._is_before(job.properties, told)):
                return job
        return None

    def began(self, job: JobProperties) -> datetime | None:
        """When a job began, in UTC; None where that makes no sense."""
        return self._sensible(job.start_time)

    def _last_of(self, item: ItemProperties) -> datetime | None:
        """When the item's last backup began: its job's ``startTime``, to the same fraction."""
        return self._sensible(item.last_backup_time)

    def _is_of(self, job: JobProperties, item: ProtectedItem) -> bool:
        """Whether a job is of the very backup that an item tells of."""
        began = self.began(job)
        return item.properties is not None and began == self._last_of(item.properties)

    def _is_before(self, job: JobProperties, item: ItemProperties) -> bool:
        """Whether the item's last backup began after that of the job was over."""
        last = self._last_of(item)
        over = self._sensible(job.end_time) or self.began(job)
        if last is None or over is None or word(item.last_backup_status) in UNDECIDED:
            return False
        return over < last

    def _sensible(self, text: str | None) -> datetime | None:
        time = time_of(text)
        return time if time and time < self._seen_at + CLOCKS_DIFFER else None

    def _newest_first(self, jobs: Sequence[Job]) -> Iterator[tuple[Job, JobProperties]]:
        known = [(job, job.properties) for job in jobs if job.properties]
        backups = [
            (self.began(told) or self._seen_at, job, told)
            for job, told in known
            if word(told.operation) == "backup" and word(told.status) not in UNDECIDED
        ]
        for _, job, told in sorted(backups, key=lambda each: each[0], reverse=True):
            yield job, told


def telling(job: JobProperties) -> JobErrorDetail | None:
    """The first error of a job that says anything, if one does; that it failed is the last."""
    told = [
        each
        for each in job.error_details or ()
        if each.error_code or each.error_title or each.error_string
    ]
    return next((each for each in told if each.error_code != SAYS_NOTHING), next(iter(told), None))


def _by_name(items: Sequence[ProtectedItem]) -> Mapping[str, set[str]]:
    """Containers by the name of their VM: jobs of old versions of the service name no other."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for item in items:
        if item.properties and item.properties.friendly_name:
            found[item.properties.friendly_name.lower()].add(container_of(item))
    return found
