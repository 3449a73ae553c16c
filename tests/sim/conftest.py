"""A small world and the simulated ARM that serves it."""

import pytest

from scanner.sim.arm import SimulatedArm
from scanner.sim.demo import grow
from scanner.sim.world import Group, Subscription, World
from tests.support.simulated_arm import Ask


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def prod(world: World) -> Subscription:
    return world.subscription("prod")


@pytest.fixture
def web(prod: Subscription) -> Group:
    return prod.group("rg-web")


@pytest.fixture
def arm(world: World) -> SimulatedArm:
    return SimulatedArm(world, page_size=2)


@pytest.fixture
def ask(arm: SimulatedArm) -> Ask:
    return Ask(arm)


@pytest.fixture(scope="session")
def fleet() -> World:
    """The demo without its faults, which other tests are about."""
    grown = grow(vms=60)
    grown.faults.clear()
    return grown
