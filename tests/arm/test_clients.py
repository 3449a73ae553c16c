"""How many of the SDK's clients live at a time."""

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
"""Those that are kept, and those of the operations under way."""


class Counting(SimulatedArm):
    """Counts the clients there are at every tenth request."""

    most = 0

    def answer(self, request: Request) -> Response:
        if len(self.log) % 10 == 0:
            living = sum(isinstance(each, CLIENTS) for each in gc.get_objects())
            self.most = max(self.most, living)
        return super().answer(request)


async def test_few_clients_live_however_many_subscriptions_there_are() -> None:
    world = World()
    for number in range(300):
        world.subscription(f"sub-{number}").group("rg").vault("vault")
    azure = Counting(world)
    arm = Arm(CLOUDS["public"], SimulatedCredential(), SimulatedTransport(azure), lambda: world.now)
    named = [Subscription(ArmId(each.id), each.subscription_id) for each in world.subscriptions]
    read = await read_backup(arm, named, lambda _: False, 7, lambda _: False)
    assert (len(read.vaults), read.gaps) == (300, ())
    assert 0 < azure.most <= MOST
