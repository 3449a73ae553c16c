"""A precheck that names several vaults: a VM is judged with the vault of its region."""

from __future__ import annotations

import pytest

from scanner.errors import ScopeError, UsageError
from scanner.fleet.target import parse_target
from scanner.inventory.facts.plan import Plan, Vault
from scanner.inventory.target import Target
from scanner.report.formats.enabling import to_enabling
from scanner.sim.world import World
from tests.support.scans import scan_now, scan_world

REGION = "vault-region-or-subscription"
TWO = Target("near", "daily", other_vaults=("far",))


def world() -> World:
    made = World()
    subscription = made.subscription("prod")
    for name, location in (("near", "westeurope"), ("far", "eastus2"), ("third", "westeurope")):
        group = subscription.group(f"rg-{name}", location)
        group.vault(name, location).policy("daily")
    for name, location in (("west", "westeurope"), ("east", "eastus2"), ("else", "koreacentral")):
        subscription.group(f"rg-{name}", location).vm(name)
    return made


def test_each_vm_has_the_vault_of_its_region() -> None:
    scanned = scan_now(world(), target=TWO)
    vaults = {}
    for vm in scanned.report.vms:
        plan = vm.vm.seen["plan"]
        assert isinstance(plan, Plan)
        assert isinstance(plan.known_vault, Vault)
        vaults[vm.vm.name] = (plan.known_vault.id.name, str(vm.readiness))
    assert vaults == {
        "west": ("near", "ready"),
        "east": ("far", "ready"),
        # No vault of its region is named.
        "else": ("near", "not ready"),
    }
    assert scanned.verdict("else", REGION) == "applies"
    script = to_enabling(scanned.report).decode()
    assert "--vault-name near --resource-group rg-near" in script
    assert "--vault-name far --resource-group rg-far" in script
    assert str(TWO) == "the policy daily, the vault of the VM's region: near, far"


@pytest.mark.parametrize(
    ("others", "policy", "says"),
    [
        (("third",), "daily", "two vaults are of the region westeurope"),
        (("fourth",), "daily", "no vault 'fourth'"),
        (("far",), "weekly", "no policy 'weekly'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
async def test_what_is_refused(others: tuple[str, ...], policy: str, says: str) -> None:
    with pytest.raises(ScopeError, match=says):
        await scan_world(world(), target=Target("near", policy, other_vaults=others))


def test_the_options() -> None:
    target = parse_target(["near, far", "third"], " daily ", ask_azure=False)
    assert target == Target("near", "daily", other_vaults=("far", "third"))
    assert parse_target([], None, ask_azure=False) == Target()
    for vaults in ([""], ["near", " "], ["near,"]):
        with pytest.raises(UsageError, match="--vault has an empty name"):
            parse_target(vaults, None, ask_azure=False)
