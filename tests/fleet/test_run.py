"""A scan of a simulated fleet, in one process."""

import pytest

from scanner.sim import faults
from scanner.sim.world import World
from tests.support import scan_world


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
    assert scanned.verdict("web-01", cause).startswith("unknown")
