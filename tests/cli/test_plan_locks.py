"""A lock that a plan creates over restore points that are there, or will be: never nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.sim import faults
from scanner.sim.world import Group, World
from tests.support.bundles import record
from tests.support.command import run_here
from tests.support.forks import Ran
from tests.support.plans import SUBSCRIPTION, change, terraform

CAUSE = "restore-point-cleanup-blocked-by-lock"
SCOPE = f"/subscriptions/{SUBSCRIPTION}"
FIRST, SECOND = "AzureBackupRG_westeurope_1", "AzureBackupRG_westeurope_2"


def fleet(folder: Path, *, spoil: Callable[[Group], Any] = lambda _: None) -> Path:
    """A bundle of VMs with and without a backup, a policy that names a group, and points.

    ``bare`` and ``named`` wait for their first backup. ``spoil`` changes the world.
    """
    world = World()
    subscription = world.subscription("app", id=SUBSCRIPTION)
    group = subscription.group("rg-app")
    vault = subscription.group("rg-backup").vault("vault")
    names = {"azureBackupRGNamePrefix": "points", "azureBackupRGNameSuffix": "-we"}
    daily = vault.policy("daily")
    vault.policy("named", patch={"properties": {"instantRPDetails": names}})
    vault.protect(group.vm("bare"), daily, state="IRPending")
    vault.protect(group.vm("named"), f"{vault.own_id}/backupPolicies/named", state="IRPending")
    held = group.vm("held")
    vault.protect(held, daily)
    subscription.group(FIRST).collection(source=held.id, points=3)
    group.vm("other")
    spoil(group)
    assert record(world, folder).vms == 4
    return folder


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fleet(tmp_path_factory.mktemp("fleet"))


def judged(bundle: Path, scope: str, level: str = "CanNotDelete", *, ends: bool = False) -> Ran:
    """The report on a plan that creates a lock, or deletes it."""
    lock = {"name": "keep", "scope": scope, "lock_level": level}
    old = {**lock, "id": f"{scope}/providers/Microsoft.Authorization/locks/keep"}
    changed = change(
        "azurerm_management_lock", "keep", None if ends else lock,
        actions=["delete"] if ends else ["create"], before=old if ends else None,
    )  # fmt: skip
    piped = json.dumps(terraform(changed)).encode()
    return run_here("plan", "-", "--bundle", f"{bundle}", "-f", "json=-", piped=piped)


def effects(ran: Ran) -> dict[str, str]:
    """What the plan does to the cause, by VM."""
    return {
        vm["name"]: f"{cause['planned']['what']} {cause['verdict']}"
        for vm in ran.json["vms"]
        for cause in vm["causes"]
        if cause["cause"] == CAUSE and "planned" in cause
    }


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        pytest.param(SCOPE, {"bare", "named", "held"}, id="subscription"),
        # The collection of the other VM stays where it is.
        pytest.param(f"{SCOPE}/resourceGroups/{FIRST}", {"bare", "held"}, id="its group"),
        pytest.param(f"{SCOPE}/resourceGroups/{SECOND}", {"bare"}, id="the next group"),
        pytest.param(f"{SCOPE}/resourceGroups/points7-we", {"named"}, id="the policy's group"),
        pytest.param(
            f"{SCOPE}/resourceGroups/AzureBackupRG_northeurope_1", set(), id="another region"
        ),
        pytest.param(f"{SCOPE}/resourceGroups/rg-app", set(), id="the group of the VMs"),
    ],
)
@pytest.mark.parametrize("level", ["CanNotDelete", "ReadOnly"])
def test_a_lock_over_points_to_come(bundle: Path, scope: str, names: set[str], level: str) -> None:
    ran = judged(bundle, scope, level)
    assert effects(ran) == dict.fromkeys(names, "created possible")
    assert ran.json["gaps"] == []
    assert ran.code == 0


def test_a_lock_that_ends_is_a_cure_of_the_same_vms(tmp_path: Path) -> None:
    locked = fleet(tmp_path, spoil=lambda group: group.subscription.lock("keep", on=SCOPE))
    assert effects(judged(locked, SCOPE, ends=True)) == dict.fromkeys(
        ("bare", "named", "held"), "cured clear"
    )


@pytest.mark.parametrize(
    ("route", "fact"),
    [
        pytest.param("restore_point_collections", "restore_points", id="collections"),
        pytest.param("locks", "locks", id="other locks"),
    ],
)
def test_what_was_not_read_of_restore_points_is_a_gap(
    route: str, fact: str, tmp_path: Path
) -> None:
    """The verdict is unknown before and after, so no effect would show the lock."""
    bundle = fleet(tmp_path, spoil=lambda group: faults.refuse(group.subscription, route))
    ran = judged(bundle, SCOPE)
    [gap] = ran.json["gaps"]
    assert (gap["scope"], gap["fact"], gap["reason"]) == (SCOPE, fact, "denied")
    assert "A part of it could not be judged." in ran.json["plan"]["sentence"]
    assert ran.code == 3


def test_a_collection_that_was_not_read_is_a_gap_of_the_lock_over_it(tmp_path: Path) -> None:
    """The VM's locks are known by its collections, so no fact of it would change."""
    bundle = fleet(
        tmp_path, spoil=lambda group: faults.refuse(group.subscription, "restore_points")
    )
    collections = f"{SCOPE}/resourceGroups/{FIRST}/".lower()
    over, elsewhere = judged(bundle, SCOPE), judged(bundle, f"{SCOPE}/resourceGroups/rg-app")
    [gap] = over.json["gaps"]
    assert gap["scope"].lower().startswith(collections)
    assert (over.code, elsewhere.code) == (3, 0)


def test_a_lock_on_what_has_no_restore_points_needs_no_listing_of_them(tmp_path: Path) -> None:
    bundle = fleet(
        tmp_path, spoil=lambda group: faults.refuse(group.subscription, "restore_point_collections")
    )
    account = f"{SCOPE}/resourceGroups/rg-app/providers/Microsoft.Storage/storageAccounts/a"
    ran = judged(bundle, account)
    assert (ran.json["gaps"], ran.code) == ([], 0)


def test_a_lock_where_nobody_knows_who_is_backed_up(tmp_path: Path) -> None:
    """A policy that was not read may name the group."""
    bundle = fleet(tmp_path, spoil=lambda group: faults.refuse(group.subscription, "vaults"))
    ran = judged(bundle, f"{SCOPE}/resourceGroups/{SECOND}")
    assert effects(ran) == dict.fromkeys(("bare", "named", "held", "other"), "unknown unknown")
    assert ran.code == 3


def moved_under_a_lock(folder: Path, *refused: str) -> Ran:
    """The lock lives, and the plan names another group for restore points."""

    def spoil(group: Group) -> None:
        group.subscription.lock("keep", on=f"{SCOPE}/resourceGroups/kept1")
        for route in refused:
            faults.refuse(group.subscription, route)

    bundle = fleet(folder, spoil=spoil)
    policy = {
        "name": "daily", "resource_group_name": "rg-backup", "recovery_vault_name": "vault",
        "id": f"{SCOPE}/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/vault"
        "/backupPolicies/daily",
    }  # fmt: skip
    after = {**policy, "instant_restore_resource_group": [{"prefix": "kept", "suffix": None}]}
    plan = terraform(
        change("azurerm_backup_policy_vm", "p", after, actions=["update"], before=policy)
    )
    piped = json.dumps(plan).encode()
    return run_here("plan", "-", "--bundle", f"{bundle}", "-f", "json=-", piped=piped)


def test_a_policy_that_moves_points_to_come_under_a_lock(tmp_path: Path) -> None:
    found = dict.fromkeys(("bare", "held"), "created possible")
    assert effects(moved_under_a_lock(tmp_path)) == found


@pytest.mark.parametrize(
    ("route", "fact"),
    [
        pytest.param("locks", "locks", id="locks"),
        pytest.param("restore_point_collections", "locks", id="collections"),
        pytest.param("backup_policies", "policy", id="policies"),
    ],
)
def test_what_hides_the_effect_of_a_policy_is_a_gap(route: str, fact: str, tmp_path: Path) -> None:
    """The verdict is unknown before and after, while the policy changes."""
    ran = moved_under_a_lock(tmp_path, route)
    assert effects(ran) == {}
    assert {(gap["fact"], gap["reason"]) for gap in ran.json["gaps"]} == {(fact, "denied")}
    assert "A part of it could not be judged." in ran.json["plan"]["sentence"]
    assert ran.code == 3
