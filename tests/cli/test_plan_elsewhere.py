"""VMs in subscriptions that a plan does not name, under a policy that it changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.inventory.scope import Names, Scope
from scanner.sim.arm import SimulatedArm
from scanner.sim.world import World
from tests.support.bundles import record
from tests.support.command import command, opened, run_here
from tests.support.forks import Ran
from tests.support.plans import SUBSCRIPTION, change, terraform

ELSEWHERE = "668420eb-863b-4f99-b27f-480df1a9fc43"
POLICY = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-backup/providers"
    "/Microsoft.RecoveryServices/vaults/vault/backupPolicies/daily"
)


def fleet() -> World:
    """A vault, and a VM that it protects in another subscription, where a group is locked."""
    world = World()
    vaults = world.subscription("vaults", id=SUBSCRIPTION)
    vault = vaults.group("rg-backup").vault("vault")
    apps = world.subscription("apps", id=ELSEWHERE)
    vault.protect(apps.group("rg-app").vm("far"), vault.policy("daily"))
    apps.lock("keep", on=apps.group("kept1").id)
    vaults.group("rg-near").vm("near")
    return world


def moved() -> str:
    """A plan by which the policy keeps restore points in the locked group."""
    before = {
        "name": "daily", "resource_group_name": "rg-backup", "recovery_vault_name": "vault",
        "id": POLICY,
    }  # fmt: skip
    after = {**before, "instant_restore_resource_group": [{"prefix": "kept", "suffix": None}]}
    one = change("azurerm_backup_policy_vm", "p", after, actions=["update"], before=before)
    return json.dumps(terraform(one))


def effects(ran: Ran) -> list[tuple[str, str]]:
    return [
        (vm["name"], f"{cause['cause']} {cause['verdict']}")
        for vm in ran.json["vms"]
        for cause in vm["causes"]
        if "planned" in cause
    ]


FOUND = [("far", "restore-point-cleanup-blocked-by-lock possible")]


@pytest.mark.parametrize(
    ("scope", "found", "gaps"),
    [
        pytest.param(Scope(), FOUND, [], id="the bundle has it"),
        pytest.param(
            Scope(Names(subscriptions=("vaults",))), [], ["Collect it too"], id="it does not"
        ),
    ],
)
def test_a_bundle_is_read_where_the_vms_are(
    scope: Scope, found: list[tuple[str, str]], gaps: list[str], tmp_path: Path
) -> None:
    record(fleet(), tmp_path, scope)
    words = ("plan", "-", "--bundle", f"{tmp_path}", "-f", "json=-")
    ran = run_here(*words, piped=moved().encode())
    assert effects(ran) == found
    remedies = {gap["remedy"] for gap in ran.json["gaps"] if ELSEWHERE in gap["scope"]}
    assert [gap for gap in gaps if any(gap in remedy for remedy in remedies)] == gaps
    assert ran.code == (3 if gaps else 0)


def test_azure_is_read_where_the_user_says(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(moved())
    with opened(SimulatedArm(fleet())) as door:
        ready = command(door, tmp_path)
        words = ("plan", f"{file}", "--live", "--arm-endpoint", ready.url, "-f", "json=-")
        alone, both = ready.here(*words), ready.here(*words, "-s", ELSEWHERE)
    [gap] = alone.json["gaps"]
    assert f"Give -s {ELSEWHERE}, too." in gap["remedy"]
    assert (effects(alone), alone.code) == ([], 3)
    assert (effects(both), both.code) == (FOUND, 0)
