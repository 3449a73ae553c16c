"""A scan of a simulated fleet, in one process."""

import pytest

from scanner.inventory.join import join
from scanner.inventory.join.plans import Plans
from scanner.inventory.join.protection import Protections
from scanner.inventory.snapshot import Snapshot
from scanner.inventory.vm import Vm
from scanner.sim import faults
from scanner.sim.world import World
from tests.support.scans import scan_world


@pytest.mark.parametrize("below", ["", "/resourceGroups/rg-web"])
async def test_a_lock_whose_id_is_none_is_a_gap(below: str) -> None:
    world = World()
    prod = world.subscription("prod")
    web = prod.group("rg-web")
    web.vm("web-01")
    prod.lock("keep", on=web.id)
    odd = {"id": prod.id + below, "properties": {"level": "ReadOnly"}}
    faults.broken_entry(prod, "locks", 0, odd)
    scanned = await scan_world(world)
    cause = "restore-point-cleanup-blocked-by-lock"
    assert scanned.verdict("web-01", cause) == "unknown (not-recorded)"


async def test_a_bug_in_one_subscription_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    for name in ("one", "two"):
        world.subscription(name).group("rg").vm(f"vm-{name}")

    def joined(snapshot: Snapshot, protections: Protections, plans: Plans) -> tuple[Vm, ...]:
        if snapshot.subscription.display_name == "one":
            raise RuntimeError("boom")
        return join(snapshot, protections, plans)

    monkeypatch.setattr("scanner.fleet.scan.join", joined)
    report = (await scan_world(world, allow_bugs=True)).report
    assert [each.vm.name for each in report.vms] == ["vm-two"]
    [gap] = report.gaps
    assert gap.scope == world.subscriptions[0].id
    assert "RuntimeError: boom" in gap.remedy
