"""All shapes in one simulated world."""

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
    """A world with all shapes, and the verdicts that their VMs were built to show."""

    world: World
    verdicts: dict[str, list[tuple[str, str, str]]]
    """Cause, verdict of 2018 and current verdict, by VM id in lower case."""


def plant_all() -> Planted:
    """Build every shape, and four healthy VMs next to them."""
    world = World(status_listing_agents=set())
    shared = world.subscription(MAIN)
    verdicts: dict[str, list[tuple[str, str, str]]] = {}
    for shape in SHAPES:
        plot = Plot(world, shape.name)
        shown = shape.build(plot)
        verdicts[shown.id.lower()] = [(shape.cause, shape.then, shape.now)]
        for id_, (_, then, now) in plot.others.items():
            verdicts[id_] = [(shape.cause, then, now)]
    for number, os in enumerate(("linux", "windows", "linux", "windows")):
        group = shared.group(f"healthy-{number}")
        vm = group.vm(f"healthy-{number}", os="windows" if os == "windows" else "linux")
        if number > 1:
            shared.group(f"healthy-{number}-backups").collection(source=vm.id, points=7)
    return Planted(world, verdicts)
