"""A connection to the simulated Azure, through the same door as to the real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

from scanner.arm.azure import Transport
from scanner.arm.client import Arm
from scanner.arm.discovery import discover
from scanner.arm.notices import Notify
from scanner.arm.signin import secret_credential, sign_in
from scanner.arm.token import SharedToken
from scanner.arm.transport import open_transport
from scanner.cli.connect import Connect
from scanner.sim.arm import SimulatedArm
from scanner.sim.demo import grow
from scanner.sim.server import Door, serve

_LATENCY_SECONDS = 0.02


def _loopback(door: Door) -> AbstractAsyncContextManager[Transport]:
    """Trusts the simulation's own authority; a proxy cannot reach this machine's loopback."""
    return open_transport(door.client_context(), proxies=False)


def simulated(seed: int, vms: int) -> Connect:
    """HTTPS on loopback, a certificate authority of its own, a client secret."""

    @asynccontextmanager
    async def connect(notify: Notify) -> AsyncIterator[Arm]:
        azure = SimulatedArm(grow(seed, vms, datetime.now(UTC)), latency=_LATENCY_SECONDS)
        async with serve(azure) as door, _loopback(door) as transport:
            cloud = await discover(door.url, transport)
            credential = secret_credential(cloud, door.environment, transport)
            async with SharedToken(credential) as token:
                await sign_in(token, cloud)
                yield Arm(cloud, token, transport, notify=notify)

    return connect
