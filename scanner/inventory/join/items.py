"""What a protected item says of itself: which VM, which state, how the last backup went."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from scanner.inventory.armid import ArmId
from scanner.inventory.backup_facts import State
from scanner.inventory.backup_records import HealthDetail, ItemProperties, ProtectedItem
from scanner.inventory.evidence import Source
from scanner.inventory.seeing import there, unrecorded, utc

WENT_WRONG = ("failed", "completedwithwarnings")
ENDED = (*WENT_WRONG, "completed")
UNDECIDED = ("inprogress", "cancelling", "cancelled")
"""What says nothing of whether backups work: the one before it does."""
SAYS_NOTHING = 400002
"""BackUpOperationFailed: that a backup failed, and nothing more."""
_FACT = "protection"
_STATES: Mapping[str, State] = {
    "protected": "protected",
    "irpending": "pending",
    "protectionerror": "error",
    "protectionpaused": "paused",
    "backupssuspended": "suspended",
    "protectionstopped": "stopped",
}
_OTHERS = (
    "mab", "dpm", "azurebackupserver", "azuresql", "azurestorage", "azureworkload", "defaultbackup",
)  # fmt: skip
"""BackupManagementType of what is no VM (Azure Backup REST API reference)."""
_VMS = ("microsoft.compute/virtualmachines", "microsoft.classiccompute/virtualmachines")
_NEVER = 2001
"""The year that stands where there was no backup yet."""
CLOCKS_DIFFER = timedelta(days=1)
"""A time later than this from when it was read makes no sense."""


def vm_of(item: ProtectedItem, at: Source) -> ArmId | None:
    """The VM an item protects; None for another workload. Raises ``Unseen``."""
    properties = there(item.properties, at, "properties", _FACT)
    if word(properties.backup_management_type) in _OTHERS:
        return None
    for text in (properties.source_resource_id, properties.virtual_machine_id):
        found = as_id(text)
        if found and found.type in _VMS and found.subscription:
            return found
    raise unrecorded(at, "properties.sourceResourceId that is a VM's id", _FACT)


def state_of(item: ItemProperties) -> State | None:
    """The state in a report's words; None for one that nobody documents."""
    known = _STATES.get(word(item.protection_state))
    return "soft-deleted" if item.is_scheduled_for_deferred_delete else known


def as_id(text: str | None) -> ArmId | None:
    """The id, if it is one."""
    try:
        return ArmId(text) if text else None
    except ValueError:
        return None


def is_never(item: ItemProperties) -> bool:
    """Whether an item says that there was no backup of it yet."""
    pointed = utc(item.last_recovery_point)
    if item.last_backup_status or (item.last_recovery_point and not is_placeholder(pointed)):
        return False
    return word(item.protection_state) == "irpending" or is_placeholder(utc(item.last_backup_time))


def is_placeholder(time: datetime | None) -> bool:
    """Whether a time stands for one that never was."""
    return time is not None and time.year <= _NEVER


def went_wrong(status: str | None) -> bool:
    """Whether a job or an item says that its backup failed, or has warnings."""
    return word(status) in WENT_WRONG


def time_of(text: str | None) -> datetime | None:
    """A time in UTC; None for the placeholder of an item that was never backed up."""
    time = utc(text)
    return None if is_placeholder(time) else time


def telling_of(item: ItemProperties) -> HealthDetail | None:
    """What an item says of its last backup: its indicator first, then the service's check."""
    kpi = item.kpis_healths.backup if item.kpis_healths else None
    said = [*((kpi.resource_health_details if kpi else None) or ()), *(item.health_details or ())]
    errors = [each for each in said if each.code and "green" not in (each.title or "").lower()]
    rest = next(iter(errors), None)
    return next((each for each in errors if each.code != SAYS_NOTHING), rest)


def container_of(item: ProtectedItem) -> str:
    """What an item's jobs name it by, in lower case: also a part of its id."""
    named = item.properties.container_name if item.properties else None
    return container_key(named or (item.id.parent.name if item.id.parent else None))


def container_key(name: str | None) -> str:
    """A container's name in one form: ids write it behind a word of their own."""
    lowered = (name or "").lower()
    short = lowered.removeprefix("iaasvmcontainer;")
    return short if short.startswith("iaasvmcontainer") else lowered


def word(text: str | None) -> str:
    """A word of the service to compare with: it writes them in any casing."""
    return (text or "").lower()
