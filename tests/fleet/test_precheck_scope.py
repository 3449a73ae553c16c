"""The VMs, the vault and the policy that a precheck is about."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.errors import ScopeError
from scanner.inventory.armid import ArmId
from scanner.inventory.scope import Names, Scope
from scanner.inventory.target import Target
from scanner.sim import faults
from scanner.sim.backup_errors import NO_NETWORK
from scanner.sim.shapes import DiskShape
from scanner.sim.vault import Vault
from scanner.sim.world import World
from tests.support.fleets.unprotected import unprotected_fleet
from tests.support.prechecks import Place, precheck, readiness_of, verdicts_of
from tests.support.scans import scan_world

SAME_NAME_IN_ANOTHER_VAULT = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-empty/providers"
    "/Microsoft.RecoveryServices/vaults/new/backupPolicies/daily"
)


def vault_of(world: World) -> Vault:
    """The first vault of the first subscription."""
    return next(
        found for found in world.subscriptions[0].of_type(Vault.type) if isinstance(found, Vault)
    )


async def test_a_policy_by_its_id() -> None:
    world = unprotected_fleet()
    group = f"{world.subscriptions[0].id}/resourcegroups/rg-backup"
    policy = f"{group}/providers/Microsoft.RecoveryServices/vaults/vault/backupPolicies/Daily/"
    report = await precheck(world, "vault", policy)
    assert readiness_of(report)["healthy"] == "ready"


@pytest.mark.parametrize(
    ("vault", "policy", "message"),
    [
        pytest.param("valt", None, "Did you mean vault", id="misspelt vault"),
        pytest.param("vault", "dayly", "Did you mean daily", id="misspelt policy"),
        pytest.param(
            "vault",
            SAME_NAME_IN_ANOTHER_VAULT,
            "there is no|has no policy",
            id="policy of another vault",
        ),
    ],
)
async def test_a_vault_or_policy_that_does_not_exist(
    vault: str, policy: str | None, message: str
) -> None:
    with pytest.raises(ScopeError, match=message):
        await precheck(unprotected_fleet(), vault, policy)


async def test_a_vault_that_may_be_in_an_unread_subscription() -> None:
    world = unprotected_fleet()
    faults.refuse(world.subscription("hidden"), "vaults")
    with pytest.raises(ScopeError, match="not among those that could be read"):
        await precheck(world, "theirs")


async def test_a_vault_listed_twice_is_one_vault() -> None:
    world = unprotected_fleet()
    faults.broken_entry(world.subscriptions[0], "vaults", 1, vault_of(world).body)
    report = await precheck(world, "vault", "daily")
    assert readiness_of(report)["healthy"] == "ready"


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        pytest.param(Scope(protection="unprotected-or-named"), {"web"}, id="by default"),
        pytest.param(Scope(), {"web", "protected"}, id="on request"),
    ],
)
async def test_protected_vms_are_judged_on_request(scope: Scope, names: set[str]) -> None:
    place = Place()
    place.group.vm("web")
    place.vault.protect(place.group.vm("protected"), place.vault.policies[0]["id"])
    report = await precheck(place.world, "vault", "enhanced", scope=scope)
    assert readiness_of(report).keys() == names


async def test_a_protected_vm_that_is_named_is_judged_by_the_named_policy() -> None:
    """A change of policy: an Enhanced policy can leave a shared disk out."""
    place = Place()
    vm = place.group.vm("web", data_disks=[DiskShape(8, shares=2)])
    place.vault.protect(vm, place.vault.policies[0]["id"])
    named = Scope(Names(vms=(ArmId(vm.id),)), protection="unprotected-or-named")
    cause = "shared-disk-attached"
    in_force = await precheck(place.world, scope=named)
    assert verdicts_of(in_force, "web")[cause] == "applies"
    enhanced = await precheck(place.world, "vault", "enhanced", scope=named)
    assert verdicts_of(enhanced, "web")[cause] == "possible"


async def test_a_protected_vm_takes_no_new_place_in_its_policy() -> None:
    place = Place()
    full = place.vault.policy("full", patch={"properties": {"protectedItemsCount": 99}})
    for number in range(2):
        place.vault.protect(place.group.vm(f"protected-{number}"), full)
    place.group.vm("web")
    report = await precheck(place.world, "vault", "full", scope=Scope())
    assert verdicts_of(report, "web")["vault-quota"] == "possible"
    assert "With the" not in str(report.vms)


async def test_a_named_vm_that_the_scope_leaves_out_is_reported() -> None:
    world = unprotected_fleet()
    vm = next(vm for vm in world.vms if vm.name == "protected")
    scope = Scope(Names(vms=(ArmId(vm.id),)), protection="unprotected")
    outcome = (await scan_world(world, scope=scope, target=Target())).outcome
    assert outcome.vms == ()
    assert outcome.named_left_out == (ArmId(vm.id),)


async def test_a_precheck_reads_no_job() -> None:
    world = unprotected_fleet()
    vault = vault_of(world)
    vm = world.subscriptions[0].group("rg-app").vm("failing")
    vault.protect(vm, vault.policy("p"), status="Failed")
    vault.job(vm, "Failed", error=NO_NETWORK, listed=False)
    faults.refuse(world.subscriptions[0], "backup_jobs", "backup_job")
    scope: Any = Scope(protection="unprotected")
    scanned = await scan_world(world, scope=scope, target=Target("vault"))
    assert scanned.report.complete
    assert not any("backupjobs" in request.path.lower() for request in scanned.azure.log)
