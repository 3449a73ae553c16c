"""What no plan of a tool has, such as ids of no resource: never a new VM, and never nothing."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.inventory.gap import Reason
from tests.support.plans import GROUP, change, contents_of, over_nothing, terraform

TYPE = "Microsoft.Compute/virtualMachines"
BEGIN = f"{GROUP}/providers/{TYPE}"
VAULT = f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/v"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
ODD = {
    "newline": "vm\n", "query": "vm?x=1", "fragment": "vm#1", "encoding": "v%6d", "space": "vm ",
    "no width": "vm\u200b", "backslash": "a\\vm", "markup": "<vm>", "null": "vm\0",
}  # fmt: skip


def plans(name: str) -> dict[str, dict[str, Any]]:
    """A plan of each kind that creates a VM of a name, or protects it."""
    body = {"type": TYPE, "apiVersion": "2024-03-01", "properties": {}}
    names = {"name": name, "resource_group_name": "rg-app"}
    item = {
        "recovery_vault_name": "v", "resource_group_name": "rg-app",
        "source_vm_id": f"{BEGIN}/{name}", "backup_policy_id": f"{VAULT}/backupPolicies/p",
    }  # fmt: skip
    azapi = {"name": name, "type": f"{TYPE}@2024-03-01", "parent_id": GROUP, "body": {}}
    protects = {"properties": {"sourceResourceId": f"{BEGIN}/{name}"}}
    path = "backupFabrics/Azure/protectionContainers/c/protectedItems/i"
    return {
        "azurerm": terraform(change("azurerm_linux_virtual_machine", "x", names)),
        "azapi": terraform(change("azapi_resource", "x", azapi)),
        "item": terraform(change("azurerm_backup_protected_vm", "x", item)),
        "item of what-if": what_if(f"{VAULT}/{path}", protects),
        "what-if": what_if(f"{BEGIN}/{name}", body),
        "snapshot": {"predictedResources": [{**body, "id": f"{BEGIN}/{name}"}]},
        "template": {"$schema": SCHEMA, "resources": [{**body, "name": name}]},
    }


def what_if(id_: str, after: dict[str, Any]) -> dict[str, Any]:
    return {"changes": [{"resourceId": id_, "changeType": "Create", "after": after}]}


@pytest.mark.parametrize("kind", plans(""))
@pytest.mark.parametrize("name", ODD.values(), ids=ODD)
def test_what_is_no_id_is_a_gap_and_no_vm(kind: str, name: str) -> None:
    plan = plans(name)[kind]
    world = over_nothing(plan)
    gaps = [*contents_of(plan).gaps, *world.gaps]
    assert [gap.reason for gap in gaps] == [Reason.FAILED]
    assert (dict(world.after.vms()), dict(world.items)) == ({}, {})


@pytest.mark.parametrize("kind", plans(""))
def test_names_of_azure_are_ids(kind: str) -> None:
    """Names have letters of any language, and some types more than that."""
    plan = plans("vm_1-(a).\u00fc")[kind]
    world = over_nothing(plan)
    assert contents_of(plan).gaps == ()
    assert [id_.name for id_ in (*world.after.vms(), *world.items)] == ["vm_1-(a).\u00fc"]


def test_a_key_of_for_each_may_have_any_character() -> None:
    """It is in the place of a name that is not known."""
    name = 'vm["a?b 50%/c"]'
    plan = terraform(
        change("azurerm_linux_virtual_machine", name, {"resource_group_name": "rg-app"},
               unknown={"name": True}, expressions={"name": {"references": ["local.x"]}})
    )  # fmt: skip
    world = over_nothing(plan)
    assert (len(world.after.vms()), contents_of(plan).gaps) == (1, ())


@pytest.mark.parametrize(
    ("body", "place"),
    [
        pytest.param(
            {"properties": {"storageProfile": {"osDisk": {"diskSizeGB": "x"}}}},
            " at properties.storageProfile.osDisk.diskSizeGB",
            id="a text for a number",
        ),
        pytest.param({"properties": []}, " at properties", id="a list for a body"),
    ],
)
def test_a_body_of_another_form_says_where(body: dict[str, Any], place: str) -> None:
    """It is no value that the plan leaves open: nobody can read it."""
    azapi = {"name": "vm", "type": f"{TYPE}@2024-03-01", "parent_id": GROUP, "body": body}
    world = over_nothing(terraform(change("azapi_resource", "x", azapi)))
    [vm] = world.after.vms().values()
    gap = vm.seen["os"]
    assert (gap.reason, gap.scope) == (Reason.FAILED, f"{BEGIN}/vm")
    assert f"azapi_resource.x is not of the documented form{place}." in gap.remedy


@pytest.mark.parametrize("nic", [None, 5], ids=["null", "number"])
def test_an_association_without_the_resource_that_it_changes(nic: object) -> None:
    """Nobody knows which NIC gets the group: it is never none."""
    group = f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/n"
    after = {"network_interface_id": nic, "network_security_group_id": group}
    name = "azurerm_network_interface_security_group_association"
    contents = contents_of(terraform(change(name, "x", after)))
    assert f"{name}.x changes a resource that is not known until apply" in contents.notes
