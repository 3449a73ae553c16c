"""All shapes in one world."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.sim.world import World
from tests.support.shapes.agents import AGENTS
from tests.support.shapes.classic import CLASSICS
from tests.support.shapes.disks import DISKS
from tests.support.shapes.extensions import EXTENSIONS
from tests.support.shapes.locks import LOCKS
from tests.support.shapes.networks import NETWORKS
from tests.support.shapes.plot import MAIN, Plot

SHAPES = (*LOCKS, *DISKS, *AGENTS, *NETWORKS, *EXTENSIONS, *CLASSICS)


@dataclass(frozen=True)
class Planted:
    """All shapes in one world, and what each VM with a sign of something was built to show."""

    world: World
    verdicts: dict[str, list[tuple[str, str, str]]]
    """By VM id in lower case: cause, verdict of 2018, current verdict."""


def plant_all() -> Planted:
    """Every shape, and well VMs beside them."""
    world = World(status_listing_agents=set())
    shared = world.subscription(MAIN)
    verdicts: dict[str, list[tuple[str, str, str]]] = {}
    for shape in SHAPES:
        plot = Plot(world, shape.name)
        vm = shape.build(plot)
        verdicts[vm.id.lower()] = [(shape.cause, shape.then, shape.now)]
        for id_, (_, then, now) in plot.others.items():
            verdicts[id_] = [(shape.cause, then, now)]
    for number, os in enumerate(("linux", "windows", "linux", "windows")):
        group = shared.group(f"well-{number}")
        well = group.vm(f"well-{number}", os="windows" if os == "windows" else "linux")
        if number > 1:
            shared.group(f"well-{number}-backups").collection(source=well.id, points=7)
    return Planted(world, verdicts)
