"""The number of SDK clients alive at a time."""

from __future__ import annotations

import gc

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


class Counting(SimulatedArm):
    """Counts the living clients at every tenth request."""

    most = 0

    def answer(self, request: Request) -> Response:
        if len(self.log) % 10 == 0:
            living = sum(isinstance(thing, CLIENTS) for thing in gc.get_objects())
            self.most = max(self.most, living)
        return super().answer(request)


async def test_few_clients_live_with_many_subscriptions() -> None:
    world = World()
    for number in range(300):
        world.subscription(f"sub-{number}").group("rg").vault("vault")
    azure = Counting(world)
    arm = Arm(CLOUDS["public"], SimulatedCredential(), SimulatedTransport(azure), lambda: world.now)
    subscriptions = [
        Subscription(ArmId(found.id), found.subscription_id) for found in world.subscriptions
    ]
    read = await read_backup(arm, subscriptions, lambda _: False, 7, lambda _: False)
    assert (len(read.vaults), read.gaps) == (300, ())
    assert 0 < azure.most <= MOST
