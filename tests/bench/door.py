"""The simulated Azure in a process of its own, so that its CPU time is not the scanner's."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

from scanner.sim.arm import SimulatedArm
from scanner.sim.demo import grow
from scanner.sim.http_messages import Request, Response
from scanner.sim.network_shapes import RuleShape
from scanner.sim.server import Door, serve
from scanner.sim.world import World

_RULES = (
    RuleShape("allow-storage", 200, access="Allow", port="443", destination="Storage"),
    RuleShape("allow-updates", 300, access="Allow", port="443", destination="AzureCloud"),
    RuleShape("deny-partner", 400, destination="203.0.113.0/24"),
    RuleShape("deny-internet", 4000, destination="Internet"),
)


class Remembering(SimulatedArm):
    """Makes each answer once and keeps it, as bytes."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._made: dict[tuple[str, ...], Response] = {}

    def answer(self, request: Request) -> Response:
        """The answer made before, if there is one."""
        query = (text for pair in request.query.items() for text in pair)
        key = (request.method, request.host, request.path, *query)
        if key not in self._made:
            self._made[key] = super().answer(request)
        return self._made[key]


def fleet(vms: int) -> World:
    """The demo's fleet without its faults, a security group on every usual subnet."""
    world = grow(1, vms)
    world.faults.clear()
    groups = {
        group.id: group for subscription in world.subscriptions for group in subscription.groups
    }
    for group in [groups[id_] for id_ in dict.fromkeys(vm.group.id for vm in world.vms)]:
        nsg = group.nsg("nsg-servers", *_RULES)
        for subnet in group.vnet().body["properties"]["subnets"]:
            subnet["properties"].setdefault("networkSecurityGroup", {"id": nsg.id})
    return world


class Behind:
    """The other process: its address, and the CPU time it has used."""

    def __init__(self, line: Connection, door: Door) -> None:
        self._line = line
        self.door = door

    def cpu_seconds(self) -> float:
        """CPU seconds the other process has used until now."""
        self._line.send("cpu")
        return float(self._line.recv())


@contextmanager
def opened(vms: int) -> Iterator[Behind]:
    """Serve a fleet from another process until the block ends."""
    here, there = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_work, args=(there, vms), daemon=True)
    process.start()
    try:
        behind = Behind(here, here.recv())
        # The variables that a user of the simulator sets.
        os.environ.update(behind.door.environment, NO_PROXY="localhost")
        yield behind
    finally:
        here.send("end")
        process.join(10)
        process.kill()


def _work(line: Connection, vms: int) -> None:
    asyncio.run(_serve(line, vms))


async def _serve(line: Connection, vms: int) -> None:
    done = asyncio.Event()

    def asked() -> None:
        if line.recv() == "cpu":
            line.send(time.process_time())
        else:
            done.set()

    async with serve(Remembering(fleet(vms))) as door:
        asyncio.get_running_loop().add_reader(line.fileno(), asked)
        line.send(door)
        await done.wait()
