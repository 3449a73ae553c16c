"""The number of SDK clients alive at a time."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

import pytest
from azure.mgmt.recoveryservices.aio import RecoveryServicesClient
from azure.mgmt.recoveryservicesbackup.aio import RecoveryServicesBackupClient

from scanner.arm.backup import read_backup
from scanner.arm.client import Arm
from scanner.arm.cloud import CLOUDS
from scanner.inventory.armid import ArmId
from scanner.inventory.records.resources import Subscription
from scanner.sim.arm import SimulatedArm
from scanner.sim.http_messages import Request, Response
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from scanner.sim.world import World

CLIENTS = (RecoveryServicesClient, RecoveryServicesBackupClient)
MOST = 100
"""The cached clients and the clients of running operations, at most."""


@pytest.fixture
def living(monkeypatch: pytest.MonkeyPatch) -> WeakSet[object]:
    """The clients that are alive."""
    clients: WeakSet[object] = WeakSet()

    def counted(kind: type) -> None:
        usual = kind.__init__  # type: ignore[misc]

        def init(self: object, *arguments: Any, **options: Any) -> None:
            clients.add(self)
            usual(self, *arguments, **options)

        monkeypatch.setattr(kind, "__init__", init)

    for kind in CLIENTS:
        counted(kind)
    return clients


class Counting(SimulatedArm):
    """Keeps the greatest number of clients alive at a request."""

    def __init__(self, world: World, living: WeakSet[object]) -> None:
        super().__init__(world)
        self.living = living
        self.most = 0

    def answer(self, request: Request) -> Response:
        self.most = max(self.most, len(self.living))
        return super().answer(request)


async def test_few_clients_live_with_many_subscriptions(
    living: WeakSet[object],
) -> None:
    world = World()
    for number in range(300):
        world.subscription(f"sub-{number}").group("rg").vault("vault")
    azure = Counting(world, living)
    arm = Arm(CLOUDS["public"], SimulatedCredential(), SimulatedTransport(azure), lambda: world.now)
    subscriptions = [
        Subscription(ArmId(found.id), found.subscription_id) for found in world.subscriptions
    ]
    read = await read_backup(arm, subscriptions, lambda _: False, 7, lambda _: False)
    assert (len(read.vaults), read.gaps) == (300, ())
    assert 0 < azure.most <= MOST
