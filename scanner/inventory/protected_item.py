"""What one protected item says: which VM it backs up, in which state, and of its last backup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from scanner.inventory.arm_text import is_placeholder, lower, past_time
from scanner.inventory.armid import VM_TYPES, ArmId, parse_id
from scanner.inventory.evidence import Source
from scanner.inventory.facts.backup import BACKED_UP, State
from scanner.inventory.gap import Gap, present, unrecorded
from scanner.inventory.records.backup import ItemProperties, ProtectedItem
from scanner.inventory.service_errors import reports_cancellation

FAILED = ("failed", "completedwithwarnings")
"""Statuses, of an item's last backup and of jobs, that mean a failure or warnings."""
ENDED = (*FAILED, "completed")
"""Statuses of backups that say whether backups work."""
INCONCLUSIVE = ("inprogress", "cancelling", "cancelled")
"""Statuses of backups that do not say whether backups work."""
_FACT = "protection"
_STATES: Mapping[str, State] = {
    "protected": "protected",
    "irpending": "pending",
    "protectionerror": "error",
    "protectionpaused": "paused",
    "backupssuspended": "suspended",
    "protectionstopped": "stopped",
}
"""The words of a report by ProtectionState (REST API reference)."""
_OTHER_WORKLOADS = (
    "mab", "dpm", "azurebackupserver", "azuresql", "azurestorage", "azureworkload", "defaultbackup",
)  # fmt: skip
"""Values of BackupManagementType (REST API reference) that are not for VMs."""
_CONTAINER = re.compile(r"(?:iaasvmcontainer;)?(iaasvmcontainer(?:v2)?;[^;]+;[^;]+)")
"""The name of a VM's container: kind, resource group, VM. Ids have a prefix before it."""


def vm_of(item: ProtectedItem, source: Source) -> ArmId | None:
    """The VM that an item protects; None for another workload.

    Raises ``Unseen`` unless its ids name exactly one VM.
    """
    properties = present(item.properties, source, "properties", _FACT)
    if lower(properties.backup_management_type) in _OTHER_WORKLOADS:
        return None
    vms = _vm_ids(properties)
    if len(vms) != 1:
        raise unrecorded(source, "properties.sourceResourceId that is the id of one VM", _FACT)
    return vms.pop()


class ContainerVm(NamedTuple):
    """A VM as the name of its container gives it, in lower case. It has no subscription.

    A vault can protect VMs of other subscriptions, whose containers have the same form (as
    recorded), so a VM of this name may be in any subscription.
    """

    group: str | None
    """None for a classic VM: its container has the cloud service in place of the group."""
    name: str


def possible_vms(item_id: ArmId, item: ProtectedItem | Gap) -> frozenset[ArmId | ContainerVm]:
    """The VMs that an item may protect if its ids do not name exactly one.

    They are the VMs of its ids. If its ids name none, they are the VMs of its containers. Empty if
    nothing names a VM.
    """
    record = ProtectedItem(item_id) if type(item) is Gap else item
    ids = _vm_ids(record.properties)
    return frozenset(ids) or frozenset(map(_container_vm, containers_of(record)))


def names_in_containers(vm: ArmId) -> tuple[ContainerVm, ...]:
    """The names by which a container may give a VM."""
    group, name = lower(vm.resource_group), vm.name.lower()
    is_classic = vm.type == VM_TYPES[1]
    return (ContainerVm(group, name), *([ContainerVm(None, name)] if is_classic else []))


def _container_vm(key: str) -> ContainerVm:
    kind, group, name = key.split(";")
    return ContainerVm(group if kind == "iaasvmcontainerv2" else None, name)


def _vm_ids(properties: ItemProperties | None) -> set[ArmId]:
    """The ids of VMs in an item."""
    if properties is None:
        return set()
    # Most items have the same text twice. Of two that differ in case, the first is kept.
    texts = dict.fromkeys((properties.source_resource_id, properties.virtual_machine_id))
    ids = map(parse_id, texts)
    return {vm for vm in ids if vm and vm.type in VM_TYPES and vm.resource_group}


def vault_of(item: ArmId) -> ArmId | None:
    """The vault of an item, by the item's id."""
    return item.top_level


def policy_of(item: ProtectedItem) -> ArmId | None:
    """The policy that an item is under. None if it names none."""
    return parse_id(item.properties.policy_id if item.properties else None)


def state_of(item: ItemProperties) -> State | None:
    """The state in the words of a report; None for one that nobody documents."""
    known = _STATES.get(lower(item.protection_state))
    return "soft-deleted" if item.is_scheduled_for_deferred_delete else known


def is_pending(item: ItemProperties) -> bool:
    """True if an item waits for its first backup."""
    return lower(item.protection_state) == "irpending"


def is_active(item: ProtectedItem) -> bool:
    """True if an item is backed up, or may be because its state is not known."""
    return item.properties is None or state_of(item.properties) in (*BACKED_UP, None)


def never_backed_up(item: ItemProperties) -> bool:
    """True if an item says that there was no backup of it yet."""
    if item.last_backup_status or newest_point(item):
        return False
    return is_pending(item) or is_placeholder(item.last_backup_time)


def newest_point(item: ItemProperties) -> str | None:
    """The time of the newest recovery point as ARM sent it; None if there is none yet."""
    return None if is_placeholder(item.last_recovery_point) else item.last_recovery_point or None


def succeeded_at(item: ItemProperties, source: Source) -> datetime | None:
    """When the newest recovery point was made, UTC; None if there is none yet.

    Raises ``Unseen`` if what the item has is not a time in the past.
    """
    point = newest_point(item)
    if point is None:
        return None
    time = past_time(point, source.seen_at)
    return present(time, source, "properties.lastRecoveryPoint that is a time", _FACT)


class LastBackup(NamedTuple):
    """When the last backup of an item was, by the item; times in UTC."""

    is_silent: bool
    """True if the item's last backup does not say whether backups work.

    It is not over, or was cancelled, or there was none yet. Then the backup before it counts.
    """
    is_cancelled: bool
    """True if somebody cancelled it."""
    began: datetime | None
    """The ``startTime`` of its job, to the same fraction of a second (as recorded)."""
    point: datetime | None
    """The newest recovery point."""

    @property
    def point_before(self) -> datetime | None:
        """The newest recovery point, unless the last backup of a silent item may have made it.

        A point is made seconds after a backup began, whatever becomes of the backup (as recorded).
        """
        is_own = self.is_silent and self.point and self.began and self.point >= self.began
        return None if is_own else self.point


def last_backup_of(
    item: ItemProperties | None, seen_at: datetime, *, is_job_cancelled: bool = False
) -> LastBackup:
    """The last backup of an item. ``is_job_cancelled``: the job of that backup was cancelled."""
    if item is None:
        return LastBackup(is_silent=True, is_cancelled=False, began=None, point=None)
    status = lower(item.last_backup_status)
    is_cancelled = status == "cancelled" or is_job_cancelled or reports_cancellation(item)
    return LastBackup(
        is_cancelled or status in INCONCLUSIVE or never_backed_up(item),
        is_cancelled,
        past_time(item.last_backup_time, seen_at),
        past_time(item.last_recovery_point, seen_at),
    )


def containers_of(item: ProtectedItem) -> set[str]:
    """The containers by which jobs name an item: that of its properties and that of its id."""
    in_properties = item.properties.container_name if item.properties else None
    in_id = item.id.parent.name if item.id.parent else None
    return {key for name in (in_properties, in_id) if (key := container_key(name))}


def container_key(name: str | None) -> str | None:
    """The name of a VM's container in one form, to compare; None for any other name."""
    found = _CONTAINER.fullmatch(lower(name).strip())
    return found.group(1) if found else None


def names_of(item: ProtectedItem) -> Iterator[str]:
    """The names, in lower case, that a job without a container may have for an item's VM."""
    yield from (container.rpartition(";")[2] for container in containers_of(item))
    properties = item.properties
    if properties:
        ids = map(parse_id, (properties.source_resource_id, properties.virtual_machine_id))
        yield from (lower(found.name).strip() for found in ids if found)
        if properties.friendly_name:
            yield lower(properties.friendly_name).strip()
