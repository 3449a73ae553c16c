"""What a protected item and a job say of themselves: which VM, which state, which errors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.evidence import Source
from scanner.inventory.facts.backup import BACKED_UP, ServiceError, State
from scanner.inventory.gap import present, unrecorded
from scanner.inventory.join.times import utc
from scanner.inventory.records.backup import (
    HealthDetail,
    ItemProperties,
    JobProperties,
    ProtectedItem,
)

WENT_WRONG = ("failed", "completedwithwarnings")
ENDED = (*WENT_WRONG, "completed")
UNDECIDED = ("inprogress", "cancelling", "cancelled")
"""What says nothing of whether backups work: the one before it does."""
_FACT = "protection"
_STATES: Mapping[str, State] = {
    "protected": "protected",
    "irpending": "pending",
    "protectionerror": "error",
    "protectionpaused": "paused",
    "backupssuspended": "suspended",
    "protectionstopped": "stopped",
}
_OTHER_WORKLOADS = (
    "mab", "dpm", "azurebackupserver", "azuresql", "azurestorage", "azureworkload", "defaultbackup",
)  # fmt: skip
"""BackupManagementType of what is no VM (Azure Backup REST API reference)."""
VM_TYPES = ("microsoft.compute/virtualmachines", "microsoft.classiccompute/virtualmachines")
_NEVER = 2001
"""The year that stands where there was no backup yet."""
_CLOCKS_DIFFER = timedelta(minutes=30)
"""A time later than this from when it was read makes no sense."""


def vm_of(item: ProtectedItem, at: Source) -> ArmId | None:
    """The VM an item protects; None for another workload. Raises ``Unseen``."""
    properties = present(item.properties, at, "properties", _FACT)
    if word(properties.backup_management_type) in _OTHER_WORKLOADS:
        return None
    named = (properties.source_resource_id, properties.virtual_machine_id)
    found = {
        vm for text in named if (vm := parse_id(text)) and vm.type in VM_TYPES and vm.resource_group
    }
    if len(found) != 1:
        raise unrecorded(at, "properties.sourceResourceId that is the id of one VM", _FACT)
    return found.pop()


def state_of(item: ItemProperties) -> State | None:
    """The state in a report's words; None for one that nobody documents."""
    known = _STATES.get(word(item.protection_state))
    return "soft-deleted" if item.is_scheduled_for_deferred_delete else known


def is_active(item: ProtectedItem) -> bool:
    """Whether an item is backed up, or may be: its state is not known."""
    return item.properties is None or state_of(item.properties) in (*BACKED_UP, None)


def is_never(item: ItemProperties) -> bool:
    """Whether an item says that there was no backup of it yet."""
    if item.last_backup_status or (item.last_recovery_point and not _is_placeholder(item)):
        return False
    pending, last = word(item.protection_state) == "irpending", utc(item.last_backup_time)
    return pending or (last is not None and last.year <= _NEVER)


def _is_placeholder(item: ItemProperties) -> bool:
    pointed = utc(item.last_recovery_point)
    return pointed is not None and pointed.year <= _NEVER


def succeeded_at(item: ItemProperties, at: Source) -> datetime | None:
    """When the newest recovery point was made; None where there is none yet. Raises ``Unseen``."""
    if not item.last_recovery_point or _is_placeholder(item):
        return None
    time = sensible(item.last_recovery_point, at.seen_at)
    return present(time, at, "properties.lastRecoveryPoint that is a time", _FACT)


def sensible(text: str | None, seen_at: datetime) -> datetime | None:
    """A time in UTC that can be one; None for placeholders and what was yet to come when seen."""
    time = utc(text)
    return time if time and time.year > _NEVER and time < seen_at + _CLOCKS_DIFFER else None


def went_wrong(status: str | None) -> bool:
    """Whether a job or an item says that its backup failed, or has warnings."""
    return word(status) in WENT_WRONG


def indicated(item: ItemProperties) -> tuple[ServiceError, ...]:
    """The errors in the indicator of an item's last backup."""
    return most_telling(_indicated(item))


def is_cancelled(item: ItemProperties) -> bool:
    """Whether an item says that it failed, and that this was somebody's wish (as recorded)."""
    numbers = {each.number for each in (*_indicated(item), *_errors(item.health_details or ()))}
    return numbers == {_CANCELLED}


def is_indicated_well(item: ItemProperties) -> bool:
    """Whether the indicator of an item's last backup says that nothing was wrong."""
    kpi = item.kpis_healths.backup if item.kpis_healths else None
    details = (kpi.resource_health_details if kpi else None) or ()
    # A detail without a code says nothing, not that all is well.
    return bool(details) and all(each.code == 0 for each in details)


def _indicated(item: ItemProperties) -> tuple[ServiceError, ...]:
    kpi = item.kpis_healths.backup if item.kpis_healths else None
    return _errors((kpi.resource_health_details if kpi else None) or ())


def told_by_item(item: ItemProperties) -> tuple[ServiceError, ...]:
    """What an item says of its last backup: its indicator first, then the service's check."""
    return most_telling((*_indicated(item), *_errors(item.health_details or ())))


def told_by_job(job: JobProperties) -> tuple[ServiceError, ...]:
    """The errors of a job."""
    each = job.error_details or ()
    return most_telling(_said(one.error_code, one.error_title, one.error_string) for one in each)


def most_telling(said: Iterable[ServiceError]) -> tuple[ServiceError, ...]:
    """Each error once, without those of no word; that it failed, where none tells more."""
    some = tuple(dict.fromkeys(e for e in said if e != ServiceError() and e.number != _CANCELLED))
    return tuple(each for each in some if each.is_specific) or some


def _errors(details: Iterable[HealthDetail]) -> tuple[ServiceError, ...]:
    bad = (each for each in details if each.code and "green" not in word(each.title))
    return tuple(_said(each.code, each.title, each.message) for each in bad)


def _said(number: int | None, title: str | None, text: str | None) -> ServiceError:
    return ServiceError(number or None, (title or "").strip() or None, (text or "").strip() or None)


_CANCELLED = 400158
"""UserErrorJobSuccessfullyCancelled."""


def containers_of(item: ProtectedItem) -> set[str]:
    """What an item's jobs name it by: its property says so, and so does its id."""
    named = item.properties.container_name if item.properties else None
    names = (named, item.id.parent.name if item.id.parent else None)
    return {key for name in names if (key := container_key(name))}


def container_key(name: str | None) -> str | None:
    """A container's name in one form, None for what is no VM's; ids write a word before it."""
    found = _CONTAINER.fullmatch(word(name).strip())
    return found.group(1) if found else None


_CONTAINER = re.compile(r"(?:iaasvmcontainer;)?(iaasvmcontainer(?:v2)?;[^;]+;[^;]+)")


def word(text: str | None) -> str:
    """A word of the service to compare with: it writes them in any casing."""
    return (text or "").lower()
