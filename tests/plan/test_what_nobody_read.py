"""What a plan may do to resources that live, where nobody read them: never nothing."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from scanner.inventory.facts.backup import Policy
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.snapshot import BackupReadings
from scanner.inventory.world import World
from scanner.plan.change import put_over
from scanner.plan.vaults import LIVES
from scanner.report.planned import PlanResult
from tests.support.plans import (
    GROUP,
    NOW,
    SUBSCRIPTION,
    change,
    contents_of,
    made_of,
    over_nothing,
    recorded,
    terraform,
    verdicts,
)

NETWORK = f"{GROUP}/providers/Microsoft.Network"
VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm"
NEW_GROUP = change("azurerm_resource_group", "g", {"name": "rg-app", "location": "westeurope"})
LOCK = change(
    "azurerm_management_lock", "l", {"name": "keep", "scope": GROUP, "lock_level": "CanNotDelete"}
)
NSG = change("azurerm_network_security_group", "n", {"name": "n", "resource_group_name": "rg-app"})
RULE = change(
    "azurerm_network_security_rule",
    "r",
    {"name": "r", "resource_group_name": "rg-app", "network_security_group_name": "n",
     "access": "Deny", "direction": "Outbound", "priority": 100, "protocol": "*"},
)  # fmt: skip
NO_GROUP = change(
    "azurerm_resource_group", "g", None, actions=["delete"], before={"id": GROUP, "name": "rg-app"}
)


def plan(*changes: dict[str, Any]) -> dict[str, Any]:
    return terraform(*({**one} for one in changes))


def body(type_: str, name: str, **properties: Any) -> dict[str, Any]:
    """A resource as ARM has it."""
    id_ = f"{GROUP}/providers/{type_}/{name}"
    return {"id": id_, "type": type_, "name": name, "properties": properties}


def what_if(kind: str, after: dict[str, Any], listed: str = "changes") -> dict[str, Any]:
    """A what-if result with one change (Deployments - What If)."""
    return {
        "changes": [],
        listed: [{"resourceId": after["id"], "changeType": kind, "after": after}],
    }


A_LOCK = body("Microsoft.Authorization/locks", "keep", level="CanNotDelete")
AN_NSG = body("Microsoft.Network/networkSecurityGroups", "n", securityRules=[])


@pytest.mark.parametrize(
    ("plan", "may_reach"),
    [
        pytest.param(plan(LOCK), True, id="lock on a group that lives"),
        pytest.param(plan(NEW_GROUP, LOCK), False, id="lock on a new group"),
        pytest.param(plan(NSG), False, id="new security group"),
        pytest.param(plan(NSG, RULE), False, id="rule of a new security group"),
        pytest.param(plan(RULE), True, id="rule of a security group that lives"),
        pytest.param(plan(NO_GROUP), True, id="group that is deleted"),
        pytest.param(plan(NEW_GROUP), False, id="new group"),
        pytest.param({"predictedResources": [AN_NSG]}, True, id="snapshot of what may live"),
        pytest.param(what_if("Create", AN_NSG), False, id="what-if creates"),
        pytest.param(what_if("Modify", AN_NSG), True, id="what-if modifies"),
        pytest.param(what_if("NoChange", AN_NSG), False, id="what-if changes nothing"),
    ],
)
def test_a_plan_that_is_judged_alone(plan: dict[str, Any], may_reach: bool) -> None:
    gaps = over_nothing(plan).gaps
    assert [(gap.scope, gap.what) for gap in gaps] == [
        (f"/subscriptions/{SUBSCRIPTION}", LIVES)
    ] * may_reach


DENIED = Gap(f"/subscriptions/{SUBSCRIPTION}", "network", Reason.DENIED, None, "Ask.")
CHANGED_RULE = change(
    "azurerm_network_security_rule", "r",
    {**RULE["change"]["after"], "id": f"{NETWORK}/networkSecurityGroups/n/securityRules/r"},
    actions=["update"],
    before={**RULE["change"]["after"], "access": "Allow",
            "id": f"{NETWORK}/networkSecurityGroups/n/securityRules/r"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("unread", "one", "gaps"),
    [
        pytest.param("interfaces", CHANGED_RULE, [DENIED], id="interfaces, rule"),
        pytest.param("virtual_networks", CHANGED_RULE, [DENIED], id="networks, rule"),
        pytest.param("security_groups", CHANGED_RULE, [DENIED], id="its own listing"),
        pytest.param("nat_gateways", CHANGED_RULE, [], id="another listing"),
        pytest.param("interfaces", NSG, [], id="interfaces, new security group"),
    ],
)
def test_a_listing_that_leads_from_vms_to_what_changes(
    unread: str, one: dict[str, Any], gaps: list[Gap]
) -> None:
    """What was unread, and is unread after the plan, would hide the change."""
    live = made_of(terraform(change("azurerm_linux_virtual_machine", "x", LINUX), {**NSG}))
    [snapshot] = live.snapshots
    reading = replace(snapshot.network.interfaces, records=(), gaps=(DENIED,))
    network = replace(snapshot.network, **{unread: reading})
    world = replace(live, snapshots=(replace(snapshot, network=network),))
    assert [*put_over(contents_of(plan(one)), world, NOW).gaps] == gaps


@pytest.mark.parametrize(
    ("type_", "gaps"),
    [("azurerm_management_lock", ["azurerm_management_lock.x"]), ("azurerm_storage_account", [])],
    ids=["lock", "type that is not judged"],
)
def test_an_action_that_is_not_known_is_a_gap(type_: str, gaps: list[str]) -> None:
    """Later versions of Terraform may do more (JSON Output Format, Change Representation)."""
    plan = terraform(change(type_, "x", {"name": "keep", "scope": GROUP}, actions=["explode"]))
    assert [gap.fact for gap in contents_of(plan).gaps] == gaps


def test_a_lock_of_a_template_is_on_a_group_that_nobody_names() -> None:
    [gap] = over_nothing(recorded("template-lock.json")).gaps
    assert gap.scope == "the plan"
    assert "-s with its GUID" in gap.remedy


LINUX = {
    "name": "vm", "resource_group_name": "rg-app", "location": "westeurope",
    "size": "Standard_D2s_v5", "os_disk": [{"disk_size_gb": 64}],
}  # fmt: skip


def test_a_change_that_what_if_calls_potential_is_open() -> None:
    """`potentialChanges` of a what-if result may happen or not."""
    live = made_of(terraform(change("azurerm_linux_virtual_machine", "x", LINUX)))
    world = put_over(contents_of(what_if("Create", A_LOCK, "potentialChanges")), live, NOW)
    [snapshot] = world.after.snapshots
    assert [gap.reason for gap in snapshot.locks.gaps] == [Reason.AFTER_APPLY]


def test_what_a_what_if_result_does_not_say_of_a_vm_was_not_read() -> None:
    """Its bodies lack what ARM alone sets, such as the provisioning state."""
    after = body("Microsoft.Compute/virtualMachines", "vm", hardwareProfile={"vmSize": "x"})
    found = verdicts(over_nothing(what_if("Modify", after)))
    assert found["vm", "vm-provisioning-state-blocks-backup"] == "unknown (failed)"
    assert "unknown (not-recorded)" not in found.values()


def test_a_policy_that_no_vault_has() -> None:
    vault = f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/v"
    item = change(
        "azurerm_backup_protected_vm", "x",
        {"recovery_vault_name": "v", "resource_group_name": "rg-app", "source_vm_id": VM,
         "backup_policy_id": f"{vault}/backupPolicies/none"},
    )  # fmt: skip
    live = replace(
        made_of(terraform(change("azurerm_linux_virtual_machine", "x", LINUX))),
        backup=BackupReadings(),
    )
    gaps = {
        is_read: next(iter(put_over(contents_of(plan(item)), world, NOW).after.named_of.values()))
        for is_read, world in ((True, live), (False, World()))
    }
    assert "no vault that was read has it" in gaps[True].policy.remedy  # type: ignore[union-attr]
    assert "Give --live" in gaps[False].policy.remedy  # type: ignore[union-attr]


@pytest.mark.parametrize("is_live", [True, False])
def test_a_policy_that_the_plan_creates_in_a_vault_that_no_listing_has(is_live: bool) -> None:
    """The vault is made by another plan: the policy is in this one."""
    vault = f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/v"
    names = {"recovery_vault_name": "v", "resource_group_name": "rg-app"}
    policy = change(
        "azurerm_backup_policy_vm", "p",
        {**names, "name": "new", "policy_type": "V2", "timezone": "UTC",
         "backup": [{"frequency": "Daily", "time": "23:00"}]},
    )  # fmt: skip
    item = change(
        "azurerm_backup_protected_vm", "x",
        {**names, "source_vm_id": VM, "backup_policy_id": f"{vault}/backupPolicies/new"},
    )  # fmt: skip
    world = World()
    if is_live:
        live = made_of(terraform(change("azurerm_linux_virtual_machine", "x", LINUX)))
        world = replace(live, backup=BackupReadings())
    [named] = put_over(contents_of(plan(policy, item)), world, NOW).after.named_of.values()
    assert isinstance(named.policy, Policy)
    assert named.policy.is_enhanced is True


@pytest.mark.parametrize(
    ("is_live", "is_partial", "sentence"),
    [
        (True, False, "This plan changes 1 resource, and nothing of the backup of any VM."),
        (True, True, "A part of it could not be judged."),
        (False, True, "It was judged without what lives in Azure."),
    ],
)
def test_the_sentence_says_what_it_does_not_cover(
    is_live: bool, is_partial: bool, sentence: str
) -> None:
    result = PlanResult(1, 0, is_live=is_live, is_partial=is_partial)
    assert sentence in result.sentence
    assert ("and nothing of" in result.sentence) is not is_partial
