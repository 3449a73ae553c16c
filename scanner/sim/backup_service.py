"""The POSTs of Azure Backup that only read: protection status and validation of a VM.

The answers have the members of recorded answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scanner.sim.patches import Body
from scanner.sim.vault import Vault
from scanner.sim.world import World

_PROTECTED = "VirtualMachineAlreadyProtected"
_OTHER_REGION = "UserErrorVMVaultLocationMismatch"


def _protection_status(world: World, question: Mapping[str, Any]) -> Body:
    """``backupStatus``: the vault and policy that protect the VM, if any vault does."""
    vault, item = _protection(world, question)
    names = _names(question)
    if vault is None or item is None:
        return {
            "protectionStatus": "NotProtected",
            "fabricName": "Azure",
            **names,
            "protectedItemsCount": 0,
            "objectType": "BackupStatusResponse",
        }
    return {
        "protectionStatus": "Protected",
        "vaultId": vault.id,
        "fabricName": "Azure",
        **names,
        "policyName": item["properties"].get("policyName"),
        "protectedItemsCount": 0,
    }


def _validation(world: World, question: Mapping[str, Any]) -> Body:
    """``backupPreValidateProtection``: if the named vault can protect the VM."""
    protecting, _ = _protection(world, question)
    if protecting is not None:
        message = "Virtual machine with same name and same resource group is already protected."
        return _failed_answer(_PROTECTED, message, question)
    vault = world.find_resource(Vault.type, question.get("vaultId") or "")
    vm_id = str(question.get("resourceId", "")).lower()
    location = next((vm.group.location for vm in world.vms if vm.id.lower() == vm_id), None)
    if isinstance(vault, Vault) and location is not None and location != vault.location:
        message = "The virtual machine and the vault are in two regions."
        return _failed_answer(_OTHER_REGION, message, question)
    return {"status": "Succeeded", "errorCode": "", "errorMessage": "", **_names(question)}


def _failed_answer(code: str, message: str, question: Mapping[str, Any]) -> Body:
    """A validation that failed, which is an answer too, not an HTTP error."""
    error = {"errorCode": code, "errorMessage": message, "recommendation": "Look at the documents."}
    return {"status": "Failed", **error, **_names(question)}


def _protection(
    world: World, question: Mapping[str, Any]
) -> tuple[Vault, Body] | tuple[None, None]:
    """The vault that protects the VM, and the protected item; stopped protection does not count."""
    vm_id = str(question.get("resourceId", "")).lower()
    for vault in world.vaults:
        for item in vault.items:
            properties = item["properties"]
            active = properties["protectionState"] != "ProtectionStopped"
            if str(properties.get("sourceResourceId", "")).lower() == vm_id and active:
                return vault, item
    return None, None


def _names(question: Mapping[str, Any]) -> Body:
    """The names of container and item that Backup derives from the group and name of the VM."""
    parts = str(question.get("resourceId", "")).lower().split("/")
    name = f"iaasvmcontainerv2;{parts[4]};{parts[-1]}" if len(parts) > 4 else ""
    return {"containerName": f"iaasvmcontainer;{name}", "protectedItemName": f"vm;{name}"}


BACKUP_POSTS: Mapping[str, Callable[[World, Mapping[str, Any]], Body]] = {
    "backup_status": _protection_status,
    "backup_validation": _validation,
}
"""The answer to a POST with this JSON, by the name of its route."""
