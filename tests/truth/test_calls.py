"""Every call is the one the SDK's own operation sends, so an upgrade cannot drift unseen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from azure.mgmt.compute.aio import ComputeManagementClient
from azure.mgmt.managementgroups.aio import ManagementGroupsMgmtClient
from azure.mgmt.network.aio import NetworkManagementClient
from azure.mgmt.recoveryservices.aio import RecoveryServicesClient
from azure.mgmt.recoveryservicesbackup.aio import RecoveryServicesBackupClient
from azure.mgmt.resource.locks.aio import ManagementLockClient
from azure.mgmt.resource.resources.aio import ResourceManagementClient
from azure.mgmt.resource.subscriptions.aio import SubscriptionClient

from scanner.arm import calls
from scanner.arm.client import Arm
from scanner.arm.cloud import CLOUDS
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap
from scanner.sim.arm import SimulatedArm
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from scanner.sim.wire import Logged
from scanner.sim.world import World

Sent = tuple[str, str, Mapping[str, str]]


class Azure:
    """One VM with one collection, and the SDK's clients."""

    def __init__(self) -> None:
        self.world = World()
        subscription = self.world.subscription("prod")
        self.world.management_group("root", [subscription])
        group = subscription.group("rg")
        self.subscription = subscription.id
        self.vm = group.vm("app").id
        group.nsg("nsg")
        group.route_table("rt")
        group.load_balancer("lb")
        group.nat_gateway("nat", [group.public_ip("pip").id])
        group.classic_vm("old")
        self.collection = group.collection(source=self.vm, points=2, name="points").id
        subscription.lock("keep", on=group.id)
        vault = group.vault("vault")
        vault.protect(subscription.vms[0], vault.policy())
        self.job = f"{vault.id}/backupJobs/{vault.job(subscription.vms[0])}"
        self.vault = vault.id
        self.question = {"resourceType": "VM", "resourceId": self.vm}
        self.simulated = SimulatedArm(self.world)
        transport, credential = SimulatedTransport(self.simulated), SimulatedCredential()
        guid = subscription.subscription_id
        options: dict[str, Any] = {"transport": transport}
        self.compute: Any = ComputeManagementClient(credential, guid, **options)
        self.network: Any = NetworkManagementClient(credential, guid, **options)
        self.resource: Any = ResourceManagementClient(credential, guid, **options)
        self.locks: Any = ManagementLockClient(credential, guid, **options)
        self.vaults: Any = RecoveryServicesClient(credential, guid, **options)
        self.backup: Any = RecoveryServicesBackupClient(credential, guid, **options)
        self.subscriptions: Any = SubscriptionClient(credential, **options)
        self.groups: Any = ManagementGroupsMgmtClient(credential, **options)
        self.ours = Arm(CLOUDS["public"], credential, transport, lambda: self.world.now, calls.ASKS)

    def sent(self) -> Sent:
        """The one request since the last look, as far as letters' case does not matter."""
        [request] = self.simulated.log
        self.simulated.log.clear()
        return _sent(request)


def _sent(request: Logged) -> Sent:
    query = {name.lower(): value.lower() for name, value in request.query.items()}
    return request.method, request.path.lower().rstrip("/"), query


async def _all(paged: Any) -> list[Any]:
    return [each async for each in paged]


Operation = Callable[[Azure], Awaitable[object]]


async def _classic(azure: Azure) -> object:
    """The SDK has no operation of the classic provider's own; it reads any path there is."""
    path = f"{azure.subscription}/providers/Microsoft.ClassicCompute/virtualMachines"
    return await azure.resource.resources.get_by_id(path.lstrip("/"), api_version="2017-04-01")


def _network(name: str) -> tuple[Operation, Callable[[Azure], str]]:
    return (
        lambda azure: _all(getattr(azure.network, name).list_all()),
        lambda azure: azure.subscription,
    )


def _of_vault(name: str, call: calls.Call[Any]) -> tuple[Operation, Callable[[Azure], str]]:
    """The SDK's operation with the filter that is ours to choose."""
    wanted = call.query["$filter"]
    return (
        lambda azure: _all(getattr(azure.backup, name).list("vault", "rg", filter=wanted)),
        lambda azure: azure.vault,
    )


OPERATIONS: Mapping[str, tuple[Operation, Callable[[Azure], str]]] = {
    calls.SUBSCRIPTIONS.name: (
        lambda azure: _all(azure.subscriptions.subscriptions.list()),
        lambda azure: "/subscriptions",
    ),
    calls.DESCENDANTS.name: (
        lambda azure: _all(azure.groups.management_groups.get_descendants("root")),
        lambda azure: "/providers/Microsoft.Management/managementGroups/root",
    ),
    calls.RESOURCE_GROUPS.name: (
        lambda azure: _all(azure.resource.resource_groups.list()),
        lambda azure: azure.subscription,
    ),
    calls.VIRTUAL_MACHINES.name: (
        lambda azure: _all(azure.compute.virtual_machines.list_all()),
        lambda azure: azure.subscription,
    ),
    calls.STATUSES.name: (
        lambda azure: _all(azure.compute.virtual_machines.list_all(status_only="true")),
        lambda azure: azure.subscription,
    ),
    calls.INSTANCE_VIEW.name: (
        lambda azure: azure.compute.virtual_machines.get("rg", "app", expand="instanceView"),
        lambda azure: azure.vm,
    ),
    calls.DISKS.name: (
        lambda azure: _all(azure.compute.disks.list()),
        lambda azure: azure.subscription,
    ),
    calls.LOCKS.name: (
        lambda azure: _all(azure.locks.management_locks.list_at_subscription_level()),
        lambda azure: azure.subscription,
    ),
    calls.COLLECTIONS.name: (
        lambda azure: _all(azure.compute.restore_point_collections.list_all()),
        lambda azure: azure.subscription,
    ),
    calls.RESTORE_POINTS.name: (
        lambda azure: azure.compute.restore_point_collections.get(
            "rg", "points", expand="restorePoints"
        ),
        lambda azure: azure.collection,
    ),
    calls.VAULTS.name: (
        lambda azure: _all(azure.vaults.vaults.list_by_subscription_id()),
        lambda azure: azure.subscription,
    ),
    calls.PROTECTED_ITEMS.name: _of_vault("backup_protected_items", calls.PROTECTED_ITEMS),
    calls.POLICIES.name: _of_vault("backup_policies", calls.POLICIES),
    calls.JOBS.name: _of_vault("backup_jobs", calls.JOBS),
    calls.JOB.name: (
        lambda azure: azure.backup.job_details.get("vault", "rg", azure.job.rpartition("/")[2]),
        lambda azure: azure.job,
    ),
    calls.STATUS.name: (
        lambda azure: azure.backup.backup_status.get("westeurope", azure.question),
        lambda azure: azure.subscription,
    ),
    calls.VALIDATION.name: (
        lambda azure: azure.backup.protection_intent.validate("westeurope", azure.question),
        lambda azure: azure.subscription,
    ),
    calls.CLASSIC_VMS.name: (_classic, lambda azure: azure.subscription),
    calls.INTERFACES.name: _network("network_interfaces"),
    calls.SECURITY_GROUPS.name: _network("network_security_groups"),
    calls.VIRTUAL_NETWORKS.name: _network("virtual_networks"),
    calls.ROUTE_TABLES.name: _network("route_tables"),
    calls.LOAD_BALANCERS.name: _network("load_balancers"),
    calls.PUBLIC_IPS.name: _network("public_ip_addresses"),
    calls.NAT_GATEWAYS.name: _network("nat_gateways"),
}


def test_every_call_is_compared() -> None:
    assert set(OPERATIONS) == {call.name for call in calls.CALLS}
    assert len(OPERATIONS) == len(calls.CALLS)


@pytest.mark.parametrize("call", calls.CALLS, ids=lambda call: call.name)
async def test_same_request_as_the_sdk(call: calls.Call[Any]) -> None:
    azure = Azure()
    operation, scope_of = OPERATIONS[call.name]
    assert await operation(azure)
    theirs = azure.sent()
    scope = ArmId(scope_of(azure))
    if call.method == "POST":
        answer = await azure.ours.ask(call, scope, "westeurope", azure.question)
        assert not isinstance(answer, Gap)
    elif call.per in ("VM", "collection", "failed job"):
        assert not isinstance(await azure.ours.read(call, scope), Gap)
    else:
        reading = await azure.ours.list_all(call, scope)
        assert reading.records
        assert reading.gaps == ()
    assert azure.sent() == theirs
    assert theirs[0] == call.method
    assert theirs[2]["api-version"] == call.api_version
