"""A damage to a member of an answer makes no verdict better: a sample for every route.

All damages are in the long tests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from tests.support.fleets.damaged import FLEETS
from tests.support.pairs import one_of


@dataclass(frozen=True)
class Place:
    """A fleet, the members that its answers have, and the reports without a damage."""

    world: World
    members: Sequence[Member]
    truths: Mapping[str, Report]


@pytest.fixture(scope="module")
def places() -> list[Place]:
    return [
        Place(
            world,
            answered_members(world),
            {edition: scan_damaged(world, None, edition) for edition in EDITIONS},
        )
        for world in (make() for make in FLEETS.values())
    ]


@pytest.mark.parametrize("route", one_of(RECORDS, one_in=2))
def test_sample(places: list[Place], route: str) -> None:
    """The same damage of a route in every run, in the first fleet that answers the route."""
    chance = Random(route)
    edition = chance.choice(EDITIONS)
    for place in places:
        damages = damages_of([member for member in place.members if member.route == route])
        if damages:
            damage = chance.choice(damages)
            damaged = scan_damaged(place.world, damage, edition)
            assert not improvements(place.truths[edition], damaged), damage
            return
    pytest.fail(f"no fleet answers {route}")
