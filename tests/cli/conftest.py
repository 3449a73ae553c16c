"""One simulated Azure for all tests of a run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.arm import limits
from scanner.sim.arm import SimulatedArm
from scanner.sim.server import Door
from scanner.sim.world import World
from tests.support.command import Command, command, opened
from tests.support.fleets.small import fleet


@pytest.fixture(scope="session")
def world() -> World:
    return fleet()


@pytest.fixture(scope="session")
def door(world: World) -> Iterator[Door]:
    with opened(SimulatedArm(world)) as found:
        yield found


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Divide the times of all limits of scans in this process."""
    monkeypatch.setattr(limits, "LIMITS", limits.LIMITS.divided(20))


@pytest.fixture
def run(door: Door, tmp_path: Path) -> Command:
    return command(door, tmp_path)
