"""The grown fleet: the same for the same seed, mostly healthy, every cause planted."""

from typing import Any

import pytest

from scanner.sim.arm import SimulatedArm
from scanner.sim.demo import grow
from scanner.sim.plants import PLANTS, plant
from scanner.sim.world import Group, World

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
    assert 190 <= len(world.vms) <= 210
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
