"""The protection that a plan gives a VM which a vault may protect already."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from scanner.cli.run_plan import PlanQuestions, judge_plan
from scanner.fleet.world import ReadWorld
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records import backup as records
from scanner.inventory.scope import ScopeSummary
from scanner.inventory.snapshot import BackupReadings, LastJobs, Reading, VaultReadings
from scanner.inventory.world import World
from scanner.plan.azurerm.backup import item_path
from scanner.plan.change import PlannedWorld, put_over
from tests.support.plans import (
    GROUP,
    NOW,
    SUBSCRIPTION,
    change,
    contents_of,
    made_of,
    questions,
    terraform,
)

VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm"
LINUX = {
    "name": "vm", "resource_group_name": "rg-app", "location": "northeurope",
    "size": "Standard_D2s_v5", "os_disk": [{"disk_size_gb": 64}],
}  # fmt: skip


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


def planned(*vaults: VaultReadings, plan: dict[str, Any]) -> PlannedWorld:
    vm = made_of(terraform(change("azurerm_linux_virtual_machine", "x", LINUX)))
    world: World = replace(vm, backup=BackupReadings(vaults))
    return put_over(contents_of(plan), world, NOW)


def plan_of(world: World) -> tuple[str | None, str | None]:
    """The vault and the policy of the VM's plan, by their names."""
    found = world.vms()[ArmId(VM)].plan
    parts = (found.vault, found.policy)
    in_vault, under = (part.id.name if part else None for part in parts)
    return in_vault, under


HERE, REPLACED = {"protectionState": "Protected"}, ("delete", "create")
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
    world = planned(*vaults, plan=plan)
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
    world = planned(vault("far", "westeurope", **HERE), plan={"changes": [same]})
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
    world = planned(vault("far", "westeurope", **HERE, sourceResourceId=of), plan=plan)
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


def removed(type_: str, name: str, id_: str) -> dict[str, Any]:
    before = {"id": id_, "name": name, "resource_group_name": "rg-app"}
    return change(type_, "x", None, actions=["delete"], before=before)


VAULT_GONE = removed("azurerm_recovery_services_vault", "far", vault_id("far"))
POLICY_GONE = removed("azurerm_backup_policy_vm", "old", policy_id("far", "old"))
GROUP_GONE = removed("azurerm_resource_group", "rg-app", GROUP)
LISTING = Gap(vault_id("far"), "protection", Reason.DENIED, None, "Ask.")
ENTRY = replace(LISTING, scope=f"{vault_id('far')}/{item_path(VM, '')}2")
NO_ID = {"sourceResourceId": None}
REST = " What else it keeps was not read."


@pytest.mark.parametrize(
    ("plan", "item", "gaps", "says"),
    [
        pytest.param(
            VAULT_GONE, HERE, [], "vault far is removed. It has backups of 1 VM." + REST, id="vault"
        ),
        pytest.param(
            VAULT_GONE, {}, [], "vault far is removed. It has backups of 0 VMs." + REST, id="empty"
        ),
        pytest.param(
            VAULT_GONE, {}, [LISTING],
            "vault far is removed. Its VMs were not read." + REST, id="vault, not read",
        ),
        pytest.param(
            VAULT_GONE, HERE, [LISTING],
            "vault far is removed. It has backups of at least 1 VM." + REST, id="cut off",
        ),
        pytest.param(
            VAULT_GONE, HERE, [ENTRY],
            "vault far is removed. It has backups of at least 1 VM." + REST, id="odd entry",
        ),
        pytest.param(
            VAULT_GONE, NO_ID, [],
            "vault far is removed. It has backups of at least 0 VMs." + REST, id="item of some VM",
        ),
        pytest.param(
            GROUP_GONE, HERE, [],
            "vault far is removed. It has backups of 1 VM." + REST, id="vault in a group",
        ),
        pytest.param(
            POLICY_GONE, HERE, [], "policy old is removed. It backs up 1 VM.", id="policy"
        ),
        pytest.param(
            POLICY_GONE, {}, [LISTING], "policy old is removed. Its VMs were not read.",
            id="policy, not read",
        ),
    ],
)  # fmt: skip
def test_what_is_lost_is_counted(
    plan: dict[str, Any], item: dict[str, Any], gaps: list[Gap], says: str
) -> None:
    """What was not read is a gap, and no number."""
    read = vault("far", "northeurope", **item)
    read = replace(read, items=replace(read.items, gaps=tuple(gaps)))
    world = planned(read, plan=terraform({**plan}))
    assert [loss.message for loss in world.losses if loss.id.name in ("far", "old")] == [
        f"The {says}"
    ]
    assert [*world.gaps] == gaps


@pytest.mark.parametrize("plan", [VAULT_GONE, POLICY_GONE], ids=["vault", "policy"])
def test_a_vault_that_is_removed_and_that_no_listing_has_is_a_gap(plan: dict[str, Any]) -> None:
    world = planned(plan=terraform({**plan}))
    [loss] = world.losses
    assert "Its VMs were not read." in loss.message
    assert [(gap.scope, gap.fact) for gap in world.gaps] == [(vault_id("far"), "vaults")]
