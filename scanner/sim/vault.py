"""Recovery Services vaults: their items, policies and jobs, as recorded answers show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from scanner.sim.backup_errors import ErrorShape, health_detail, job_error, last_backup_kpi
from scanner.sim.group_base import GroupBase, WorldLike
from scanner.sim.machine import ClassicVm, Vm
from scanner.sim.patches import Body, merged
from scanner.sim.seeds import guid, roll

Frequency = Literal["Daily", "Weekly", "Hourly"]
_RUN_AT = "2026-01-01T01:00:00Z"
_NEVER = "2001-01-01T00:00:00Z"


@dataclass
class Vault:
    """A vault and its contents, whose bodies are served unchanged."""

    type: ClassVar[str] = "Microsoft.RecoveryServices/vaults"
    group: GroupBase = field(repr=False)
    name: str
    location: str
    items: list[Body] = field(default_factory=list)
    policies: list[Body] = field(default_factory=list)
    jobs: list[Body] = field(default_factory=list)
    job_starts: dict[str, datetime] = field(default_factory=dict)
    """The start of each job, UTC, by its name; the times in a body may be patched."""
    details: dict[str, Body] = field(default_factory=dict)
    """The answers for single jobs, by name in lower case."""

    @property
    def id(self) -> str:
        """The ARM id."""
        return self.group.id_of(self.type, self.name)

    @property
    def world(self) -> WorldLike:
        """The world it belongs to."""
        return self.group.world

    @property
    def own_id(self) -> str:
        """The id as Azure Backup writes it, about every second one with ``/Subscriptions/``."""
        capital = roll(2, self.world.seed, "vault case", self.id)
        return self.id.replace("/subscriptions/", "/Subscriptions/", 1) if capital else self.id

    @property
    def body(self) -> Body:
        """The vault, the same in the listing and alone."""
        return {
            "location": self.location,
            "name": self.name,
            "etag": f"W/\"datetime'{self.world.now:%Y-%m-%dT%H%%3A%M}'\"",
            "properties": {
                "provisioningState": "Succeeded",
                "privateEndpointStateForBackup": "None",
                "privateEndpointStateForSiteRecovery": "None",
                "publicNetworkAccess": "Enabled",
            },
            "id": self.id,
            "type": self.type,
            "sku": {"name": "Standard"},
        }

    def policy(
        self,
        name: str = "DefaultPolicy",
        frequency: Frequency = "Daily",
        *,
        enhanced: bool = False,
        crash_consistent: bool = False,
        interval: int = 4,
        window: int = 12,
        days: tuple[str, ...] = ("Sunday",),
        patch: Mapping[str, Any] | None = None,
    ) -> str:
        """Add a policy and return its id.

        `enhanced` makes it of type V2, as hourly and crash-consistent ones always are. `interval`
        and `window` are hours and belong to hourly policies, `days` to weekly ones.
        """
        enhanced = enhanced or crash_consistent or frequency == "Hourly"
        properties: Body = {
            "backupManagementType": "AzureIaasVM",
            **({"policyType": "V2"} if enhanced else {}),
            **({"snapshotConsistencyType": "OnlyCrashConsistent"} if crash_consistent else {}),
            "instantRPDetails": {},
            "schedulePolicy": {
                "schedulePolicyType": "SimpleSchedulePolicy" + ("V2" if enhanced else ""),
                "scheduleRunFrequency": frequency,
                **_schedule(frequency, interval, window, days, enhanced=enhanced),
            },
            "retentionPolicy": {
                "retentionPolicyType": "LongTermRetentionPolicy",
                "dailySchedule": {
                    "retentionTimes": [_RUN_AT],
                    "retentionDuration": {"count": 30, "durationType": "Days"},
                },
            },
            "instantRpRetentionRangeInDays": 2,
            "timeZone": "UTC",
            "protectedItemsCount": 0,
        }
        id_ = f"{self.own_id}/backupPolicies/{name}"
        body = {"id": id_, "name": name, "type": f"{self.type}/backupPolicies"}
        self.policies.append(merged({**body, "properties": properties}, patch or {}))
        return id_

    def protect(
        self,
        vm: Vm | ClassicVm,
        policy: str | None = None,
        *,
        state: str = "Protected",
        status: str = "Completed",
        hours_ago: float = 5,
        error: ErrorShape | None = None,
        health: str | None = None,
        success_days_ago: float | None = 0.2,
        patch: Mapping[str, Any] | None = None,
    ) -> Body:
        """Add the protected item of a VM, with the `error` of its last backup if it failed.

        `hours_ago` is the age of the last backup and `success_days_ago` that of the last recovery
        point. `health` is the result of the service's own health check, which ignores failed jobs.
        `patch` is merged into the properties.
        """
        container = _container_name(vm)
        began = self.world.now - timedelta(hours=hours_ago)
        fabric = f"backupFabrics/Azure/protectionContainers/IaasVMContainer;{container}"
        properties: Body = {
            "kpisHealths": {"BackupOperationStatusKPI": last_backup_kpi(error)},
            "friendlyName": vm.name,
            "virtualMachineId": vm.id,
            "protectionStatus": "Healthy" if error is None else "Unhealthy",
            "protectionState": state,
            "healthStatus": health or ("Passed" if error is None else "ActionRequired"),
            "healthDetails": [health_detail(None if health == "Passed" else error)],
            "lastBackupStatus": "" if state == "IRPending" else status,
            "lastBackupTime": _NEVER if state == "IRPending" else _backup_time(began),
            "protectedItemDataId": str(roll(10**14, self.world.seed, "item", vm.id)),
            "protectedItemType": vm.type,
            "backupManagementType": "AzureIaasVM",
            "workloadType": "VM",
            "containerName": container,
            "sourceResourceId": vm.id,
            **({"policyId": policy, "policyName": policy.rsplit("/", 1)[-1]} if policy else {}),
        }
        if success_days_ago is not None and state != "IRPending":
            last = self.world.now - timedelta(days=success_days_ago)
            properties["lastRecoveryPoint"] = _backup_time(last)
        body: Body = {
            "id": f"{self.own_id}/{fabric}/protectedItems/VM;{container}",
            "name": f"VM;{container}",
            "type": f"{self.type}/backupFabrics/protectionContainers/protectedItems",
            "properties": properties,
        }
        item = merged(body, {"properties": patch or {}})
        self.items.append(item)
        return item

    def job(
        self,
        vm: Vm | ClassicVm,
        status: str = "Completed",
        *,
        hours_ago: float = 5,
        error: ErrorShape | None = None,
        listed: bool = True,
        operation: str = "Backup",
        failed_task: str | None = None,
        patch: Mapping[str, Any] | None = None,
    ) -> str:
        """Add a job of a VM that began `hours_ago`, and return its name.

        `listed` False leaves the error out of the listing, so that only the job's details have it.
        `patch` is merged into the properties.
        """
        began = self.world.now - timedelta(hours=hours_ago)
        name = guid(self.world.seed, "job", vm.id, began.isoformat(), operation)
        errors = [] if error is None else [job_error(error)]
        properties: Body = {
            "jobType": "AzureIaaSVMJob",
            "containerName": _container_name(vm),
            "duration": "PT42M3.0389111S",
            "actionsInfo": [1],
            **({"errorDetails": errors} if errors and listed else {}),
            "virtualMachineVersion": "Compute",
            "entityFriendlyName": vm.name,
            "backupManagementType": "AzureIaasVM",
            "operation": operation,
            "status": status,
            "startTime": _backup_time(began),
            "endTime": _backup_time(began + timedelta(minutes=42)),
            "activityId": guid(self.world.seed, "activity", name),
        }
        body = {
            "id": f"{self.own_id}/backupJobs/{name}",
            "name": name,
            "type": f"{self.type}/backupJobs",
            "properties": merged(properties, patch or {}),
        }
        self.jobs.append(body)
        self.job_starts[name] = began
        details: Body = {"extendedInfo": {"tasksList": _tasks(failed_task), "propertyBag": {}}}
        if errors:
            details["errorDetails"] = errors
        self.details[name] = merged(body, {"properties": details})
        return name


def _schedule(
    frequency: Frequency, interval: int, window: int, days: tuple[str, ...], *, enhanced: bool
) -> Body:
    """The times of a schedule policy; enhanced policies nest them under their frequency."""
    if frequency == "Hourly":
        hours = {
            "interval": interval,
            "scheduleWindowStartTime": _RUN_AT,
            "scheduleWindowDuration": window,
        }
        return {"hourlySchedule": hours}
    times: Body = {"scheduleRunTimes": [_RUN_AT]}
    if frequency == "Weekly":
        times["scheduleRunDays"] = list(days)
    return {f"{frequency.lower()}Schedule": times} if enhanced else times


def _container_name(vm: Vm | ClassicVm) -> str:
    """The name of a VM's container; Backup derives it from the group and the name of the VM."""
    return f"iaasvmcontainerv2;{vm.group.name.lower()};{vm.name.lower()}"


def _tasks(failed: str | None) -> list[Body]:
    """The tasks of a job; only the one named `failed` has not completed."""
    return [
        {"taskId": task, "duration": "PT0S", "status": "Failed" if task == failed else "Completed"}
        for task in ("Take Snapshot", "Transfer data to vault")
    ]


def _backup_time(moment: datetime) -> str:
    """A time as Azure Backup writes it: UTC, seven digits of fraction, ``Z``."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{roll(10_000_000, moment.isoformat()):07d}Z"
