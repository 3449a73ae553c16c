"""Vaults to the protection of a VM, always by the VM's own id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from msgspec.structs import replace

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
from scanner.inventory.join.last_backups import UNDECIDED, last_jobs, time_of, went_wrong
from scanner.inventory.join.lookup import Table
from scanner.inventory.seeing import or_gap, see, there, unrecorded
from scanner.inventory.snapshot import BackupReadings, VaultReadings

_FACT = "protection"
_ERROR = "last_job"
_STATES: Mapping[str, facts.State] = {
    "protected": "protected",
    "irpending": "pending",
    "protectionerror": "error",
    "protectionpaused": "paused",
    "backupssuspended": "suspended",
    "protectionstopped": "stopped",
}
_DAYS_A_WEEK = 7
_SAYS_NOTHING = 400002
"""BackUpOperationFailed: that a backup failed, and nothing more."""
_MOST_ALIVE: tuple[facts.State, ...] = (
    "protected", "pending", "error", "paused", "suspended", "stopped", "soft-deleted",
)  # fmt: skip


_NOTHING = facts.Protection("unprotected")


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
        best = min(seen, key=lambda each: _MOST_ALIVE.index(each.state), default=_NOTHING)
        gap = next((each for each in found if isinstance(each, Gap)), self._unread)
        if gap and not best.is_backed_up:
            # What lies idle in one vault may be alive in another.
            raise Unseen(gap)
        return best

    def _add(self, readings: VaultReadings) -> None:
        items, policies = Table(readings.items), Table(readings.policies)
        self._unread = self._unread or items.rest
        errors = _Errors(readings)
        for item_id, entry in items.entries.items():
            source = items.source(item_id)
            vm_id = or_gap(_vm_of, entry, source)
            if isinstance(vm_id, Gap):
                # It may protect any VM, so of none it is known that nothing does.
                self._unread = self._unread or vm_id
            elif vm_id is not None:
                told = or_gap(_protection, see(entry), source, policies, errors)
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
    item: ProtectedItem, source: Source, policies: Table[PolicyRecord], errors: _Errors
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
        known_policy=_policy(told, state, source, policies),
        last_status=told.last_backup_status or None,
        last_backup_at=time_of(told.last_backup_time),
        last_success_at=time_of(told.last_recovery_point),
        health=told.health_status,
        known_error=errors.of(told, source),
    )


def _vault_of(item: ArmId) -> ArmId | None:
    found: ArmId | None = item
    while found and (found.type or "").count("/") > 1:
        found = found.parent
    return found


def _policy(
    told: ItemProperties, state: facts.State, source: Source, policies: Table[PolicyRecord]
) -> facts.Policy | Gap | None:
    if not told.policy_id:
        needed = state in facts.BACKED_UP
        return unrecorded(source, "properties.policyId", _FACT).gap if needed else None
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


class _Errors:
    """Why the last backups of a vault's items failed, by the last jobs and by the items."""

    def __init__(self, readings: VaultReadings) -> None:
        self._unread = Table(readings.jobs).rest
        self._details = Table(readings.details)
        self._jobs = last_jobs(readings.items.records, readings.jobs.records)

    def of(self, item: ItemProperties, source: Source) -> facts.BackupError | Gap | None:
        """Of an item's last backup: by its job, else by the item itself; None if it went well."""
        job = self._jobs.get((item.container_name or "").lower())
        if job and job.properties:
            return self._of_job(job, job.properties, item)
        status = (item.last_backup_status or "").lower()
        if status == "completed":
            return None
        if went_wrong(status):
            error = _of_item(item)
            untold = error.number is None and error.title is None
            missing = self._unread or unrecorded(source, "properties.kpisHealths", _ERROR).gap
            return replace(error, gap=missing) if untold else error
        if status in UNDECIDED or not (status or time_of(item.last_backup_time)):
            # Never backed up, or nothing is decided: a job that failed before would have told.
            return self._unread
        what = f"properties.lastBackupStatus that is known but {item.last_backup_status!r}"
        return unrecorded(source, what, _ERROR).gap

    def _of_job(
        self, job: Job, told: JobProperties, item: ItemProperties
    ) -> facts.BackupError | None:
        if not went_wrong(told.status):
            return None
        detail = self._details.get(job.id)
        if isinstance(detail, Job) and detail.properties:
            told = detail.properties
        steps = (told.extended_info.tasks_list if told.extended_info else None) or ()
        failed = next((each for each in steps if (each.status or "").lower() == "failed"), None)
        error = facts.BackupError(
            status=told.status or "Failed",
            seen_at=time_of(told.start_time),
            job=job.id,
            task=failed.task_id if failed else None,
        )
        for one in told.error_details or ():
            number, title, text = one.error_code, one.error_title or None, one.error_string or None
            return replace(error, number=number, title=title, text=text)
        own = _of_item(item)
        if own.number is not None and went_wrong(item.last_backup_status):
            return replace(error, number=own.number, title=own.title, text=own.text)
        at = Source(job.id, self._details.seen_at)
        missing = unrecorded(at, "properties.errorDetails", _ERROR).gap
        return replace(error, gap=detail if isinstance(detail, Gap) else missing)


def _of_item(item: ItemProperties) -> facts.BackupError:
    """What the item says of its last backup: its indicator first, then the service's check."""
    kpi = item.kpis_healths.backup if item.kpis_healths else None
    said = [*((kpi.resource_health_details if kpi else None) or ()), *(item.health_details or ())]
    errors = [each for each in said if _is_error(each)]
    telling = (each for each in errors if each.code != _SAYS_NOTHING)
    worst = next(telling, errors[0] if errors else HealthDetail())
    return facts.BackupError(
        status=item.last_backup_status or "Failed",
        number=worst.code,
        title=worst.title,
        text=worst.message,
        seen_at=time_of(item.last_backup_time),
    )


def _is_error(detail: HealthDetail) -> bool:
    return detail.code not in (None, 0) and "green" not in (detail.title or "").lower()


def _id(text: str) -> ArmId | None:
    try:
        return ArmId(text)
    except ValueError:
        return None
