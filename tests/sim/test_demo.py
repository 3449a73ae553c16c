"""The demo fleet: the same for the same seed, mostly healthy, with every cause in it."""

from typing import Any

import pytest

from scanner.judging.check import Verdict
from scanner.report.report import Report
from scanner.report.standing import Standing
from scanner.sim.arm import SimulatedArm
from scanner.sim.demo import grow
from scanner.sim.scenarios import SCENARIOS, add_scenario
from scanner.sim.world import Group, World
from tests.support.scans import scan_now
from tests.support.simulated_arm import Ask

ONLY_2018 = {"linux-stale-goal-state-xml", "vm-no-internet-access"}
"""The causes that only the edition of 2018 judges."""


def everything(world: World) -> list[bytes]:
    """The bytes of the main listings, every VM and every restore-point collection."""
    ask = Ask(SimulatedArm(world, page_size=50))
    listings = ["Compute/virtualMachines", "Compute/disks", "Compute/restorePointCollections"]
    listings += ["Authorization/locks", "Network/networkInterfaces"]
    paths = [f"{s.id}/providers/Microsoft.{name}" for s in world.subscriptions for name in listings]
    paths += [f"{vm.id}?$expand=instanceView" for vm in world.vms]
    paths += [
        f"{item.id}?$expand=restorePoints" for s in world.subscriptions for item in s.collections
    ]
    return [ask(path).body for path in ["/subscriptions", *paths]]


def test_same_seed_same_bytes() -> None:
    assert everything(grow(seed=3, vms=60)) == everything(grow(seed=3, vms=60))
    assert everything(grow(seed=3, vms=60)) != everything(grow(seed=4, vms=60))


def test_size_and_variety_of_the_fleet() -> None:
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


@pytest.mark.parametrize("cause", SCENARIOS)
def test_scenarios_can_be_added_by_cause(world: World, web: Group, cause: str) -> None:
    assert {vm.group.name for vm in add_scenario(web, cause)} == {"rg-web"}
    first, second = add_scenario(world, cause), add_scenario(world, cause)
    names: list[Any] = [vm.name for vm in first + second]
    assert len(set(names)) == len(names)
    assert {vm.group.name for vm in first} == {"rg-planted"}


@pytest.fixture(scope="module")
def report() -> Report:
    """What a scan of the demo finds."""
    return scan_now(grow()).report


def test_a_scan_finds_every_scenario(report: Report) -> None:
    """As a finding, or as one that the current edition supersedes."""
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
    assert {groups.get(cause, cause) for cause in SCENARIOS} - ONLY_2018 <= found
    checked = {groups[check.cause] for check in report.checks if check.cause in groups}
    # In the simulated fleet, as the next test holds, a vault protects only VMs of its region.
    assert checked - {"vm-no-internet-access", "vault-region-or-subscription"} <= found


def test_the_story_adds_up(report: Report) -> None:
    """A VM with as many points as it may have fails for it, and most VMs are backed up and fine."""
    full = [vm for vm in report.vms if vm.forecast and vm.forecast.points >= vm.forecast.limit]
    assert len(full) > 5
    for vm in full:
        assert report.standings[vm.vm.id] == "failing"
        assert [error.code for error in vm.symptoms] == ["UserErrorRpCollectionLimitReached"]
        assert (vm.days_since_success(report.finished_at) or 0) >= 2
    counts = dict(report.standing_counts)
    backed_up = len(report.vms) - counts.pop(Standing.NOT_BACKED_UP)
    assert backed_up > len(report.vms) / 2
    assert counts[Standing.FINE] > backed_up / 2
    assert all(counts.values())


def test_every_protected_vm_is_in_the_region_of_its_vault() -> None:
    """A vault protects only VMs of its region (support matrix)."""
    world = grow()
    vaults = {vault.id.lower(): vault for vault in world.vaults}
    assert len(vaults) == len({vault.location for vault in world.vaults}) == 4
    locations = {vm.id.lower(): vm.group.location for vm in world.vms}
    items = [item for vault in world.vaults for item in vault.items]
    assert items
    for item in items:
        vault = vaults[item["id"].lower().partition("/backupfabrics/")[0]]
        assert vault.location == locations[item["properties"]["virtualMachineId"].lower()]
