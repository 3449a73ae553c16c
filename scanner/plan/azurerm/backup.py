"""Vaults, policies, protected VMs and locks (provider azurerm, 3 to 5)."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.inventory.armid import parse_id
from scanner.plan.attributes import Attributes
from scanner.plan.azurerm.mapped import Body, Mapped, Row, put
from scanner.plan.planned import UNKNOWN, Unknown, stand_in

_VAULT = "resourceGroups/{resource_group_name}/providers/Microsoft.RecoveryServices/vaults"
_POLICY = (
    Row("name", "name", "text"),
    Row("policy_type", "properties.policyType", "text"),
    Row("consistency_type", "properties.snapshotConsistencyType", "text"),
    Row("instant_restore_retention_days", "properties.instantRpRetentionRangeInDays", "number"),
    Row(
        "instant_restore_resource_group.0.prefix",
        "properties.instantRPDetails.azureBackupRGNamePrefix",
        "text",
    ),
    Row(
        "instant_restore_resource_group.0.suffix",
        "properties.instantRPDetails.azureBackupRGNameSuffix",
        "text",
    ),
    Row("backup.0.frequency", "properties.schedulePolicy.scheduleRunFrequency", "text"),
)
_ANY_TIME = "00:00"
"""A run at a time of day that the plan does not say: how often is what counts."""


def _policy(attributes: Attributes, body: Body) -> None:
    """The schedule, as a policy of its type has it (REST API reference, Backup Policies)."""
    properties = body.setdefault("properties", {})
    # The provider's default is V1 (azurerm documents, ``policy_type``).
    kind = properties.setdefault("policyType", "V1")
    schedule = properties.get("schedulePolicy")
    if not isinstance(schedule, dict):
        return
    is_v2 = kind == "V2"
    if isinstance(kind, str):
        schedule["schedulePolicyType"] = f"SimpleSchedulePolicy{'V2' if is_v2 else ''}"
    frequency = schedule.get("scheduleRunFrequency")
    if isinstance(frequency, Unknown):
        return
    time = attributes.text("backup", 0, "time") or _ANY_TIME
    times: Body = {"scheduleRunTimes": time if isinstance(time, Unknown) else [time]}
    if frequency == "Hourly":
        put(schedule, "hourlySchedule.interval", attributes.number("backup", 0, "hour_interval"))
        window = attributes.number("backup", 0, "hour_duration")
        put(schedule, "hourlySchedule.scheduleWindowDuration", window)
    elif frequency == "Weekly":
        days = attributes.texts("backup", 0, "weekdays")
        weekly = {**times, "scheduleRunDays": days}
        schedule.update({"weeklySchedule": weekly} if is_v2 else weekly)
    else:
        schedule.update({"dailySchedule": times} if is_v2 else times)


def _item(attributes: Attributes, body: Body) -> None:
    put(body, "properties.backupManagementType", "AzureIaasVM")
    for attribute, is_inclusion in (("exclude_disk_luns", False), ("include_disk_luns", True)):
        luns = attributes.get(attribute)
        if luns:
            is_list = isinstance(luns, list) and all(isinstance(lun, int) for lun in luns)
            put(
                body,
                "properties.extendedProperties.diskExclusionProperties",
                {"diskLunList": luns if is_list else UNKNOWN, "isInclusionList": is_inclusion},
            )


def item_path(vm: object, address: str) -> str:
    """The end of the id of a VM's item in a vault (REST API reference, Protected Items)."""
    found = parse_id(vm) if isinstance(vm, str) else None
    if found is None or found.resource_group is None:
        name = stand_in(address)
    else:
        name = f"{found.resource_group};{found.name}".lower()
    fabric = "backupFabrics/Azure/protectionContainers"
    container = f"IaasVMContainer;iaasvmcontainerv2;{name}"
    return f"{fabric}/{container}/protectedItems/VM;iaasvmcontainerv2;{name}"


BACKUP: Mapping[str, Mapped] = {
    "azurerm_recovery_services_vault": Mapped(
        f"{_VAULT}/{{name}}", (Row("location", "location", "text"),)
    ),
    "azurerm_backup_policy_vm": Mapped(
        f"{_VAULT}/{{recovery_vault_name}}/backupPolicies/{{name}}", _POLICY, _policy
    ),
    "azurerm_backup_protected_vm": Mapped(
        f"{_VAULT}/{{recovery_vault_name}}/{{item}}",
        (
            Row("source_vm_id", "properties.sourceResourceId", "text"),
            Row("backup_policy_id", "properties.policyId", "text"),
            Row("protection_state", "properties.protectionState", "text"),
        ),
        _item,
        sibling="backup_policy_id",
        subject="source_vm_id",
    ),
    "azurerm_management_lock": Mapped(
        "id:{scope}/providers/Microsoft.Authorization/locks/{name}",
        (Row("lock_level", "properties.level", "text"),),
    ),
    "azurerm_resource_group": Mapped("resourceGroups/{name}"),
}
