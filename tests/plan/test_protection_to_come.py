"""The protection that a plan gives a VM which a vault may protect already."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from scanner.cli.run_plan import PlanQuestions, judge_plan
from scanner.fleet.world import ReadWorld
from scanner.inventory.armid import ArmId
from scanner.inventory.scope import ScopeSummary
from scanner.inventory.snapshot import BackupReadings, VaultReadings
from scanner.inventory.world import World
from scanner.plan.azurerm.backup import item_path
from scanner.plan.change import put_over
from tests.support.plan_vaults import HERE, LINUX, VM, over_vaults, policy_id, vault, vault_id
from tests.support.plans import (
    NOW,
    SUBSCRIPTION,
    change,
    contents_of,
    made_of,
    questions,
    terraform,
)


def protection(name: str, actions: tuple[str, ...] = ("create",)) -> dict[str, Any]:
    """A plan that protects the VM under the policy ``new`` of a vault."""
    after = {
        "recovery_vault_name": name, "resource_group_name": "rg-app", "source_vm_id": VM,
        "backup_policy_id": policy_id(name, "new"),
    }  # fmt: skip
    id_ = f"{vault_id(name)}/{item_path(VM, '')}"
    old = {**after, "backup_policy_id": policy_id(name, "old"), "id": id_}
    before = None if actions == ("create",) else old
    return terraform(
        change("azurerm_backup_protected_vm", "x", after, actions=actions, before=before)
    )


def plan_of(world: World) -> tuple[str | None, str | None]:
    """The vault and the policy of the VM's plan, by their names."""
    found = world.vms()[ArmId(VM)].plan
    parts = (found.vault, found.policy)
    in_vault, under = (part.id.name if part else None for part in parts)
    return in_vault, under


REPLACED = ("delete", "create")
DELETED = {"protectionState": "ProtectionStopped", "isScheduledForDeferredDelete": True}


@pytest.mark.parametrize(
    ("vaults", "plan", "before"),
    [
        pytest.param([vault("far", "westeurope")], protection("far"), None, id="unprotected"),
        pytest.param(
            [vault("near", "northeurope", **HERE), vault("far", "westeurope")],
            protection("far"),
            "near",
            id="protected by another vault",
        ),
        pytest.param(
            [vault("far", "westeurope", **HERE)],
            protection("far", ("update",)),
            "far",
            id="another policy",
        ),
        pytest.param(
            [vault("far", "westeurope", **DELETED)], protection("far"), None, id="soft-deleted"
        ),
        pytest.param(
            [vault("far", "westeurope", **HERE)], protection("far", REPLACED), "far", id="replaced"
        ),
    ],
)
def test_the_vault_and_policy_that_are_judged(
    vaults: list[VaultReadings], plan: dict[str, Any], before: str | None
) -> None:
    world = over_vaults(*vaults, plan=plan)
    assert plan_of(world.before) == (before, "old" if before else None)
    assert plan_of(world.after) == ("far", "new")


@pytest.mark.parametrize("is_read", [True, False])
def test_the_vm_of_an_item_that_changes_and_nobody_read_is_a_gap(is_read: bool) -> None:
    """Its vault was read: the VM may be in a subscription that was not."""
    vm = made_of(terraform(change("azurerm_linux_virtual_machine", "x", LINUX)))
    [snapshot] = vm.snapshots
    if not is_read:
        snapshot = replace(snapshot, vms=replace(snapshot.vms, records=()))
    backup = BackupReadings((vault("far", "westeurope", **HERE),))
    world = replace(vm, snapshots=(snapshot,), backup=backup)
    contents = contents_of(protection("far", ("update",)))
    asked = PlanQuestions(questions(), questions())
    read = ReadWorld(world, (), ScopeSummary({}, (), 0, 0))
    found = judge_plan(contents, read, asked, is_live=True)
    assert [gap.scope for gap in found.unread] == ([] if is_read else [VM])
    assert found.result.is_partial is not is_read


def test_an_item_that_stays_as_it_is_protects_no_other_vm() -> None:
    body = {"properties": {"sourceResourceId": VM, "policyId": policy_id("far", "old")}}
    same = {
        "resourceId": f"{vault_id('far')}/{item_path(VM, '')}",
        "changeType": "NoChange", "before": body, "after": body,
    }  # fmt: skip
    world = over_vaults(vault("far", "westeurope", **HERE), plan={"changes": [same]})
    assert (world.notes, dict(world.items), world.after) == ((), {}, world.before)


@pytest.mark.parametrize(
    ("of", "is_gap"),
    [
        pytest.param(VM, False, id="subscription that was read"),
        pytest.param(VM.replace(SUBSCRIPTION, "2" * 8), True, id="another one"),
    ],
)
def test_a_policy_that_changes_may_be_that_of_vms_that_nobody_read(of: str, is_gap: bool) -> None:
    """A vault protects VMs of other subscriptions, too."""
    policy = {
        "name": "old", "recovery_vault_name": "far", "resource_group_name": "rg-app",
        "id": policy_id("far", "old"),
    }  # fmt: skip
    plan = terraform(
        change(
            "azurerm_backup_policy_vm", "p", {**policy, "policy_type": "V2"},
            actions=["update"], before=policy,
        )
    )  # fmt: skip
    world = over_vaults(vault("far", "westeurope", **HERE, sourceResourceId=of), plan=plan)
    expected = [f"/subscriptions/{'2' * 8}"] if is_gap else []
    assert [gap.scope for gap in world.gaps] == expected


OTHER = "668420eb-863b-4f99-b27f-480df1a9fc43"


def test_the_subscription_of_a_vm_that_a_plan_protects_is_read() -> None:
    """A vault may protect VMs of other subscriptions."""
    plan = protection("far")
    after = plan["resource_changes"][0]["change"]["after"]
    after["source_vm_id"] = VM.replace(SUBSCRIPTION, OTHER)
    assert contents_of(plan).subscriptions == (SUBSCRIPTION, OTHER)


def test_protection_of_a_vm_that_is_not_known_yet_is_not_nothing() -> None:
    plan = protection("far")
    entry = plan["resource_changes"][0]["change"]
    del entry["after"]["source_vm_id"]
    entry["after_unknown"] = {"source_vm_id": True}
    vm = made_of(terraform(change("azurerm_linux_virtual_machine", "x", LINUX)))
    read = ReadWorld(replace(vm, backup=BackupReadings()), (), ScopeSummary({}, (), 0, 0))
    asked = PlanQuestions(questions(), questions())
    found = judge_plan(contents_of(plan), read, asked, is_live=True)
    assert "A part of it could not be judged." in found.result.sentence
    assert found.unread == ()


@pytest.mark.parametrize("state", ["Protected", "ProtectionStopped"])
def test_a_vault_that_is_removed_cures_nothing(state: str) -> None:
    """What it kept of the VM is gone with it, and so are the causes of its failure."""
    vm = made_of(terraform(change("azurerm_linux_virtual_machine", "x", LINUX)))
    live = replace(vm, backup=BackupReadings((vault("far", "northeurope", protectionState=state),)))
    before = {"id": vault_id("far"), "name": "far", "resource_group_name": "rg-app"}
    plan = change("azurerm_recovery_services_vault", "v", None, actions=["delete"], before=before)
    asked = PlanQuestions(questions(), questions())
    read = ReadWorld(live, (), ScopeSummary({}, (), 0, 0))
    found = judge_plan(contents_of(terraform(plan)), read, asked, is_live=True)
    assert [loss.id.name for loss in found.result.losses] == ["far"]
    assert found.result.of_kind("cured") == ()


def test_vms_of_a_vault_that_is_replaced_may_be_in_subscriptions_that_nobody_read() -> None:
    vm = made_of(terraform(change("azurerm_linux_virtual_machine", "x", LINUX)))
    far = vault("far", "northeurope", sourceResourceId=VM.replace(SUBSCRIPTION, OTHER))
    names = {"name": "far", "resource_group_name": "rg-app"}
    plan = change(
        "azurerm_recovery_services_vault", "v", {**names, "location": "westeurope"},
        actions=REPLACED, before={**names, "location": "northeurope", "id": vault_id("far")},
    )  # fmt: skip
    live = replace(vm, backup=BackupReadings((far,)))
    world = put_over(contents_of(terraform(plan)), live, NOW)
    assert [gap.scope for gap in world.gaps] == [f"/subscriptions/{OTHER}"]
    assert [loss.message for loss in world.losses] == [
        "The vault far is replaced. It has backups of 1 VM. What else it keeps was not read."
    ]


@pytest.mark.parametrize("member", ["sourceResourceId", "virtualMachineId"])
def test_the_vms_of_a_policy_that_changes_may_be_in_other_subscriptions(member: str) -> None:
    """An item names its VM in one of two members."""
    elsewhere = "668420eb-863b-4f99-b27f-480df1a9fc43"
    ids = {"sourceResourceId": None, member: VM.replace(SUBSCRIPTION, elsewhere)}
    before = {"id": policy_id("far", "old"), "name": "old", "timezone": "UTC"}
    after = {**before, "instant_restore_resource_group": [{"prefix": "kept", "suffix": None}]}
    plan = terraform(
        change("azurerm_backup_policy_vm", "p", after, actions=["update"], before=before)
    )
    gaps = over_vaults(vault("far", "westeurope", **ids), plan=plan).gaps
    assert [gap.scope for gap in gaps] == [f"/subscriptions/{elsewhere}"]
