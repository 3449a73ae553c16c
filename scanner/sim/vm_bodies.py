"""The ARM JSON of a VM, in listings and alone, and of its disks, as recorded answers show it."""

from __future__ import annotations

from scanner.sim.machine import Disk, Nic, Vm
from scanner.sim.patches import Body, merged
from scanner.sim.seeds import arm_time, guid, hexadecimal, roll
from scanner.sim.shapes import SIZES, ExtensionShape

_IMAGES = {
    "linux": {
        "publisher": "Canonical",
        "offer": "0001-com-ubuntu-server-jammy",
        "sku": "22_04-lts-gen2",
        "version": "latest",
        "exactVersion": "22.04.202407250",
    },
    "windows": {
        "publisher": "MicrosoftWindowsServer",
        "offer": "WindowsServer",
        "sku": "2022-datacenter-g2",
        "version": "latest",
        "exactVersion": "20348.2966.241205",
    },
}


def vm_entry(vm: Vm) -> Body:
    """A VM in a listing: its group mostly in upper case, its extensions as ids only."""
    body = vm_base(vm, _listed_id(vm))
    if vm.extensions:
        ids = [{"id": f"{body['id']}/extensions/{shape.name}"} for shape in vm.extensions]
        body["resources"] = ids
    return merged(body, vm.body_patch)


def vm_model(vm: Vm, id_: str, view: Body | None = None) -> Body:
    """A VM's body read alone, under the requested id, with extensions and, if given, its view."""
    body = vm_base(vm, id_)
    if view is not None:
        created = body["properties"].pop("timeCreated")
        body["properties"] |= {"instanceView": view, "timeCreated": created}
    if vm.extensions:
        body["resources"] = [extension_body(vm, id_, shape) for shape in vm.extensions]
    return merged(body, vm.body_patch)


def vm_status(vm: Vm, view: Body) -> Body:
    """A VM in the status listing: only its identity and its instance view."""
    return {
        "name": vm.name,
        "id": _listed_id(vm),
        "type": vm.type,
        "location": vm.group.location,
        "properties": {
            "provisioningState": vm.provisioning_state,
            "vmId": _vm_guid(vm),
            "instanceView": view,
        },
    }


def extension_body(vm: Vm, vm_id: str, shape: ExtensionShape) -> Body:
    """An extension of a VM in ARM's JSON, without its instance view."""
    return {
        "name": shape.name,
        "id": f"{vm_id}/extensions/{shape.name}",
        "type": "Microsoft.Compute/virtualMachines/extensions",
        "location": vm.group.location,
        "properties": {
            "autoUpgradeMinorVersion": True,
            "provisioningState": shape.provisioning_state,
            "enableAutomaticUpgrade": False,
            "publisher": shape.publisher,
            "type": shape.type,
            "typeHandlerVersion": shape.type_handler_version,
        },
    }


def vm_base(vm: Vm, id_: str) -> Body:
    """The members of a VM in every full answer: all but its extensions and instance view."""
    seed = vm.world.seed
    return {
        "name": vm.name,
        "id": id_,
        "type": vm.type,
        "location": vm.group.location,
        **({"tags": vm.tags} if vm.tags is not None else {}),
        "properties": {
            **({"virtualMachineScaleSet": {"id": scale_set_id(vm)}} if vm.scale_set else {}),
            "hardwareProfile": {"vmSize": SIZES[roll(len(SIZES), seed, "size", vm.id)].name},
            "provisioningState": vm.provisioning_state,
            "vmId": _vm_guid(vm),
            "storageProfile": {
                "imageReference": vm.image or _IMAGES[vm.os],
                "osDisk": _vm_disk(vm, vm.disks[0]),
                "dataDisks": [_vm_disk(vm, disk) for disk in vm.disks[1:]],
                "diskControllerType": "SCSI",
            },
            "osProfile": _os_profile(vm),
            "networkProfile": {"networkInterfaces": _nics(vm)},
            "timeCreated": arm_time(vm.created, seed, vm.id),
        },
        "etag": f'"{1 + roll(40, seed, "etag", vm.id)}"',
    }


def disk_body(vm: Vm, disk: Disk) -> Body:
    """The resource of a managed disk; about half spell their group in upper case."""
    shape = disk.shape
    upper = roll(2, vm.world.seed, "disk case", disk.id)
    group_name = vm.group.name.upper() if upper else vm.group.name
    size = {"diskSizeGB": shape.gib} if shape.size_on_disk else {}
    size_in_bytes = {"diskSizeBytes": shape.gib << 30} if shape.size_on_disk else {}
    os = {"osType": vm.os.capitalize(), "hyperVGeneration": "V2"} if disk.lun is None else {}
    security = {"securityProfile": {"securityType": shape.security}} if shape.security else {}
    return {
        "id": disk.id.replace(f"/{vm.group.name}/", f"/{group_name}/", 1),
        "managedBy": vm.id,
        "sku": {"name": shape.storage, "tier": shape.storage.partition("_")[0]},
        "properties": {
            **os,
            "creationData": {"createOption": "FromImage" if disk.lun is None else "Empty"},
            **size,
            "diskIOPSReadWrite": 500,
            "diskMBpsReadWrite": 100,
            "encryption": {"type": shape.key},
            **({"maxShares": shape.shares} if shape.shares else {}),
            **({"dataAccessAuthMode": shape.auth_mode} if shape.auth_mode else {}),
            **security,
            "networkAccessPolicy": "AllowAll",
            "publicNetworkAccess": "Enabled",
            "timeCreated": arm_time(vm.created, disk.id),
            "provisioningState": "Succeeded",
            "diskState": "Reserved" if vm.power == "deallocated" else "Attached",
            **size_in_bytes,
            "uniqueId": guid(vm.world.seed, disk.id),
        },
    }


def _vm_disk(vm: Vm, disk: Disk) -> Body:
    """A disk in the storage profile of its VM."""
    shape, is_data = disk.shape, disk.lun is not None
    container = f"https://{hexadecimal(18, vm.group.id)}.blob.core.windows.net/vhds"
    storage: Body = {"vhd": {"uri": f"{container}/{disk.name}.vhd"}}
    if shape.managed:
        storage = {"managedDisk": {"storageAccountType": shape.storage, "id": disk.id}}
    return {
        **({"lun": disk.lun} if is_data else {"osType": vm.os.capitalize()}),
        "name": disk.name,
        "createOption": "Empty" if is_data else "FromImage",
        "caching": "None" if is_data else "ReadWrite",
        **storage,
        "deleteOption": "Detach",
        **({"diskSizeGB": shape.gib} if shape.size_in_vm else {}),
        **({"writeAcceleratorEnabled": True} if shape.accelerated else {}),
        **({"diffDiskSettings": {"option": "Local"}} if shape.ephemeral else {}),
        **({"toBeDetached": False} if is_data else {}),
    }


def _os_profile(vm: Vm) -> Body:
    provision = vm.provision_vm_agent
    agent = {} if provision is None else {"provisionVMAgent": provision}
    patches = {"assessmentMode": "ImageDefault"}
    configuration: Body = {
        "linuxConfiguration": {
            "disablePasswordAuthentication": True,
            **agent,
            "patchSettings": {"patchMode": "ImageDefault", **patches},
            "enableVMAgentPlatformUpdates": True,
        }
    }
    if vm.os == "windows":
        configuration = {
            "windowsConfiguration": {
                **agent,
                "enableAutomaticUpdates": True,
                "patchSettings": {"patchMode": "AutomaticByOS", **patches},
                "enableVMAgentPlatformUpdates": True,
            }
        }
    allowed = vm.allow_extension_operations
    return {
        "computerName": vm.name[:15],
        "adminUsername": "azureuser",
        **configuration,
        "secrets": [],
        **({} if allowed is None else {"allowExtensionOperations": allowed}),
        "requireGuestProvisionSignal": True,
    }


def _nics(vm: Vm) -> list[Body]:
    """The interfaces of a VM: a single one as an id only, several with their `primary` flags."""
    ids = [{"id": _nic_id(vm, nic)} for nic in vm.nics]
    if len(ids) == 1:
        return ids
    roles = [{"properties": {"primary": nic.shape.primary}} for nic in vm.nics]
    return [id_ | role for id_, role in zip(ids, roles, strict=True)]


def _nic_id(vm: Vm, nic: Nic) -> str:
    """The id of an interface as its VM spells it: about one VM in six swaps the case."""
    swapped = roll(6, vm.world.seed, "nic case", vm.id) == 0
    name = vm.group.name.swapcase() if swapped else vm.group.name
    root = f"{vm.group.subscription.id}/resourceGroups/{name}"
    return f"{root}/providers/{nic.type}/{nic.name}"


def scale_set_id(vm: Vm) -> str:
    """The id of the VM's scale set, which a shape gives whole or as a name in the group."""
    name = vm.scale_set or ""
    if name.startswith("/"):
        return name
    return f"{vm.group.id}/providers/Microsoft.Compute/virtualMachineScaleSets/{name}"


def _vm_guid(vm: Vm) -> str:
    """The `vmId`: a GUID of Azure Compute, not the ARM id."""
    return guid(vm.world.seed, "vm", vm.id)


def _listed_id(vm: Vm) -> str:
    """The id of a VM as listings spell it."""
    root = vm.group.subscription.id
    return f"{root}/resourceGroups/{vm.id_group}/providers/{vm.type}/{vm.name}"
