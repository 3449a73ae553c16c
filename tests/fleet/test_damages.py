"""A damage to a member of an answer makes no verdict better: a sample for every route.

All damages are in the long tests.
"""

from random import Random

import pytest

from scanner.report.report import Report
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
from tests.support.fleets.every_read import Fleet


@pytest.fixture(scope="module")
def world() -> World:
    return Fleet().world


@pytest.fixture(scope="module")
def members(world: World) -> list[Member]:
    return answered_members(world)


@pytest.fixture(scope="module")
def truths(world: World) -> dict[str, Report]:
    return {edition: scan_damaged(world, None, edition) for edition in EDITIONS}


@pytest.mark.parametrize("route", RECORDS)
def test_sample(world: World, members: list[Member], truths: dict[str, Report], route: str) -> None:
    """The same damage of a route in every run."""
    chance = Random(route)
    edition = chance.choice(EDITIONS)
    damages = damages_of([member for member in members if member.route == route])
    for damage in chance.sample(damages, k=min(1, len(damages))):
        assert not improvements(truths[edition], scan_damaged(world, damage, edition)), damage
