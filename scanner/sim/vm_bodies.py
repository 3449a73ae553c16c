"""The ARM JSON of a VM: in lists, alone, and in the status listing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.sim.patches import Body, merged
from scanner.sim.seeds import arm_time, guid, hexadecimal, roll

if TYPE_CHECKING:
    from scanner.sim.machine import Disk, Nic, Vm
    from scanner.sim.shapes import ExtensionShape

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
_SIZES = ("Standard_B2s", "Standard_D2s_v3", "Standard_D4s_v5", "Standard_E4s_v5", "Standard_F4s")


def vm_entry(vm: Vm) -> Body:
    """A VM in a list: its group often upper-cased, its extensions as ids only."""
    body = vm_base(vm, spelt(vm))
    if vm.extensions:
        ids = [{"id": f"{body['id']}/extensions/{item.name}"} for item in vm.extensions]
        body["resources"] = ids
    return merged(body, vm.body_patch)


def vm_model(vm: Vm, id_: str, view: Body | None = None) -> Body:
    """A VM read alone under the id that was asked for, with the models of its extensions."""
    body = vm_base(vm, id_)
    if view is not None:
        created = body["properties"].pop("timeCreated")
        body["properties"] |= {"instanceView": view, "timeCreated": created}
    if vm.extensions:
        body["resources"] = [extension(vm, id_, item) for item in vm.extensions]
    return merged(body, vm.body_patch)


def vm_status(vm: Vm, view: Body) -> Body:
    """A VM in the status listing: no tags, no profiles, only its identity and its view."""
    id_ = spelt(vm)
    return {
        "name": vm.name,
        "id": id_,
        "type": vm.type,
        "location": vm.group.location,
        "properties": {
            "provisioningState": vm.provisioning_state,
            "vmId": _vm_id(vm),
            "instanceView": view,
        },
    }


def extension(vm: Vm, vm_id: str, shape: ExtensionShape) -> Body:
    """The model of an extension."""
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


def spelt(vm: Vm) -> str:
    """The id of a VM as lists spell it."""
    root = vm.group.subscription.id
    return f"{root}/resourceGroups/{vm.id_group}/providers/{vm.type}/{vm.name}"


def vm_base(vm: Vm, id_: str) -> Body:
    """What every full answer about a VM holds: its model without extensions and view."""
    seed = vm.world.seed
    return {
        "name": vm.name,
        "id": id_,
        "type": vm.type,
        "location": vm.group.location,
        **({"tags": vm.tags} if vm.tags is not None else {}),
        "properties": {
            **({"virtualMachineScaleSet": {"id": _scale_set(vm)}} if vm.scale_set else {}),
            "hardwareProfile": {"vmSize": _SIZES[roll(len(_SIZES), seed, "size", vm.id)]},
            "provisioningState": vm.provisioning_state,
            "vmId": _vm_id(vm),
            "storageProfile": {
                "imageReference": vm.image or _IMAGES[vm.os],
                "osDisk": _vm_disk(vm, vm.disks[0]),
                "dataDisks": [_vm_disk(vm, item) for item in vm.disks[1:]],
                "diskControllerType": "SCSI",
            },
            "osProfile": _os_profile(vm),
            "networkProfile": {"networkInterfaces": _nics(vm)},
            "timeCreated": arm_time(vm.created, seed, vm.id),
        },
        "etag": f'"{1 + roll(40, seed, "etag", vm.id)}"',
    }


def _vm_disk(vm: Vm, item: Disk) -> Body:
    container = f"https://{hexadecimal(18, vm.group.id)}.blob.core.windows.net/vhds"
    home: Body = {"vhd": {"uri": f"{container}/{item.name}.vhd"}}
    if item.shape.managed:
        home = {"managedDisk": {"storageAccountType": item.shape.storage, "id": item.id}}
    data = item.lun is not None
    return {
        **({"lun": item.lun} if data else {"osType": vm.os.capitalize()}),
        "name": item.name,
        "createOption": "Empty" if data else "FromImage",
        "caching": "None" if data else "ReadWrite",
        **home,
        "deleteOption": "Detach",
        **({"diskSizeGB": item.shape.gib} if item.shape.size_in_vm else {}),
        **({"writeAcceleratorEnabled": True} if item.shape.accelerated else {}),
        **({"diffDiskSettings": {"option": "Local"}} if item.shape.ephemeral else {}),
        **({"toBeDetached": False} if data else {}),
    }


def _os_profile(vm: Vm) -> Body:
    asked = vm.provision_vm_agent
    agent = {} if asked is None else {"provisionVMAgent": asked}
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
    """One interface stands by its id alone; of several, each says whether it is the primary one."""
    ids = [{"id": _nic_id(vm, nic)} for nic in vm.nics]
    if len(ids) == 1:
        return ids
    roles = [{"properties": {"primary": nic.shape.primary}} for nic in vm.nics]
    return [id_ | role for id_, role in zip(ids, roles, strict=True)]


def _nic_id(vm: Vm, nic: Nic) -> str:
    odd = roll(6, vm.world.seed, "nic case", vm.id) == 0
    name = vm.group.name.swapcase() if odd else vm.group.name
    root = f"{vm.group.subscription.id}/resourceGroups/{name}"
    return f"{root}/providers/Microsoft.Network/networkInterfaces/{nic.name}"


def _scale_set(vm: Vm) -> str:
    name = vm.scale_set or ""
    if name.startswith("/"):
        return name
    return f"{vm.group.id}/providers/Microsoft.Compute/virtualMachineScaleSets/{name}"


def _vm_id(vm: Vm) -> str:
    return guid(vm.world.seed, "vm", vm.id)
