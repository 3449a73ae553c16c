"""What a plan takes away from VMs that are backed up, said in one sentence each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.sim import faults
from scanner.sim.world import World
from tests.support.bundles import record
from tests.support.command import run_here
from tests.support.forks import Ran
from tests.support.plans import DATA, SUBSCRIPTION, change, terraform

SCOPE = f"/subscriptions/{SUBSCRIPTION}"
POINTS = f"{SCOPE}/resourceGroups/AzureBackupRG_westeurope_1"
VAULT = f"{SCOPE}/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault"
VM = f"{SCOPE}/resourceGroups/rg-app/providers/Microsoft.Compute/virtualMachines/held"
NAME = "iaasvmcontainerv2;rg-app;held"
ITEM = (
    f"{VAULT}/backupFabrics/Azure/protectionContainers/IaasVMContainer;{NAME}"
    f"/protectedItems/VM;{NAME}"
)
FULL = f"{POINTS}/providers/Microsoft.Compute/restorePointCollections/full"
LOCK = f"{SCOPE}/providers/Microsoft.Authorization/locks/keep"


def fleet() -> World:
    world = World()
    subscription = world.subscription("app", id=SUBSCRIPTION)
    group = subscription.group("rg-app")
    vault = subscription.group("rg-backup").vault("vault")
    held = group.vm("held")
    vault.protect(held, vault.policy("daily"))
    points = subscription.group("AzureBackupRG_westeurope_1")
    points.collection(name="full", source=held.id, points=3)
    points.collection(name="empty", source=held.id, points=0)
    return world


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet")
    record(fleet(), folder)
    return folder


def report(bundle: Path, *gone: tuple[str, str]) -> Any:
    """The report on a plan that deletes resources, by their types and ids."""
    changes = [
        change(type_, f"x{number}", None, actions=["delete"], before={"id": id_})
        for number, (type_, id_) in enumerate(gone)
    ]
    piped = json.dumps(terraform(*changes)).encode()
    return run_here("plan", "-", "--bundle", f"{bundle}", "-f", "json=-", piped=piped).json


def effects(ran: Ran) -> dict[str, int]:
    return {what: count for what, count in ran.json["plan"]["effects"].items() if count}


def collection(name: str) -> tuple[str, str]:
    kind = "azurerm_virtual_machine_restore_point_collection"
    return kind, f"{POINTS}/providers/Microsoft.Compute/restorePointCollections/{name}"


@pytest.mark.parametrize(
    ("gone", "says"),
    [
        pytest.param(
            [("azurerm_resource_group", POINTS), ("azapi_resource", f"{FULL}/restorePoints/p")],
            [
                (
                    "The resource group AzureBackupRG_westeurope_1 is removed, with restore points"
                    " of 1 VM."
                )
            ],
            id="group and one of its points",
        ),
        pytest.param(
            [("azurerm_resource_group", POINTS)],
            [
                (
                    "The resource group AzureBackupRG_westeurope_1 is removed, with restore points"
                    " of 1 VM."
                )
            ],
            id="group of restore points",
        ),
        pytest.param(
            [collection("full")],
            ["The restore point collection full is removed, with restore points of 1 VM."],
            id="collection",
        ),
        pytest.param([collection("empty")], [], id="empty collection"),
        pytest.param(
            [("azurerm_linux_virtual_machine", VM)],
            [
                (
                    "The VM held is deleted while the vault vault protects it. Azure keeps and"
                    " bills its restore points, and its backups fail: stop its protection first."
                )
            ],
            id="VM alone",
        ),
        pytest.param(
            [("azurerm_linux_virtual_machine", VM), ("azurerm_backup_protected_vm", ITEM)],
            [
                "The VM held is deleted, and its protection is removed.",
                (
                    "The protection of the VM held in the vault vault is removed. What Azure keeps"
                    " depends on the provider's settings: see its documents."
                ),
            ],
            id="VM and its item",
        ),
        pytest.param(
            [("azurerm_linux_virtual_machine", VM), ("azurerm_recovery_services_vault", VAULT)],
            [
                "The VM held is deleted, and its protection is removed.",
                (
                    "The vault vault is removed. It has backups of 1 VM. What else it keeps was not"
                    " read."
                ),
            ],
            id="VM and its vault",
        ),
    ],
)
def test_what_is_lost(bundle: Path, gone: list[tuple[str, str]], says: list[str]) -> None:
    assert [loss["message"] for loss in report(bundle, *gone)["plan"]["losses"]] == says


def test_what_is_lost_with_a_group_is_lost_by_the_group(bundle: Path) -> None:
    """The plan also removes a part of the VM, and not the VM itself."""
    group = ("azurerm_resource_group", f"{SCOPE}/resourceGroups/rg-app")
    part = ("azurerm_virtual_machine_extension", f"{VM}/extensions/agent")
    [loss] = report(bundle, part, group)["plan"]["losses"]
    assert loss["message"].startswith("The VM held is deleted")
    assert loss["by"] == {"address": "azurerm_resource_group.x1"}


@pytest.mark.parametrize(
    ("type_", "id_"),
    [
        pytest.param("azurerm_linux_virtual_machine", VM, id="VM"),
        pytest.param("azurerm_recovery_services_vault", VAULT, id="vault"),
        pytest.param("azurerm_backup_policy_vm", f"{VAULT}/backupPolicies/daily", id="policy"),
    ],
)
def test_a_new_name_is_a_new_resource(type_: str, id_: str, bundle: Path) -> None:
    """Terraform replaces it, and what has the new name was there before no plan."""
    names = {"resource_group_name": id_.split("/")[4], "recovery_vault_name": "vault"}
    one = change(
        type_, "x", {**names, "name": "new"}, actions=["delete", "create"],
        before={**names, "id": id_, "name": id_.rpartition("/")[2]},
    )  # fmt: skip
    [loss] = judged(bundle, one)["plan"]["losses"]
    assert loss["id"].lower() == id_.lower()
    assert "replaced" not in loss["message"]


def test_restore_points_that_nobody_read_may_go_with_a_group(tmp_path: Path) -> None:
    world = fleet()
    [subscription] = world.subscriptions
    faults.refuse(subscription, "restore_point_collections")
    record(world, tmp_path)
    found = report(tmp_path, ("azurerm_resource_group", POINTS))
    assert found["plan"]["losses"] == []
    assert [(gap["scope"], gap["reason"]) for gap in found["gaps"]] == [(SCOPE, "denied")]


def test_a_change_of_what_azure_does_not_have_is_behind_what_is_unknown(bundle: Path) -> None:
    """The lock was deleted since the plan was made."""
    lock = {"id": LOCK, "name": "keep", "scope": SCOPE, "lock_level": "CanNotDelete"}
    one = change(
        "azurerm_management_lock", "l", {**lock, "lock_level": "ReadOnly"}, actions=["update"],
        before=lock,
    )  # fmt: skip
    piped = json.dumps(terraform(one)).encode()
    ran = run_here("plan", "-", "--bundle", f"{bundle}", "-f", "json=-", piped=piped)
    [planned] = [
        cause["planned"] for vm in ran.json["vms"] for cause in vm["causes"] if "planned" in cause
    ]
    assert planned["what"] == "unknown"
    assert planned["by"] == [{"address": "azurerm_management_lock.l"}]


def test_a_policy_that_is_removed_while_items_are_under_it_says_so(bundle: Path) -> None:
    found = report(bundle, ("azurerm_backup_policy_vm", f"{VAULT}/backupPolicies/daily"))
    [gap] = found["gaps"]
    assert gap["remedy"] == (
        "azurerm_backup_policy_vm.x0 removes it, and another resource still needs it."
        " Change that too."
    )


@pytest.mark.parametrize("kind", ["NoChange", "Ignore"])
def test_what_stays_as_it_is_and_no_bundle_has_is_no_effect(kind: str, bundle: Path) -> None:
    """What-if also lists what lives. A bundle may be older than that."""
    body = {"properties": {"level": "CanNotDelete"}}
    same = {"resourceId": LOCK, "changeType": kind, "before": body, "after": body}
    piped = json.dumps({"changes": [same]}).encode()
    ran = run_here("plan", "-", "--bundle", f"{bundle}", "-f", "json=-", piped=piped)
    assert effects(ran) == {}
    assert ran.code == 0


def test_a_lock_of_a_template_where_the_subscription_is_given(bundle: Path) -> None:
    """It may be on anything there. Nothing else is unread."""
    words = ("plan", "-", "--bundle", f"{bundle}", "-s", SUBSCRIPTION, "-f", "json=-")
    ran = run_here(*words, piped=(DATA / "template-lock.json").read_bytes())
    assert ran.json["gaps"] == []
    assert effects(ran) == {"until apply": 1}
    assert ran.code == 0


@pytest.mark.parametrize("end", ["", "/"])
def test_a_slash_at_the_end_of_a_scope_changes_nothing(end: str, bundle: Path) -> None:
    lock = {"name": "keep", "scope": f"{SCOPE}{end}", "lock_level": "CanNotDelete"}
    piped = json.dumps(terraform(change("azurerm_management_lock", "l", lock))).encode()
    ran = run_here("plan", "-", "--bundle", f"{bundle}", "-f", "json=-", piped=piped)
    assert effects(ran) == {"created": 1}


def judged(bundle: Path, *changes: dict[str, Any]) -> Any:
    piped = json.dumps(terraform(*changes)).encode()
    return run_here("plan", "-", "--bundle", f"{bundle}", "-f", "json=-", piped=piped).json


def test_a_group_that_is_made_again_takes_what_is_in_it(bundle: Path) -> None:
    """A group of another region is a new one, and the old one ends with its VMs."""
    group = f"{SCOPE}/resourceGroups/rg-app"
    before = {"id": group, "name": "rg-app", "location": "westeurope"}
    again = change(
        "azurerm_resource_group", "g", {"name": "rg-app", "location": "northeurope"},
        actions=["delete", "create"], before=before,
    )  # fmt: skip
    [loss] = judged(bundle, again)["plan"]["losses"]
    assert loss["message"].startswith("The VM held is deleted while the vault vault protects it.")
    assert loss["by"] == {"address": "azurerm_resource_group.g"}


NEW_VM = change(
    "azurerm_linux_virtual_machine", "v", {"name": "held", "resource_group_name": "rg-app"}
)
NEW_LOCK = change(
    "azurerm_management_lock", "l",
    {"name": "k", "scope": f"{SCOPE}/resourceGroups/rg-app", "lock_level": "ReadOnly"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("one", "notes"),
    [
        pytest.param(
            NEW_VM,
            [
                "azurerm_linux_virtual_machine.v is to be created, and lives already: plan again",
            ],
            id="VM that lives",
        ),
        pytest.param(NEW_LOCK, [], id="lock that is new"),
    ],
)
def test_a_plan_that_is_older_than_what_lives(
    one: dict[str, Any], notes: list[str], bundle: Path
) -> None:
    assert judged(bundle, {**one})["notes"] == notes


def test_a_vault_that_nobody_read_is_named_with_what_names_it(bundle: Path) -> None:
    after = {
        "recovery_vault_name": "other", "resource_group_name": "rg-backup", "source_vm_id": VM,
        "backup_policy_id": f"{VAULT[:-5]}other/backupPolicies/daily",
    }  # fmt: skip
    gaps = judged(bundle, change("azurerm_backup_protected_vm", "i", after))["gaps"]
    assert {(gap["fact"], gap["reason"]) for gap in gaps} == {
        ("plan", "failed"),
        ("policy", "failed"),
    }
    assert all("azurerm_backup_protected_vm.i names it" in gap["remedy"] for gap in gaps)


def modified(id_: str, before: dict[str, Any], after: dict[str, Any]) -> bytes:
    """A what-if result by which one resource changes."""
    bodies = {name: {"id": id_, **body} for name, body in (("before", before), ("after", after))}
    return json.dumps({"changes": [{"resourceId": id_, "changeType": "Modify", **bodies}]}).encode()


def test_a_vault_that_changes_and_no_listing_has_is_one_gap(tmp_path: Path) -> None:
    """It says nothing of the VMs that no vault has."""
    world = fleet()
    world.subscriptions[0].group("rg-app").vm("other")
    record(world, tmp_path)
    piped = modified(f"{VAULT}9", {"properties": {"a": 1}}, {"properties": {"a": 2}})
    ran = run_here("plan", "-", "--bundle", f"{tmp_path}", "-f", "json=-", piped=piped)
    [gap] = ran.json["gaps"]
    assert "no vault of this id was read" in gap["remedy"]
    assert (effects(ran), ran.code) == ({}, 3)


@pytest.mark.parametrize(
    ("change_of", "code"),
    [
        pytest.param("tags", 0, id="tags"),
        pytest.param("properties", 3, id="properties"),
    ],
)
def test_tags_of_a_security_group_need_no_listing(
    change_of: str, code: int, tmp_path: Path
) -> None:
    world = fleet()
    faults.refuse(world, "network_interfaces")
    record(world, tmp_path)
    group = f"{SCOPE}/resourceGroups/rg-app/providers/Microsoft.Network/networkSecurityGroups/n"
    same: dict[str, Any] = {"properties": {"securityRules": []}}
    piped = modified(group, {**same, change_of: {"a": "1"}}, {**same, change_of: {"a": "2"}})
    ran = run_here("plan", "-", "--bundle", f"{tmp_path}", "-f", "json=-", piped=piped)
    assert ran.code == code


def test_a_plan_is_not_said_to_change_nothing_where_vaults_were_not_read(tmp_path: Path) -> None:
    world = fleet()
    faults.refuse(world, "vaults")
    record(world, tmp_path)
    after = {"name": "n", "resource_group_name": "rg-app"}
    piped = json.dumps(terraform(change("azurerm_network_security_group", "n", after))).encode()
    ran = run_here("plan", "-", "--bundle", f"{tmp_path}", "-f", "json=-", piped=piped)
    assert ran.json["plan"]["sentence"] == (
        "This plan changes 1 resource. No effect on the backup of any VM was found."
        " A part of it could not be judged."
    )
    assert ran.code == 3
