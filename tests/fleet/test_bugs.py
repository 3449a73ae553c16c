"""A bug of ours while a subscription is read."""

from collections.abc import Iterator

import pytest

from scanner.inventory.join import join_each
from scanner.inventory.join.plans import Plans
from scanner.inventory.join.protection import Protections
from scanner.inventory.snapshot import Snapshot
from scanner.inventory.vm import Vm
from scanner.judging.check import Verdict
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


@pytest.mark.parametrize(
    ("reader", "fact"),
    [
        ("runtime.power_state", "power_state"),
        ("extensions.extensions", "extensions"),
        ("model.hardware", "hardware"),
        ("Protections.of", "protection"),
    ],
    ids=lambda name: name,
)
async def test_a_bug_in_what_several_facts_need(
    reader: str, fact: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fact is a gap, and no check that reads it is clear."""
    world = World()
    world.subscription("one").group("rg").vm("vm")

    def broken(*_: object) -> object:
        raise RuntimeError("boom")

    monkeypatch.setattr(f"scanner.inventory.join.{reader}", broken)
    scanned = await scan_world(world, allow_bugs=True, all_evidence=True)
    [judged] = scanned.report.vms
    asked = {check.id for check in scanned.report.checks if fact in check.reads}
    found = [one.finding for cause in judged.causes for one in cause.findings if one.check in asked]
    assert found
    assert not [one for one in found if one.verdict is Verdict.CLEAR]
    assert "RuntimeError: boom" in " ".join(gap.remedy for gap in scanned.report.gaps)
