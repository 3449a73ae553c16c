"""No damage to any member of an answer makes a verdict better."""

import pytest

from scanner.sim.world import World
from tests.support.damages import (
    RECORDS,
    Member,
    answered_members,
    damages_of,
    improvements,
    scan_damaged,
)
from tests.support.facts import EDITIONS
from tests.support.fleets.damaged import FLEETS


@pytest.fixture(scope="module", params=FLEETS)
def world(request: pytest.FixtureRequest) -> World:
    return FLEETS[request.param]()


@pytest.fixture(scope="module")
def members(world: World) -> list[Member]:
    return answered_members(world)


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("route", RECORDS)
def test_every_damage(world: World, members: list[Member], route: str, edition: str) -> None:
    damages = damages_of([member for member in members if member.route == route])
    if not damages:
        pytest.skip(f"this fleet has no answer of {route}")
    truth = scan_damaged(world, None, edition)
    better = [
        f"{damage}: {line}"
        for damage in damages
        for line in improvements(truth, scan_damaged(world, damage, edition))
    ]
    assert not better, "\n".join(better)
