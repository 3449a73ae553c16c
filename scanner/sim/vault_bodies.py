"""The ARM JSON of what follows from a vault's items, such as containers and recovery points."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from scanner.sim.machine import Vm
from scanner.sim.patches import Body
from scanner.sim.seeds import roll
from scanner.sim.vault import Vault
from scanner.sim.vm_bodies import vm_base

_FABRICS = f"{Vault.type}/backupFabrics/protectionContainers"
_MOST_POINTS = 30
"""The days that the policies of `Vault.policy` keep daily points."""
_SETTINGS: Mapping[str, tuple[str, str, Body]] = {
    "backupconfig": (
        "backupconfig",
        "vaultconfig",
        {
            "enhancedSecurityState": "Enabled",
            "softDeleteFeatureState": "Enabled",
            "softDeleteRetentionPeriodInDays": 14,
            "isSoftDeleteFeatureStateEditable": True,
        },
    ),
    "backupstorageconfig": (
        "backupstorageconfig",
        "vaultstorageconfig",
        {
            "storageModelType": "GeoRedundant",
            "storageType": "GeoRedundant",
            "storageTypeState": "Locked",
            "crossRegionRestoreFlag": False,
        },
    ),
    "backupencryptionconfigs": (
        "backupEncryptionConfigs",
        "backupResourceEncryptionConfig",
        {
            "encryptionAtRestType": "MicrosoftManaged",
            "infrastructureEncryptionState": "Disabled",
            "lastUpdateStatus": "NotEnabled",
        },
    ),
}
"""The type, the name and the properties of a group of settings, by the type in lower case."""


def container_body(item: Body) -> Body:
    """The container of a protected item, which Backup registers with the VM."""
    properties, id_ = item["properties"], item["id"].partition("/protectedItems/")[0]
    vm_id = properties["virtualMachineId"]
    return {
        "id": id_,
        "name": id_.rpartition("/")[2],
        "type": _FABRICS,
        "properties": {
            "virtualMachineId": vm_id,
            "virtualMachineVersion": "Compute",
            "resourceGroup": vm_id.split("/")[4],
            "friendlyName": properties["friendlyName"],
            "backupManagementType": "AzureIaasVM",
            "registrationStatus": "Registered",
            "healthStatus": "Healthy",
            "containerType": "Microsoft.Compute/virtualMachines",
            "protectableObjectType": "Microsoft.Compute/virtualMachines",
        },
    }


def recovery_points(vault: Vault, item: Body, vm: Vm | None) -> list[Body]:
    """One recovery point a day, the newest first, beginning with the item's last one."""
    last = item["properties"].get("lastRecoveryPoint")
    if not last:
        return []
    newest = datetime.fromisoformat(last[:19] + "+00:00")
    first = vm.created if vm else newest - timedelta(days=_MOST_POINTS)
    days = range(min(_MOST_POINTS, max(1, (newest - first).days)))
    return [_point_body(vault, item, vm, newest - timedelta(days=day)) for day in days]


def _point_body(vault: Vault, item: Body, vm: Vm | None, at: datetime) -> Body:
    name = str(10**13 + roll(9 * 10**14, vault.world.seed, item["id"], at.isoformat()))
    properties: Body = {
        "objectType": "IaasVMRecoveryPoint",
        "recoveryPointType": "AppConsistent",
        "recoveryPointTime": f"{at:%Y-%m-%dT%H:%M:%S}.{roll(10**7, name):07d}Z",
        "recoveryPointAdditionalInfo": "",
        "sourceVMStorageType": "PremiumVMOnPartialPremiumStorage",
        "isSourceVMEncrypted": False,
        "isInstantIlrSessionActive": False,
        "recoveryPointTierDetails": [
            {"type": "InstantRP", "status": _instant(vault.world.now - at)},
            {"type": "HardenedRP", "status": "Valid"},
        ],
        "isManagedVirtualMachine": True,
        "originalStorageAccountOption": False,
    }
    if vm is not None:
        size = vm_base(vm, vm.id)["properties"]["hardwareProfile"]["vmSize"]
        disks = [
            {"lun": -1 if disk.lun is None else disk.lun, "name": disk.name} for disk in vm.disks
        ]
        properties |= {
            "virtualMachineSize": size,
            "osType": vm.os.capitalize(),
            "recoveryPointDiskConfiguration": {
                "numberOfDisksIncludedInBackup": len(disks),
                "numberOfDisksAttachedToVm": len(disks),
                "includedDiskList": disks,
                "excludedDiskList": [],
            },
        }
    type_ = f"{_FABRICS}/protectedItems/recoveryPoints"
    id_ = f"{item['id']}/recoveryPoints/{name}"
    return {"id": id_, "name": name, "type": type_, "properties": properties}


def _instant(age: timedelta) -> str:
    """The state of the snapshot of a point, which Backup keeps for two days."""
    return "Valid" if age < timedelta(days=2) else "Deleted"


def setting_body(vault: Vault, setting: str) -> Body:
    """A group of settings of a vault, all with the values of a new one."""
    kind, name, properties = _SETTINGS[setting]
    id_, type_ = f"{vault.id}/{kind}/{name}", f"{Vault.type}/{kind}"
    return {"id": id_, "name": name, "type": type_, "properties": properties}


def vault_usages(vault: Vault) -> list[Body]:
    """How many items the vault protects, and how many it may."""
    return [
        _usage("AzureBackupProtectedItems", "Azure backup protected items", len(vault.items), 2000)
    ]


def backup_usages(vault: Vault) -> list[Body]:
    """How many items and containers the vault holds."""
    return [
        _usage("ProtectedItemCount", "Protected item count", len(vault.items), -1),
        _usage("ContainersCount", "Containers count", len(vault.items), -1),
    ]


def _usage(name: str, title: str, value: int, limit: int) -> Body:
    return {
        "unit": "Count",
        "quotaPeriod": "P1D",
        "nextResetTime": "2001-01-01T00:00:00Z",
        "currentValue": value,
        "limit": limit,
        "name": {"value": name, "localizedValue": title},
    }
