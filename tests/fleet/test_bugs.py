"""A bug of ours while a subscription is read."""

from collections.abc import Iterator

import pytest

from scanner.inventory.join import join_each
from scanner.inventory.join.plans import Plans
from scanner.inventory.join.protection import Protections
from scanner.inventory.snapshot import Snapshot
from scanner.inventory.vm import Vm
from scanner.sim.world import World
from tests.support.scans import scan_world


async def test_a_bug_in_one_subscription_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    for name in ("one", "two"):
        world.subscription(name).group("rg").vm(f"vm-{name}")

    def joined(snapshot: Snapshot, protections: Protections, plans: Plans) -> Iterator[Vm]:
        if snapshot.subscription.display_name == "one":
            raise RuntimeError("boom")
        return join_each(snapshot, protections, plans)

    monkeypatch.setattr("scanner.fleet.scan.join_each", joined)
    report = (await scan_world(world, allow_bugs=True)).report
    assert [judged.vm.name for judged in report.vms] == ["vm-two"]
    [gap] = report.gaps
    assert gap.scope == world.subscriptions[0].id
    assert "RuntimeError: boom" in gap.remedy
