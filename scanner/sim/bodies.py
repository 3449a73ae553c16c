"""The ARM JSON of every resource but the VM, as recorded answers show it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from scanner.sim.patches import Body
from scanner.sim.seeds import arm_time, guid, roll
from scanner.sim.vm_bodies import vm_base

if TYPE_CHECKING:
    from scanner.sim.machine import Collection, Disk, Lock, Vm
    from scanner.sim.world import Group, ManagementGroup, Subscription


def subscription(item: Subscription) -> Body:
    """A subscription, the same in the list and alone."""
    return {
        "id": item.id,
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "tags": {},
        "subscriptionId": item.subscription_id,
        "tenantId": item.world.tenant_id,
        "displayName": item.name,
        "state": item.state,
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def group(item: Group) -> Body:
    """A resource group; `managedBy` and `tags` stand only where they are set."""
    return {
        "id": item.id,
        "name": item.name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": item.location,
        **({"managedBy": item.managed_by} if item.managed_by else {}),
        **({"tags": item.tags} if item.tags is not None else {}),
        "properties": {"provisioningState": "Succeeded"},
    }


def descendants(root: ManagementGroup) -> list[Body]:
    """Everything below a management group, flat, parents before children."""
    below = [
        _descendant(sub.id, sub.subscription_id, sub.name, root.id, "subscriptions")
        for sub in root.subscriptions
    ]
    for child in root.groups:
        below.append(_descendant(child.id, child.name, child.name, root.id, ""))
        below.extend(descendants(child))
    return below


def disk(vm: Vm, item: Disk) -> Body:
    """A disk resource; Compute often spells its group in capitals."""
    upper = roll(2, vm.world.seed, "disk case", item.id)
    group_name = vm.group.name.upper() if upper else vm.group.name
    size = {"diskSizeGB": item.shape.gib} if item.shape.size_on_disk else {}
    in_bytes = {"diskSizeBytes": item.shape.gib << 30} if item.shape.size_on_disk else {}
    os = {"osType": vm.os.capitalize(), "hyperVGeneration": "V2"} if item.lun is None else {}
    return {
        "id": item.id.replace(f"/{vm.group.name}/", f"/{group_name}/", 1),
        "managedBy": vm.id,
        "sku": {"name": item.shape.storage, "tier": item.shape.storage.partition("_")[0]},
        "properties": {
            **os,
            "creationData": {"createOption": "FromImage" if item.lun is None else "Empty"},
            **size,
            "diskIOPSReadWrite": 500,
            "diskMBpsReadWrite": 100,
            "encryption": {"type": item.shape.key},
            **({"maxShares": item.shape.shares} if item.shape.shares else {}),
            **({"dataAccessAuthMode": item.shape.auth_mode} if item.shape.auth_mode else {}),
            **(
                {"securityProfile": {"securityType": item.shape.security}}
                if item.shape.security
                else {}
            ),
            "networkAccessPolicy": "AllowAll",
            "publicNetworkAccess": "Enabled",
            "timeCreated": arm_time(vm.created, item.id),
            "provisioningState": "Succeeded",
            "diskState": "Reserved" if vm.power == "deallocated" else "Attached",
            **in_bytes,
            "uniqueId": guid(vm.world.seed, item.id),
        },
    }


def collection(item: Collection, id_: str, points: list[Body] | None = None) -> Body:
    """A restore-point collection, with its points only where they were asked for."""
    return {
        "name": item.name,
        "id": id_,
        "type": item.type,
        "location": item.group.location,
        "properties": {
            "source": {"location": item.group.location, "id": item.source},
            "restorePointCollectionId": guid(item.world.seed, item.id),
            **({} if points is None else {"restorePoints": points}),
            "provisioningState": "Succeeded",
        },
    }


def points(item: Collection, id_: str, source: Vm | None) -> list[Body]:
    """The restore points of a collection; the source's metadata as long as the VM exists."""
    return [_point(item, f"{id_}/restorePoints", moment, source) for moment in item.points]


def lock(item: Lock) -> Body:
    """A lock; its id now and then spells `resourcegroups` or the group its own way."""
    on = item.on
    match roll(4, item.world.seed, "lock case", item.on, item.name):
        case 0:
            on = on.replace("/resourceGroups/", "/resourcegroups/", 1)
        case 1:
            parts = on.split("/")
            parts[4:5] = [part.upper() for part in parts[4:5]]
            on = "/".join(parts)
    return {
        "properties": {"level": item.level, **({"notes": item.notes} if item.notes else {})},
        "id": f"{on}/providers/Microsoft.Authorization/locks/{item.name}",
        "type": "Microsoft.Authorization/locks",
        "name": item.name,
    }


def _descendant(id_: str, name: str, display: str, parent: str, kind: str) -> Body:
    type_ = "Microsoft.Management/managementGroups" + (f"/{kind}" if kind else "")
    properties = {"displayName": display, "parent": {"id": parent}}
    return {"id": id_, "type": type_, "name": name, "properties": properties}


def _point(item: Collection, parent: str, moment: datetime, source: Vm | None) -> Body:
    name = f"AzureBackup_{moment:%Y%m%d_%H%M%S}"
    metadata: Body = {"location": item.group.location}
    if source is not None:
        model = vm_base(source, source.id)["properties"]
        kept = ("vmId", "hardwareProfile", "storageProfile", "osProfile")
        metadata = {key: model[key] for key in kept} | metadata
    return {
        "name": name,
        "id": f"{parent}/{name}",
        "properties": {
            "sourceMetadata": metadata,
            "provisioningState": "Succeeded",
            "consistencyMode": "ApplicationConsistent",
            "timeCreated": arm_time(moment, item.id, moment.isoformat()),
        },
    }
