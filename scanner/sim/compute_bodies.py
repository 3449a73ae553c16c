"""The ARM JSON of what no check reads of Compute: scale sets, availability sets, snapshots."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from scanner.sim.machine import Disk, Vm
from scanner.sim.patches import Body
from scanner.sim.seeds import arm_time, guid


def scale_set(seed: int, id_: str) -> Body:
    """A flexible scale set without a profile, to which VMs were added one by one."""
    return {
        "properties": {
            "singlePlacementGroup": False,
            "orchestrationMode": "Flexible",
            "platformFaultDomainCount": 1,
            "provisioningState": "Succeeded",
            "uniqueId": guid(seed, id_),
        },
    }


def availability_set(vms: Sequence[Vm]) -> Body:
    """An availability set of managed disks, with these VMs."""
    return {
        "sku": {"name": "Aligned"},
        "properties": {
            "platformFaultDomainCount": 2,
            "platformUpdateDomainCount": 5,
            "virtualMachines": [{"id": vm.id} for vm in vms],
        },
    }


def snapshot(disk: Disk, os: str, made: datetime) -> Body:
    """An incremental snapshot of a disk."""
    return {
        "sku": {"name": "Standard_ZRS", "tier": "Standard"},
        "properties": {
            "osType": os.capitalize(),
            "creationData": {"createOption": "Copy", "sourceResourceId": disk.id},
            "diskSizeGB": disk.shape.gib,
            "diskSizeBytes": disk.shape.gib << 30,
            "encryption": {"type": "EncryptionAtRestWithPlatformKey"},
            "incremental": True,
            "networkAccessPolicy": "AllowAll",
            "publicNetworkAccess": "Enabled",
            "timeCreated": arm_time(made, disk.id),
            "provisioningState": "Succeeded",
            "diskState": "Unattached",
            "uniqueId": guid(disk.id, "snapshot"),
        },
    }
