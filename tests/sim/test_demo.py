"""The grown fleet: the same for the same seed, mostly healthy, every cause planted."""

from typing import Any

import pytest

from scanner.judging.check import Verdict
from scanner.sim.arm import SimulatedArm
from scanner.sim.demo import grow
from scanner.sim.plants import PLANTS, plant
from scanner.sim.vault import Vault
from scanner.sim.world import Group, World
from tests.support.scans import scan_world

from .conftest import API, Ask


def everything(world: World) -> list[bytes]:
    """The bytes of all that a scan would ask for."""
    ask = Ask(SimulatedArm(world, page_size=50))
    listings = ["Compute/virtualMachines", "Compute/disks", "Compute/restorePointCollections"]
    listings += ["Authorization/locks", "Network/networkInterfaces"]
    paths = [f"{s.id}/providers/Microsoft.{name}" for s in world.subscriptions for name in listings]
    paths += [f"{vm.id}?$expand=instanceView&{API}" for vm in world.vms]
    paths += [
        f"{item.id}?$expand=restorePoints&{API}"
        for s in world.subscriptions
        for item in s.collections
    ]
    return [ask(path).body for path in ["/subscriptions", *paths]]


def test_same_seed_same_bytes() -> None:
    assert everything(grow(seed=3, vms=60)) == everything(grow(seed=3, vms=60))
    assert everything(grow(seed=3, vms=60)) != everything(grow(seed=4, vms=60))


def test_the_fleet_is_as_promised() -> None:
    world = grow()
    assert [s.state for s in world.subscriptions] == ["Enabled"] * 4 + ["Disabled"]
    assert 200 <= len(world.vms) <= 220
    assert len({vm.id.lower() for vm in world.vms}) == len(world.vms)
    assert {vm.os for vm in world.vms} == {"linux", "windows"}
    assert {vm.power for vm in world.vms} == {"running", "deallocated", "stopped"}
    assert any(vm.group.managed_by for vm in world.vms)
    assert any(vm.scale_set for vm in world.vms)
    points = {len(item.points) for s in world.subscriptions for item in s.collections}
    assert max(points) >= 18
    assert min(points) < 18


def test_half_of_one_subscription_is_refused_and_one_listing_throttled_once() -> None:
    world = grow(vms=40)
    ask = Ask(SimulatedArm(world))
    by_name = {s.name: s.id for s in world.subscriptions}
    test = by_name["contoso-test"]
    assert ask(f"{test}/providers/Microsoft.Authorization/locks").status == 403
    assert ask(f"{test}/providers/Microsoft.Compute/disks").status == 403
    assert ask(f"{test}/providers/Microsoft.Compute/virtualMachines").status == 200
    listing = f"{by_name['contoso-prod']}/providers/Microsoft.Compute/virtualMachines"
    assert [ask(listing).status for _ in range(2)] == [429, 200]


@pytest.mark.parametrize("cause", PLANTS)
def test_causes_can_be_planted_by_name(world: World, web: Group, cause: str) -> None:
    assert {vm.group.name for vm in plant(web, cause)} == {"rg-web"}
    first, again = plant(world, cause), plant(world, cause)
    names: list[Any] = [vm.name for vm in first + again]
    assert len(set(names)) == len(names)
    assert {vm.group.name for vm in first} == {"rg-planted"}


async def test_a_scan_names_every_cause_that_is_planted() -> None:
    """As a finding, or as one that today's documents withdrew."""
    report = (await scan_world(grow())).report
    found = {
        part
        for vm in report.vms
        for cause in vm.causes
        for judged in cause.findings
        if judged.finding.verdict >= Verdict.POSSIBLE or cause.superseded
        for part in (cause.cause, judged.check)
    }
    groups = {
        part: cause for cause in report.edition.causes for part in report.edition.parts(cause)
    }
    assert {groups.get(cause, cause) for cause in PLANTS} - OF_2018 <= found
    judged_always = {groups[each.cause] for each in report.checks if each.cause in groups}
    assert judged_always - {"vm-no-internet-access"} <= found


OF_2018 = {"linux-stale-goal-state-xml", "vm-no-internet-access"}
"""What only the edition of 2018 judges."""


async def test_every_vm_is_backed_up_by_a_vault_of_its_region() -> None:
    """Another vault cannot protect it (support matrix)."""
    world = grow()
    regions = {
        vault.id.lower(): vault.location
        for subscription in world.subscriptions
        for vault in subscription.of_type(Vault.type)
        if isinstance(vault, Vault)
    }
    assert len(regions) == 4
    vms = {vm.id.lower(): vm.group.location for vm in world.vms}
    items = [
        item
        for subscription in world.subscriptions
        for vault in subscription.of_type(Vault.type)
        if isinstance(vault, Vault)
        for item in vault.items
    ]
    assert items
    for item in items:
        vault = (
            item["id"]
            .lower()
            .replace("/Subscriptions/", "/subscriptions/")
            .partition("/backupfabrics/")[0]
        )
        assert regions[vault] == vms[item["properties"]["virtualMachineId"].lower()]
