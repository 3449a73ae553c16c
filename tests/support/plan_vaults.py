"""Vaults that were read, with one VM and an item of it, for plans that change them."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from scanner.inventory.armid import ArmId
from scanner.inventory.records import backup as records
from scanner.inventory.snapshot import BackupReadings, LastJobs, Reading, VaultReadings
from scanner.inventory.world import World
from scanner.plan.azurerm.backup import item_path
from scanner.plan.change import PlannedWorld, put_over
from tests.support.plans import GROUP, NOW, change, contents_of, made_of, terraform

VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm"
LINUX = {
    "name": "vm", "resource_group_name": "rg-app", "location": "northeurope",
    "size": "Standard_D2s_v5", "os_disk": [{"disk_size_gb": 64}],
}  # fmt: skip


HERE = {"protectionState": "Protected"}
"""What the item of a VM that is backed up says."""


def vault_id(name: str) -> str:
    return f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/{name}"


def policy_id(vault: str, name: str) -> str:
    return f"{vault_id(vault)}/backupPolicies/{name}"


def vault(name: str, region: str, **item: Any) -> VaultReadings:
    """A vault with the policies ``old`` and ``new``, and an item of the VM if one is given."""
    id_ = ArmId(vault_id(name))
    properties = {
        "sourceResourceId": VM, "policyId": policy_id(name, "old"), "protectionState": "Protected",
        "backupManagementType": "AzureIaasVM", **item,
    }  # fmt: skip
    items = [
        msgspec.convert(
            {"properties": properties, "id": ArmId(f"{id_}/{item_path(VM, '')}")},
            records.ProtectedItem,
        )
    ]
    policies = [
        records.Policy(
            ArmId(policy_id(name, policy)), policy, records.PolicyProperties(policy_type="V2")
        )
        for policy in ("old", "new")
    ]
    return VaultReadings(
        records.Vault(id_, region),
        Reading(id_.text, NOW, tuple(items if item else ())),
        Reading(id_.text, NOW, tuple(policies)),
        LastJobs(NOW),
    )


def over_vaults(*vaults: VaultReadings, plan: dict[str, Any]) -> PlannedWorld:
    """A plan put over vaults, and a VM that lives."""
    vm = made_of(terraform(change("azurerm_linux_virtual_machine", "x", LINUX)))
    world: World = replace(vm, backup=BackupReadings(vaults))
    return put_over(contents_of(plan), world, NOW)
