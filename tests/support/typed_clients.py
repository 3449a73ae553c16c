"""The azure-mgmt clients of a subscription, over the simulated Azure and without sockets."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Any

from azure.mgmt.compute.aio import ComputeManagementClient
from azure.mgmt.managementgroups.aio import ManagementGroupsMgmtClient
from azure.mgmt.monitor.aio import MonitorManagementClient
from azure.mgmt.network.aio import NetworkManagementClient
from azure.mgmt.recoveryservices.aio import RecoveryServicesClient
from azure.mgmt.recoveryservicesbackup.aio import RecoveryServicesBackupClient
from azure.mgmt.resource.locks.aio import ManagementLockClient
from azure.mgmt.resource.resources.aio import ResourceManagementClient
from azure.mgmt.resource.subscriptions.aio import SubscriptionClient

from scanner.sim.arm import SimulatedArm
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from scanner.sim.world import Subscription, World


class Clients:
    """The clients of one subscription, and the names that the operations take."""

    def __init__(self, world: World, subscription: Subscription) -> None:
        arm = SimulatedArm(world)
        self.world, self.sub = world, subscription
        shared: dict[str, Any] = {"transport": SimulatedTransport(arm), "retry_total": 0}

        def client(make: Any, *scope: str) -> Any:
            return make(SimulatedCredential(), *scope, **shared)

        id_ = subscription.subscription_id
        self.compute = client(ComputeManagementClient, id_)
        self.network = client(NetworkManagementClient, id_)
        self.locks = client(ManagementLockClient, id_)
        self.resource = client(ResourceManagementClient, id_)
        self.vaults = client(RecoveryServicesClient, id_)
        self.backup = client(RecoveryServicesBackupClient, id_)
        self.monitor = client(MonitorManagementClient, id_)
        self.subscriptions = client(SubscriptionClient)
        self.groups = client(ManagementGroupsMgmtClient)

    def count(self, type_: str) -> int:
        return len(self.sub.of_type(type_))


def clients_of(world: World, name: str) -> Clients:
    """The clients of the subscription of that name."""
    return Clients(world, next(s for s in world.subscriptions if s.name == name))


async def counted(found: AsyncIterable[Any]) -> int:
    """How many entries a listing has."""
    return len([item async for item in found])
