"""Vaults of the simulated fleet: items, policies and jobs, as recorded answers show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

from scanner.sim.patches import Body, merged
from scanner.sim.seeds import guid, roll

if TYPE_CHECKING:
    from scanner.sim.group import Group
    from scanner.sim.machine import ClassicVm, Vm

Frequency = Literal["Daily", "Weekly", "Hourly"]
_RUN_AT = "2026-01-01T01:00:00Z"
_NEVER = "2001-01-01T00:00:00Z"


class ErrorShape(NamedTuple):
    """An error of the service: its number, symbol and words."""

    code: int
    title: str
    message: str


AGENT_SILENT = ErrorShape(
    400196,
    "UserErrorGuestAgentStatusUnavailable",
    "VM agent is unable to communicate with the Azure Backup Service.",
)
NO_NETWORK = ErrorShape(
    400206,
    "ExtensionSnapshotFailedNoNetwork",
    "Snapshot operation failed due to no network connectivity on the virtual machine.",
)
VM_GONE = ErrorShape(
    320001, "ResourceNotFound", "Could not perform the operation as VM no longer exists."
)
UNDOCUMENTED = ErrorShape(
    400052, "DiffCopyFailedToTransferData", "Backup failed to copy data to vault."
)
_GREEN = ErrorShape(
    400239,
    "IaasVmHealthGreenDefault",
    "Backup pre-check status of this virtual machine is OK.",
)


@dataclass
class Vault:
    """A vault and all that lies in it, every body served as it stands."""

    type: ClassVar[str] = "Microsoft.RecoveryServices/vaults"
    group: Group = field(repr=False)
    name: str
    location: str
    items: list[Body] = field(default_factory=list)
    policies: list[Body] = field(default_factory=list)
    jobs: list[Body] = field(default_factory=list)
    began: dict[str, datetime] = field(default_factory=dict)
    """When each job began, by name: what their bodies say may be patched."""
    details: dict[str, Body] = field(default_factory=dict)
    """The details of jobs, by name in lower case."""

    @property
    def id(self) -> str:
        """The ARM id."""
        return self.group.id_of(self.type, self.name)

    @property
    def world(self) -> Any:
        """The world it belongs to."""
        return self.group.world

    @property
    def own_id(self) -> str:
        """The id as Backup itself writes it, now and then with another first word."""
        odd = roll(2, self.world.seed, "vault case", self.id)
        return self.id.replace("/subscriptions/", "/Subscriptions/", 1) if odd else self.id

    @property
    def body(self) -> Body:
        """The vault, as lists show it."""
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
        """Add a policy; its id. Hourly ones are enhanced."""
        enhanced = enhanced or crash_consistent or frequency == "Hourly"
        times: Body = {"scheduleRunTimes": [_RUN_AT]}
        if frequency == "Weekly":
            times["scheduleRunDays"] = list(days)
        if frequency == "Hourly":
            hours = {
                "interval": interval,
                "scheduleWindowStartTime": _RUN_AT,
                "scheduleWindowDuration": window,
            }
            times = {"hourlySchedule": hours}
        elif enhanced:
            times = {f"{frequency.lower()}Schedule": times}
        kind = "SimpleSchedulePolicyV2" if enhanced else "SimpleSchedulePolicy"
        properties: Body = {
            "backupManagementType": "AzureIaasVM",
            **({"policyType": "V2"} if enhanced else {}),
            **({"snapshotConsistencyType": "OnlyCrashConsistent"} if crash_consistent else {}),
            "instantRPDetails": {},
            "schedulePolicy": {
                "schedulePolicyType": kind,
                "scheduleRunFrequency": frequency,
                **times,
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
        """Add the protected item of a VM; of a failed one the error stands in its indicator.

        ``health`` is that of the service's own check, which knows nothing of failed jobs.
        """
        container = f"iaasvmcontainerv2;{vm.group.name.lower()};{vm.name.lower()}"
        began = self.world.now - timedelta(hours=hours_ago)
        detail = _detail(error if error and health != "Passed" else _GREEN)
        fabric = f"backupFabrics/Azure/protectionContainers/IaasVMContainer;{container}"
        properties: Body = {
            "kpisHealths": {"BackupOperationStatusKPI": _kpi(error)},
            "friendlyName": vm.name,
            "virtualMachineId": vm.id,
            "protectionStatus": "Healthy" if error is None else "Unhealthy",
            "protectionState": state,
            "healthStatus": health or ("Passed" if error is None else "ActionRequired"),
            "healthDetails": [detail],
            "lastBackupStatus": "" if state == "IRPending" else status,
            "lastBackupTime": _NEVER if state == "IRPending" else _written(began),
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
            properties["lastRecoveryPoint"] = _written(last)
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
        """Add a job of a VM; its name. ``listed`` decides whether the list tells of the error."""
        began = self.world.now - timedelta(hours=hours_ago)
        name = guid(self.world.seed, "job", vm.id, began.isoformat(), operation)
        told = [] if error is None else [_error(error)]
        properties: Body = {
            "jobType": "AzureIaaSVMJob",
            "containerName": f"iaasvmcontainerv2;{vm.group.name.lower()};{vm.name.lower()}",
            "duration": "PT42M3.0389111S",
            "actionsInfo": [1],
            **({"errorDetails": told} if told and listed else {}),
            "virtualMachineVersion": "Compute",
            "entityFriendlyName": vm.name,
            "backupManagementType": "AzureIaasVM",
            "operation": operation,
            "status": status,
            "startTime": _written(began),
            "endTime": _written(began + timedelta(minutes=42)),
            "activityId": guid(self.world.seed, "activity", name),
        }
        body = {
            "id": f"{self.own_id}/backupJobs/{name}",
            "name": name,
            "type": f"{self.type}/backupJobs",
            "properties": merged(properties, patch or {}),
        }
        self.jobs.append(body)
        self.began[name] = began
        more: Body = {"extendedInfo": {"tasksList": _tasks(failed_task), "propertyBag": {}}}
        if told:
            more["errorDetails"] = told
        self.details[name] = merged(body, {"properties": more})
        return name


def _tasks(failed: str | None) -> list[Body]:
    names = ("Take Snapshot", "Transfer data to vault")
    return [
        {"taskId": each, "duration": "PT0S", "status": "Failed" if each == failed else "Completed"}
        for each in names
    ]


def _kpi(error: ErrorShape | None) -> Body:
    if error is None:
        healthy = {"code": 0, "title": "Success", "message": "", "recommendations": []}
        return {"resourceHealthStatus": "Healthy", "resourceHealthDetails": [healthy]}
    details = [_detail(error)]
    return {"resourceHealthStatus": "PersistentDegraded", "resourceHealthDetails": details}


def _detail(error: ErrorShape) -> Body:
    return {**error._asdict(), "recommendations": []}


def _error(error: ErrorShape) -> Body:
    return {
        "errorCode": error.code,
        "errorTitle": error.title,
        "errorString": error.message,
        "recommendations": [],
    }


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{roll(10_000_000, moment.isoformat()):07d}Z"
