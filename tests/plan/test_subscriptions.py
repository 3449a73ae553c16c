"""The subscription of a resource whose provider names none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.inventory.world import World
from scanner.plan.change import put_over
from scanner.plan.planned import UNKNOWN_NAME, Contents
from scanner.plan.read import read_plan
from tests.support.plans import GROUP, NOW, SUBSCRIPTION, change, terraform

OTHER, THIRD = "668420eb-863b-4f99-b27f-480df1a9fc43", "7e3bdd48-3a7c-4c3a-8bb1-3a1a2b9e5f10"
VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm"
VAULT = f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/far"
NAMES = {"recovery_vault_name": "far", "resource_group_name": "rg-app"}
NEW_VAULT = change(
    "azurerm_recovery_services_vault", "v", {"name": "far", "resource_group_name": "rg-app"}
)


def item(name: str, **attributes: str) -> dict[str, Any]:
    """An item. What is not given of its VM and its policy is unknown."""
    open_ones = {"source_vm_id", "backup_policy_id"} - attributes.keys()
    unknown = dict.fromkeys(open_ones, True)
    after = {**NAMES, **attributes}
    return change("azurerm_backup_protected_vm", name, after, unknown=unknown)


def contents(*changes: dict[str, Any], given: str | None) -> Contents:
    """A plan whose provider names no subscription, and whose resources are of several."""
    several = [
        item(f"of_{guid}", source_vm_id=f"{VM}-{guid}".replace(SUBSCRIPTION, guid))
        for guid in (OTHER, THIRD)
    ]
    plan = terraform(*(json.loads(json.dumps(one)) for one in (*changes, *several)))
    plan["configuration"]["provider_config"] = {"azurerm": {"name": "azurerm"}}
    return read_plan(json.dumps(plan).encode(), given)


@pytest.mark.parametrize(
    ("attributes", "alone", "with_s"),
    [
        pytest.param(
            {"source_vm_id": VM.replace(SUBSCRIPTION, OTHER),
             "backup_policy_id": f"{VAULT}/backupPolicies/p"},
            SUBSCRIPTION, SUBSCRIPTION, id="that of the policy",
        ),
        pytest.param({"source_vm_id": VM}, SUBSCRIPTION, THIRD, id="that of the VM"),
        pytest.param({}, UNKNOWN_NAME, THIRD, id="neither"),
    ],
)  # fmt: skip
def test_an_item_is_in_the_subscription_of_its_policy(
    attributes: dict[str, str], alone: str, with_s: str
) -> None:
    """-s may be there for VMs that are elsewhere."""
    for given, expected in ((None, alone), (THIRD, with_s)):
        found = contents(item("x", **attributes), given=given).planned[0]
        assert found.id.subscription == expected


@pytest.mark.parametrize("is_new", [True, False])
def test_a_vault_that_lives_nobody_knows_where_is_a_gap(is_new: bool) -> None:
    changes = [item("x"), *([NEW_VAULT] if is_new else [])]
    gaps = put_over(contents(*changes, given=None), World(), NOW).gaps
    assert [(gap.scope, gap.fact) for gap in gaps] == (
        [] if is_new else [("the plan", "azurerm_backup_protected_vm.x")]
    )
    assert all("Give -s with its GUID." in gap.remedy for gap in gaps)
