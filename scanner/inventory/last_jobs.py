"""Which of a vault's jobs say how the last backups of its protected items went.

A week of jobs is most of what the vaults of a fleet hold: a scan keeps two jobs an item at most.
A job names its item by a container or, in old versions of the service, by the name of the VM.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from scanner.inventory.arm_text import lower, past_time
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.facts.backup import RunningJob
from scanner.inventory.protected_item import (
    ENDED,
    FAILED,
    INCONCLUSIVE,
    LastBackup,
    container_key,
    containers_of,
    last_backup_of,
    names_of,
)
from scanner.inventory.records.backup import Job, ProtectedItem
from scanner.inventory.service_errors import is_cancellation
from scanner.inventory.snapshot import EndedJob, ItemJobs, LastJobs, Reading

_OTHER_OPERATIONS = (
    "restore", "restorewithrehydrate", "moverecoverypoint", "configurebackup", "disablebackup",
    "deletebackupdata", "undelete",
)  # fmt: skip
"""Operations that are no backups (as recorded). The listing asks for backups alone; other jobs in
the answer are left out."""


def find_last_jobs(items: Sequence[ProtectedItem], jobs: Reading[Job]) -> LastJobs:
    """The jobs that say how the last backups of a vault's items went."""
    placed = _PlacedJobs(items, jobs.seen_at)
    for job in _newest_first(jobs):
        placed.add(job)
    found = {item.id: placed.of(item) for item in items}
    by_item = {
        item: jobs_of_item for item, jobs_of_item in found.items() if jobs_of_item != ItemJobs()
    }
    return LastJobs(jobs.seen_at, by_item, jobs.gaps)


class _TimedJob(NamedTuple):
    """A job with its times in UTC; None for a time that it does not have."""

    record: Job
    began: datetime | None
    ended: datetime | None

    @property
    def over(self) -> datetime | None:
        """When the job was over, or when it began if it does not say when it ended."""
        return max(self.began, self.ended) if self.began and self.ended else self.began


def _newest_first(jobs: Reading[Job]) -> Iterator[_TimedJob]:
    def order(job: _TimedJob) -> tuple[datetime, bool]:
        properties = job.record.properties
        # If two began together, the one that failed counts.
        is_failed = properties is None or lower(properties.status) in FAILED
        return job.began or jobs.seen_at, is_failed

    timed = (_with_times(job, jobs.seen_at) for job in jobs.records if not _is_other_operation(job))
    yield from sorted(timed, key=order, reverse=True)


def _is_other_operation(job: Job) -> bool:
    """True for a restore and other jobs that say nothing of a backup."""
    return job.properties is not None and lower(job.properties.operation) in _OTHER_OPERATIONS


def _with_times(job: Job, seen_at: datetime) -> _TimedJob:
    """The job with its start and end; a time in the future is none."""
    began = past_time(job.properties.start_time, seen_at) if job.properties else None
    ended = past_time(job.properties.end_time, seen_at) if job.properties else None
    return _TimedJob(job, began, ended)


class _PlacedJobs:
    """The jobs of a vault by item. They have to be added newest first."""

    def __init__(self, items: Sequence[ProtectedItem], seen_at: datetime) -> None:
        self._seen_at = seen_at
        self._index = _Index(items, seen_at)
        self._ended: dict[ArmId, _TimedJob] = {}
        self._unclear: defaultdict[ArmId, list[_TimedJob]] = defaultdict(list)
        self._cancelled: set[ArmId] = set()
        self._running: dict[ArmId, _TimedJob] = {}

    def add(self, job: _TimedJob) -> None:
        """Place a job with the items that it may be of."""
        items, is_sure = self._index.find(job)
        match _outcome_of_job(job, is_sure=is_sure):
            case "ended":
                for item in items:
                    self._ended.setdefault(item, job)
            case "cancelled":
                backups = self._index.backups
                self._cancelled |= {item for item in items if _began_with(job, backups[item])}
            case "running":
                for item in items:
                    self._running.setdefault(item, job)
            case "unclear":
                for item in items:
                    self._unclear[item].append(job)

    def of(self, item: ProtectedItem) -> ItemJobs:
        """The jobs that say how the last backup of an item went."""
        is_cancelled = item.id in self._cancelled
        backup = last_backup_of(item.properties, self._seen_at, is_job_cancelled=is_cancelled)
        ended = self._ended.get(item.id)
        if ended and _is_older(ended, backup):
            ended = None
        unclear = (
            job.record.id
            for job in self._unclear.get(item.id, ())
            if _may_be_last(job, backup, ended)
        )
        return ItemJobs(
            _ended_job(ended, self._seen_at),
            next(unclear, None),
            is_cancelled,
            self._running_job(item.id, ended, backup),
        )

    def _running_job(
        self, item: ArmId, ended: _TimedJob | None, backup: LastBackup
    ) -> RunningJob | None:
        """The job of an item that is in progress. None for one that a later backup overtook."""
        job = self._running.get(item)
        if job is None or job.record.properties is None:
            return None
        later = (ended.began if ended else None, None if backup.is_silent else backup.began)
        if any(job.began and began and job.began < began for began in later):
            return None
        source = Source(job.record.id, self._seen_at)
        return RunningJob(
            job.began, source.evidence("properties.status", job.record.properties.status)
        )


def _ended_job(job: _TimedJob | None, seen_at: datetime) -> EndedJob | None:
    if job is None or job.record.properties is None or job.began is None:
        return None
    return EndedJob(Source(job.record.id, seen_at), job.record.properties, job.began)


def _outcome_of_job(
    job: _TimedJob, *, is_sure: bool
) -> Literal["ended", "cancelled", "running", "unclear", "none"]:
    """What a job says of a last backup: how it ended, that it goes on, or nothing clear.

    ``is_sure`` is true if the job certainly is of one item. A job that succeeded is never unclear:
    only a failure that is missed would be an error.
    """
    properties = job.record.properties
    if properties is None:
        return "unclear"
    status = lower(properties.status)
    is_backup = lower(properties.operation) == "backup"
    if status in FAILED and is_cancellation(properties):
        return "cancelled"
    if status in INCONCLUSIVE:
        is_running = status == "inprogress" and is_backup and is_sure
        return "cancelled" if status == "cancelled" else "running" if is_running else "none"
    if is_sure and is_backup and status in ENDED and job.began:
        return "ended"
    return "none" if status == "completed" else "unclear"


class _Index:
    """The items of a vault by all that a job may name them by."""

    def __init__(self, items: Sequence[ProtectedItem], seen_at: datetime) -> None:
        self.backups = {item.id: last_backup_of(item.properties, seen_at) for item in items}
        self._containers: defaultdict[str, set[ArmId]] = defaultdict(set)
        self._names: defaultdict[str, set[ArmId]] = defaultdict(set)
        for item in items:
            for container in containers_of(item):
                self._containers[container].add(item.id)
            for name in names_of(item):
                self._names[name].add(item.id)

    def find(self, job: _TimedJob) -> tuple[Collection[ArmId], bool]:
        """The items that a job may be of; and True if it certainly is of the only one found."""
        properties = job.record.properties
        if properties is None:
            return self.backups.keys(), False
        container = container_key(properties.container_name)
        if container:
            # A container that no item has is of a VM that is not protected any more.
            items = self._containers.get(container, set())
            return items, len(items) == 1
        name = lower(properties.entity_friendly_name).strip()
        named = self._names.get(name, set()) if name else self.backups.keys()
        # Several VMs may have the name, or one that is gone had it: the times decide.
        same = {item for item in named if _is_same_backup(job, self.backups[item])}
        return (same, True) if len(same) == 1 else (named, False)


def _began_with(job: _TimedJob, backup: LastBackup) -> bool:
    return job.began is not None and job.began == backup.began


def _is_same_backup(job: _TimedJob, backup: LastBackup) -> bool:
    """True if a job began with an item's last backup, or made its newest recovery point."""
    has_made_point = (
        job.began and job.over and backup.point and job.began <= backup.point <= job.over
    )
    return bool(has_made_point) or _began_with(job, backup)


def _is_older(job: _TimedJob, backup: LastBackup) -> bool:
    """True if a job was over before its item's last backup.

    A silent item does not count that one: the job is older if another backup made a point since.
    """
    if backup.is_silent:
        return _has_later_point(job, backup)
    return job.over is not None and backup.began is not None and job.over < backup.began


def _has_later_point(job: _TimedJob, backup: LastBackup) -> bool:
    """True if a recovery point was made after a job was over: a later backup succeeded."""
    point = backup.point_before
    if not (job.over and job.ended and point):
        return False
    return job.over < point


def _may_be_last(job: _TimedJob, backup: LastBackup, ended: _TimedJob | None) -> bool:
    """True if neither the item, nor its points, nor its newest ended job show a later backup."""
    is_before_ended = ended and ended.began and job.began and job.began < ended.began
    return not (is_before_ended or _is_older(job, backup) or _has_later_point(job, backup))
