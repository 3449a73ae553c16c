"""What the simulated Backup service answers to POSTs that only read, as recorded answers show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scanner.sim.patches import Body
from scanner.sim.vault import Vault
from scanner.sim.world import World

_PROTECTED = "VirtualMachineAlreadyProtected"
_ELSEWHERE = "UserErrorVMVaultLocationMismatch"


def _status(world: World, asked: Mapping[str, Any]) -> Body:
    """Whether any vault protects the VM."""
    vault, item = _protecting(world, asked)
    names = _names(asked)
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


def _validation(world: World, asked: Mapping[str, Any]) -> Body:
    """Whether the named vault could protect the VM."""
    protecting, _ = _protecting(world, asked)
    vault = world.find_resource(Vault.type, asked.get("vaultId") or "")
    vm = str(asked.get("resourceId", "")).lower()
    location = next((each.group.location for each in world.vms if each.id.lower() == vm), None)
    if protecting is not None:
        message = "Virtual machine with same name and same resource group is already protected."
        return _failed(_PROTECTED, message, asked)
    if isinstance(vault, Vault) and location is not None and location != vault.location:
        return _failed(_ELSEWHERE, "The virtual machine and the vault are in two regions.", asked)
    return {"status": "Succeeded", "errorCode": "", "errorMessage": "", **_names(asked)}


def _failed(code: str, message: str, asked: Mapping[str, Any]) -> Body:
    why = {"errorCode": code, "errorMessage": message, "recommendation": "Look at the documents."}
    return {"status": "Failed", **why, **_names(asked)}


def _protecting(world: World, asked: Mapping[str, Any]) -> tuple[Vault | None, Body | None]:
    vm = str(asked.get("resourceId", "")).lower()
    for subscription in world.subscriptions:
        for vault in subscription.of_type(Vault.type):
            for item in vault.items if isinstance(vault, Vault) else ():
                told = item["properties"]
                active = told["protectionState"] != "ProtectionStopped"
                if str(told.get("sourceResourceId", "")).lower() == vm and active:
                    return vault, item  # type: ignore[return-value]  # narrowed by the loop
    return None, None


def _names(asked: Mapping[str, Any]) -> Body:
    parts = str(asked.get("resourceId", "")).lower().split("/")
    name = f"iaasvmcontainerv2;{parts[4]};{parts[-1]}" if len(parts) > 4 else ""
    return {"containerName": f"iaasvmcontainer;{name}", "protectedItemName": f"vm;{name}"}


ASKED: Mapping[str, Callable[[World, Mapping[str, Any]], Body]] = {
    "backup_status": _status,
    "backup_validation": _validation,
}
"""By route."""
