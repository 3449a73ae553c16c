"""What lives, read from a bundle for comparing two worlds: what it lacks is a gap."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from scanner.fleet.bundle import open_bundle
from scanner.fleet.bundle.source import BundleSource
from scanner.fleet.world import BUNDLE, ReadWorld, read_world
from scanner.inventory.scope import Names, Scope
from scanner.sim.world import World
from tests.support.bundles import record


def read(folder: Path, *subscriptions: str, named: tuple[str, ...] = ()) -> ReadWorld:
    source = BundleSource(open_bundle(folder), Scope())
    return asyncio.run(read_world(source, Names(named), subscriptions, BUNDLE))


@pytest.mark.parametrize(
    ("scope", "is_whole"),
    [
        pytest.param(Scope(), True, id="all"),
        pytest.param(Scope(Names(subscriptions=("prod",))), True, id="one subscription"),
        pytest.param(Scope(Names(resource_groups=("rg-web",))), False, id="one group"),
        pytest.param(Scope(Names(tags=(("a", "b"),))), False, id="a tag"),
        pytest.param(Scope(excluded=Names(resource_groups=("rg-sql",))), False, id="without one"),
        pytest.param(Scope(protection="unprotected"), False, id="unprotected"),
    ],
)
def test_vms_that_a_bundle_left_out(scope: Scope, is_whole: bool, tmp_path: Path) -> None:
    world = World()
    prod = world.subscription("prod")
    prod.group("rg-web").vm("web-01", tags={"a": "b"})
    prod.group("rg-sql").vm("sql-01")
    record(world, tmp_path, scope)
    found = read(tmp_path, prod.subscription_id)
    assert [gap.scope for gap in found.gaps] == ([] if is_whole else [prod.id])
    [snapshot] = found.world.snapshots
    assert (snapshot.vms.rest is None) is is_whole


def test_subscriptions_by_their_names_and_ids(tmp_path: Path) -> None:
    world = World()
    one, two, three = (world.subscription(name) for name in ("one", "two", "three"))
    for subscription in (one, two, three):
        subscription.group("rg").vm("vm")
    record(world, tmp_path)
    gone = "00000000-0000-0000-0000-000000000000"
    found = read(tmp_path, one.subscription_id, gone, named=("two",))
    assert set(found.scope.subscriptions) == {one.subscription_id, two.subscription_id, gone}
    assert [gap.scope for gap in found.gaps] == [f"/subscriptions/{gone}"] * 2
