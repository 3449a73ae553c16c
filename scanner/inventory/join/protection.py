"""Vaults to the protection of a VM, always by the VM's own id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from scanner.inventory import backup_facts as facts
from scanner.inventory.armid import ArmId
from scanner.inventory.backup_records import (
    HealthDetail,
    ItemProperties,
    Job,
    JobProperties,
    PolicyProperties,
    ProtectedItem,
)
from scanner.inventory.backup_records import Policy as PolicyRecord
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, Unseen
from scanner.inventory.join.lookup import Table
from scanner.inventory.seeing import or_gap, see, there, unrecorded
from scanner.inventory.snapshot import BackupReadings, VaultReadings

_FACT = "protection"
_STATES: Mapping[str, facts.State] = {
    "protected": "protected",
    "irpending": "pending",
    "protectionerror": "error",
    "protectionpaused": "paused",
    "backupssuspended": "suspended",
    "protectionstopped": "stopped",
}
_WENT_WRONG = ("failed", "completedwithwarnings")
_FINISHED = (*_WENT_WRONG, "completed")
_NEVER = 2001
"""The year that stands where there was no backup yet."""
_DAYS_A_WEEK = 7
_SAYS_NOTHING = 400002
"""BackUpOperationFailed: that a backup failed, and nothing more."""
_MOST_ALIVE: tuple[facts.State, ...] = (
    "protected", "pending", "error", "paused", "suspended", "stopped", "soft-deleted",
)  # fmt: skip


class Protections:
    """The protected items of all vaults, by VM: small, and kept for the whole scan."""

    def __init__(self, readings: BackupReadings) -> None:
        self._items: defaultdict[ArmId, list[facts.Protection | Gap]] = defaultdict(list)
        self._unread = next(iter(readings.unread), None)
        for vault in readings.vaults:
            self._add(vault)

    def of(self, vm_id: ArmId) -> facts.Protection:
        """How a VM is protected; raises ``Unseen`` where a vault that may protect it is unread."""
        found = self._items.get(vm_id, [])
        seen = [each for each in found if isinstance(each, facts.Protection)]
        if seen:
            return min(seen, key=lambda each: _MOST_ALIVE.index(each.state))
        gap = next((each for each in found if isinstance(each, Gap)), self._unread)
        if gap:
            raise Unseen(gap)
        return facts.Protection("unprotected")

    def _add(self, readings: VaultReadings) -> None:
        items, policies = Table(readings.items), Table(readings.policies)
        self._unread = self._unread or items.rest
        failures = _Failures(readings)
        for item_id, entry in items.entries.items():
            source = items.source(item_id)
            vm_id = or_gap(_vm_of, entry, source)
            if isinstance(vm_id, Gap):
                # It may protect any VM, so of none it is known that nothing does.
                self._unread = self._unread or vm_id
            elif vm_id is not None:
                told = or_gap(_protection, see(entry), source, policies, failures)
                self._items[vm_id].append(told)


def _vm_of(entry: ProtectedItem | Gap, source: Source) -> ArmId | None:
    """The VM an item protects; None for another workload."""
    properties = there(see(entry).properties, source, "properties", _FACT)
    if (properties.backup_management_type or "azureiaasvm").lower() != "azureiaasvm":
        return None
    named = properties.source_resource_id or properties.virtual_machine_id
    found = _id(there(named or None, source, "properties.sourceResourceId", _FACT))
    return there(found, source, "properties.sourceResourceId that is an id", _FACT)


def _protection(
    item: ProtectedItem, source: Source, policies: Table[PolicyRecord], failures: _Failures
) -> facts.Protection:
    told = there(item.properties, source, "properties", _FACT)
    state = _STATES.get((told.protection_state or "").lower())
    if told.is_scheduled_for_deferred_delete:
        state = "soft-deleted"
    if state is None:
        what = f"properties.protectionState that is known but {told.protection_state!r}"
        raise unrecorded(source, what, _FACT)
    return facts.Protection(
        state=state,
        item=item.id,
        vault=_vault_of(item.id),
        known_policy=_policy(told, source, policies),
        last_status=told.last_backup_status or None,
        last_backup_at=_time(told.last_backup_time),
        last_success_at=_time(told.last_recovery_point),
        health=told.health_status,
        known_error=failures.of(told, source),
    )


def _vault_of(item: ArmId) -> ArmId | None:
    found: ArmId | None = item
    while found and (found.type or "").count("/") > 1:
        found = found.parent
    return found


def _policy(
    told: ItemProperties, source: Source, policies: Table[PolicyRecord]
) -> facts.Policy | Gap | None:
    if not told.policy_id:
        return None
    named = _id(told.policy_id)
    if named is None:
        return unrecorded(source, "properties.policyId that is an id", _FACT).gap
    return or_gap(lambda: policy_fact(policies.find(named, _FACT), policies.source(named)))


def policy_fact(record: PolicyRecord, source: Source) -> facts.Policy:
    """What a policy asks for; raises ``Unseen``."""
    told = there(record.properties, source, "properties", _FACT)
    details = told.instant_details
    return facts.Policy(
        id=record.id,
        is_enhanced=(told.policy_type or "").lower() == "v2",
        is_crash_consistent=(told.snapshot_consistency_type or "").lower() == "onlycrashconsistent",
        known_per_day=or_gap(_per_day, told, source),
        instant_days=told.instant_days,
        group=details.prefix if details else None,
        items=told.protected_items_count,
        source=source,
    )


def _per_day(told: PolicyProperties, source: Source) -> float:
    schedule = there(told.schedule_policy, source, "properties.schedulePolicy", _FACT)
    match (schedule.schedule_run_frequency or "").lower():
        case "hourly":
            hours = schedule.hourly_schedule
            window = hours.schedule_window_duration if hours else None
            if hours and hours.interval and window:
                return min(window // hours.interval + 1, 24 / hours.interval)
        case "daily":
            part = schedule.daily_schedule
            times = part.schedule_run_times if part else schedule.schedule_run_times
            if times:
                return float(len(times))
        case "weekly":
            week = schedule.weekly_schedule
            days = week.schedule_run_days if week else schedule.schedule_run_days
            if days:
                return len(days) / _DAYS_A_WEEK
    raise unrecorded(source, "properties.schedulePolicy that can be counted", _FACT)


class _Failures:
    """The last jobs of a vault, by the container that an item and its jobs name alike."""

    def __init__(self, readings: VaultReadings) -> None:
        self._unread = Table(readings.jobs).rest
        self._details = Table(readings.details)
        self._by_container: dict[str, Job] = {}
        names = _unique_names(readings)
        for job, told in _finished(readings.jobs.records):
            key = (told.container_name or names.get(told.entity_friendly_name or "", "")).lower()
            # A job that names no container, and shares its name, is of nobody that is known.
            if key and key not in self._by_container:
                self._by_container[key] = job

    def of(self, item: ItemProperties, source: Source) -> facts.BackupError | Gap | None:
        """The error of an item's last backup, from its job, else from the item itself."""
        job = self._by_container.get((item.container_name or "").lower())
        told = job.properties if job else None
        if job and told:
            if (told.status or "").lower() not in _WENT_WRONG:
                return None
            return self._of_job(job, told, item)
        if (item.last_backup_status or "").lower() not in _WENT_WRONG:
            return None
        error = _of_item(item)
        if error.number is None and error.title is None:
            return self._unread or unrecorded(source, "properties.kpisHealths", "last_job").gap
        return error

    def _of_job(
        self, job: Job, told: JobProperties, item: ItemProperties
    ) -> facts.BackupError | Gap:
        detail = self._details.get(job.id)
        if isinstance(detail, Job) and detail.properties:
            told = detail.properties
        steps = (told.extended_info.tasks_list if told.extended_info else None) or ()
        failed = next((each for each in steps if (each.status or "").lower() == "failed"), None)
        for error in told.error_details or ():
            return facts.BackupError(
                status=told.status or "Failed",
                number=error.error_code,
                title=error.error_title or None,
                text=error.error_string or None,
                seen_at=_time(told.start_time),
                job=job.id,
                task=failed.task_id if failed else None,
            )
        own = _of_item(item)
        if own.number is not None and (item.last_backup_status or "").lower() in _WENT_WRONG:
            return facts.BackupError(
                told.status or "Failed", own.number, own.title, own.text, _time(told.start_time),
                job.id, failed.task_id if failed else None,
            )  # fmt: skip
        if isinstance(detail, Gap):
            return detail
        at = Source(job.id, self._details.seen_at)
        return unrecorded(at, "properties.errorDetails", "last_job").gap


def _of_item(item: ItemProperties) -> facts.BackupError:
    """What the item says of its last backup: its indicator first, then the service's check."""
    kpi = item.kpis_healths.backup if item.kpis_healths else None
    said = [*((kpi.resource_health_details if kpi else None) or ()), *(item.health_details or ())]
    errors = [each for each in said if _is_error(each)]
    telling = (each for each in errors if each.code != _SAYS_NOTHING)
    worst = next(telling, errors[0] if errors else HealthDetail())
    return facts.BackupError(
        item.last_backup_status or "Failed", worst.code, worst.title, worst.message,
        _time(item.last_backup_time), None, None,
    )  # fmt: skip


def _is_error(detail: HealthDetail) -> bool:
    return detail.code not in (None, 0) and "green" not in (detail.title or "").lower()


def _finished(jobs: Sequence[Job]) -> Iterator[tuple[Job, JobProperties]]:
    """Backups that ended, the newest first."""
    told = [(job, job.properties) for job in jobs if job.properties]
    ended = [
        (job, each)
        for job, each in told
        if (each.operation or "").lower() == "backup" and (each.status or "").lower() in _FINISHED
    ]
    yield from sorted(ended, key=lambda pair: pair[1].start_time or "", reverse=True)


def last_failures(items: Sequence[ProtectedItem], jobs: Sequence[Job]) -> list[Job]:
    """The jobs whose own details are needed: of each item the last, if it went wrong untold.

    The newest first, so that a budget is spent on them.
    """
    containers = {
        (item.properties.container_name or "").lower() for item in items if item.properties
    }
    seen: set[str] = set()
    wanted = []
    for job, told in _finished(jobs):
        key = (told.container_name or "").lower()
        if key in seen or key not in containers:
            continue
        seen.add(key)
        if (told.status or "").lower() in _WENT_WRONG and not told.error_details:
            wanted.append(job)
    return wanted


def _unique_names(readings: VaultReadings) -> Mapping[str, str]:
    """Containers by the name of their VM, where one alone in the vault has it.

    Jobs of old versions of the service name no container.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for item in readings.items.records:
        if item.properties and item.properties.friendly_name:
            found[item.properties.friendly_name].add(item.properties.container_name or "")
    return {name: next(iter(those)) for name, those in found.items() if len(those) == 1}


def _id(text: str) -> ArmId | None:
    try:
        return ArmId(text)
    except ValueError:
        return None


def _time(text: str | None) -> datetime | None:
    """A time in UTC; None for the placeholder of an item that was never backed up."""
    try:
        time = datetime.fromisoformat(text) if text else None
        if time is None or time.year <= _NEVER:
            return None
        return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
