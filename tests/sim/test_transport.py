"""The in-process transport, through the clients that real programs use."""

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
    ServiceResponseError,
)
from azure.mgmt.compute.aio import ComputeManagementClient

from scanner.sim import faults
from scanner.sim.arm import SimulatedArm
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from scanner.sim.world import Group, Subscription
from tests.support.simulated_arm import Client


async def test_typed_operations(web: Group, arm: SimulatedArm, prod: Subscription) -> None:
    names = [web.vm(f"vm-{i}", os="windows").name for i in range(5)]
    web.collection(source=f"{web.id}/x", points=3, name="points")
    compute = Client(arm, prod).compute
    assert [vm.name async for vm in compute.virtual_machines.list_all()] == names
    statuses = [vm async for vm in compute.virtual_machines.list_all(status_only="true")]
    assert statuses[0].instance_view.statuses[1].code == "PowerState/running"
    vm = await compute.virtual_machines.get("RG-web", "vm-1", expand="instanceView")
    assert vm.instance_view.vm_agent.vm_agent_version == "2.7.41491.1131"
    view = await compute.virtual_machines.instance_view("rg-web", "vm-1")
    assert view.vm_agent is not None
    assert view.vm_agent.statuses is not None
    assert view.vm_agent.statuses[0].display_status == "Ready"
    points = await compute.restore_point_collections.get("rg-web", "points", expand="restorePoints")
    assert [point.time_created.day for point in points.restore_points] == [12, 13, 14]
    assert len([disk async for disk in compute.disks.list()]) == 5


async def test_send_request(web: Group, arm: SimulatedArm, prod: Subscription) -> None:
    web.vm("a")
    client = Client(arm, prod)
    path = f"{prod.id}/providers/Microsoft.Network/networkInterfaces"
    response = await client.send(path)
    assert response.status_code == 200
    assert response.json()["value"][0]["name"] == "aVMNic"
    assert arm.log[-1].host == "management.azure.com"
    assert arm.log[-1].authorized
    assert client.credential.calls == 1


async def test_throttling_takes_simulated_time(web: Group, prod: Subscription) -> None:
    web.vm("a")
    faults.throttle(prod, "virtual_machines", times=2, retry_after=600)
    client = Client(SimulatedArm(prod.world, latency=0.5), prod)
    assert [vm.name async for vm in client.compute.virtual_machines.list_all()] == ["a"]
    assert client.transport.sleeps == [600.0, 600.0]
    assert client.transport.clock == pytest.approx(1201.5)


async def test_refusal_and_absence(web: Group, arm: SimulatedArm, prod: Subscription) -> None:
    faults.refuse(prod, "disks")
    compute = Client(arm, prod).compute
    with pytest.raises(HttpResponseError) as refused:
        [disk async for disk in compute.disks.list()]
    assert refused.value.error is not None
    assert refused.value.error.code == "AuthorizationFailed"
    with pytest.raises(ResourceNotFoundError):
        await compute.virtual_machines.get("rg-web", "none")


async def test_broken_connection(arm: SimulatedArm, prod: Subscription) -> None:
    faults.drop(prod, "virtual_machines")
    compute = Client(arm, prod).compute
    with pytest.raises(ServiceResponseError):
        [vm async for vm in compute.virtual_machines.list_all()]


async def test_unknown_token(arm: SimulatedArm, prod: Subscription) -> None:
    credential = SimulatedCredential(token="other")
    compute = ComputeManagementClient(
        credential, prod.subscription_id, transport=SimulatedTransport(arm)
    )
    with pytest.raises(ClientAuthenticationError):
        [vm async for vm in compute.virtual_machines.list_all()]


async def test_default_clients_try_to_register_a_provider_and_the_log_shows_it(
    arm: SimulatedArm, prod: Subscription
) -> None:
    faults.not_registered(prod, "disks", times=1)
    compute = Client(arm, prod).compute
    with pytest.raises(ResourceExistsError, match="MissingSubscriptionRegistration"):
        [disk async for disk in compute.disks.list()]
    written = [entry.path for entry in arm.log if entry.method == "POST"]
    assert written == [f"{prod.id}/providers/Microsoft.Compute/register"]
