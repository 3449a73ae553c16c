"""The typed operations of the azure-mgmt clients, against what the simulated fleet holds.

The models come from Azure's own definitions: what a client deserializes has their shape.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.network.models import NextHopParameters

from scanner.sim.world import World
from tests.support.typed_clients import Clients, clients_of, counted


async def test_every_part_of_a_vm_is_read_by_its_id(fleet: World) -> None:
    clients = clients_of(fleet, "contoso-prod")
    vm = next(vm for vm in clients.sub.vms if vm.extensions and vm.power == "running")
    group = vm.group.name
    read = await clients.compute.virtual_machines.get(group, vm.name, expand="instanceView")
    assert {status.code for status in read.instance_view.statuses} >= {"PowerState/running"}
    view = await clients.compute.virtual_machines.instance_view(group, vm.name)
    assert view.vm_agent.vm_agent_version == vm.agent.version if vm.agent else True
    name = vm.extensions[0].name
    extension = await clients.compute.virtual_machine_extensions.get(group, vm.name, name)
    assert extension.name == name
    disk = await clients.compute.disks.get(group, vm.disks[0].name)
    assert disk.disk_size_gb == vm.disks[0].shape.gib
    nic = await clients.network.network_interfaces.get(group, vm.nics[0].name)
    # IEEE 802: six pairs of digits. Azure writes dashes.
    assert [len(pair) for pair in nic.mac_address.split("-")] == [2] * 6
    one = nic.ip_configurations[0]
    again = await clients.network.network_interface_ip_configurations.get(
        group, vm.nics[0].name, one.name
    )
    assert again.private_ip_address == one.private_ip_address
    network, subnet = one.subnet.id.split("/")[-3], one.subnet.id.split("/")[-1]
    found = await clients.network.subnets.get(group, network, subnet)
    assert found.address_prefix
    sizes = clients.compute.virtual_machines.list_available_sizes(group, vm.name)
    assert await counted(sizes) == 5
    assert await clients.resource.resources.check_existence_by_id(vm.id, api_version="2024-07-01")
    assert not await clients.resource.resource_groups.check_existence("rg-none")


async def test_restore_points_one_by_one(fleet: World) -> None:
    clients = clients_of(fleet, "contoso-prod")
    collection = next(item for item in clients.sub.collections if item.points)
    where = (collection.group.name, collection.name)
    whole = await clients.compute.restore_point_collections.get(*where, expand="restorePoints")
    assert len(whole.restore_points) == len(collection.points)
    name = whole.restore_points[0].name
    point = await clients.compute.restore_points.get(*where, name)
    assert point.time_created == whole.restore_points[0].time_created


async def test_locks_at_a_resource(fleet: World) -> None:
    clients = clients_of(fleet, "contoso-prod")
    lock = next(lock for lock in clients.sub.locks if lock.name == "keep-sql")
    _, _, _, _, group, _, namespace, type_, name = lock.on.split("/")
    operations = clients.locks.management_locks
    found = operations.list_at_resource_level(group, namespace, "", type_, name)
    assert [item.name async for item in found] == ["keep-sql"]
    read = await operations.get_by_scope(lock.on, "keep-sql")
    assert (read.level, read.notes) == ("CanNotDelete", lock.notes)
    with pytest.raises(ResourceNotFoundError, match="LockNotFound"):
        await operations.get_at_resource_group_level(group, "keep-sql")


async def test_rules_and_routes_one_by_one(fleet: World) -> None:
    network = clients_of(fleet, "contoso-korea").network
    rules = [r.name async for r in network.security_rules.list("rg-shop", "nsg-closed")]
    assert rules == ["allow-vnet", "deny-outbound"]
    rule = await network.security_rules.get("rg-shop", "nsg-closed", "deny-outbound")
    assert (rule.priority, rule.access) == (4096, "Deny")
    defaults = network.default_security_rules.list("rg-shop", "nsg-closed")
    assert await counted(defaults) == 6
    route = await network.routes.get("rg-shop", "rt-firewall", "to-firewall")
    assert route.next_hop_ip_address == "10.0.9.4"
    with pytest.raises(ResourceNotFoundError, match="not found"):
        await network.routes.get("rg-shop", "rt-firewall", "other")
    with pytest.raises(ResourceNotFoundError, match="ParentResourceNotFound"):
        await network.routes.get("rg-shop", "rt-none", "other")


async def test_ways_out_of_the_network(fleet: World) -> None:
    network = clients_of(fleet, "contoso-shared").network
    [balancer] = [item async for item in network.load_balancers.list_all()]
    group = balancer.id.split("/")[4]
    front = balancer.frontend_ip_configurations[0]
    address = await network.public_ip_addresses.get(
        group, front.public_ip_address.id.split("/")[-1]
    )
    assert address.ip_address == "203.0.113.10"
    pools = network.load_balancer_backend_address_pools.list(group, balancer.name)
    assert [pool.name async for pool in pools] == ["aksOutboundBackendPool"]
    gateways = [item async for item in network.nat_gateways.list_all()]
    assert [gateway.name for gateway in gateways] == ["nat-agents"]


async def test_service_tags(fleet: World) -> None:
    tags = await clients_of(fleet, "contoso-shared").network.service_tags.list("westeurope")
    assert "AzureBackup" in {tag["name"] for tag in tags["values"]}


async def test_questions_to_network_watcher_are_operations() -> None:
    small = World()
    subscription = small.subscription("prod")
    vm = subscription.group("rg-web").vm("web-01")
    watcher = subscription.group("NetworkWatcherRG").network_watcher()
    watchers = clients_of(small, "prod").network.network_watchers
    where = ("NetworkWatcherRG", watcher.id.rpartition("/")[2])
    address = {"source_ip_address": "10.0.0.4", "destination_ip_address": "20.0.0.1"}
    question = NextHopParameters(target_resource_id=vm.id, **address)
    hop = await (await watchers.begin_get_next_hop(*where, question)).result()
    assert hop.next_hop_type == "Internet"
    with pytest.raises(ResourceNotFoundError, match="networkWatchers/none"):
        await watchers.begin_get_next_hop(where[0], "none", question)
    with pytest.raises(HttpResponseError, match="InvalidResourceType"):
        await watchers.begin_get_next_hop(*where, question, params={"api-version": "2001-01-01"})


async def test_what_a_vault_holds(fleet: World) -> None:
    clients = clients_of(fleet, "contoso-shared")
    vault = next(item for item in fleet.vaults if item.items and item.jobs)
    where = (vault.name, vault.group.name)
    backup = clients.backup
    assert await counted(clients.vaults.vaults.list_by_subscription_id()) == len(clients.sub.vaults)
    assert (await clients.vaults.vaults.get(where[1], where[0])).location == vault.location
    assert await counted(clients.vaults.usages.list_by_vaults(where[1], where[0])) == 1
    vms = "backupManagementType eq 'AzureIaasVM' and itemType eq 'VM'"
    items = [i async for i in backup.backup_protected_items.list(*where, filter=vms)]
    assert len(items) == len(vault.items)
    other = "backupManagementType eq 'AzureStorage'"
    assert await counted(backup.backup_protected_items.list(*where, filter=other)) == 0
    containers = backup.backup_protection_containers.list(*where, filter=other)
    assert await counted(containers) == 0
    hourly = f"{vms} and policyName eq 'EveryFourHours'"
    count = sum(i["properties"]["policyName"] == "EveryFourHours" for i in vault.items)
    assert await counted(backup.backup_protected_items.list(*where, filter=hourly)) == count
    friendly = vault.items[0]["properties"]["friendlyName"]
    named = f"backupManagementType eq 'AzureIaasVM' and friendlyName eq '{friendly}'"
    assert await counted(backup.backup_protection_containers.list(*where, filter=named)) == 1
    encryption = await backup.backup_resource_encryption_configs.get(*where)
    assert encryption.properties.encryption_at_rest_type == "MicrosoftManaged"
    policy = await backup.protection_policies.get(*where, "DefaultPolicy")
    assert policy.properties.backup_management_type == "AzureIaasVM"
    failed = backup.backup_jobs.list(*where, filter="status eq 'Failed'")
    count = sum(job["properties"]["status"] == "Failed" for job in vault.jobs)
    assert await counted(failed) == count
    job = await backup.job_details.get(*where, vault.jobs[0]["name"])
    assert job.properties.status == vault.jobs[0]["properties"]["status"]
    item = next(item for item in items if item.properties.last_recovery_point)
    path = item.id.split("/")
    parts = ("Azure", path[-3], path[-1])
    again = await backup.protected_items.get(*where, *parts)
    assert again.properties.source_resource_id == item.properties.source_resource_id
    points = [p async for p in backup.recovery_points.list(*where, *parts)]
    # The newest recovery point is the one that the item names.
    newest = points[0].properties.recovery_point_time
    assert abs(newest - item.properties.last_recovery_point) < timedelta(seconds=1)
    one = await backup.recovery_points.get(*where, *parts, points[0].name)
    assert one.properties.recovery_point_time == newest
    settings = await backup.backup_resource_vault_configs.get(*where)
    assert settings.properties.soft_delete_feature_state == "Enabled"
    storage = await backup.backup_resource_storage_configs_non_crr.get(*where)
    assert storage.properties.storage_type == "GeoRedundant"
    assert await counted(backup.backup_usage_summaries.list(*where)) == 2


async def test_scale_set_and_the_filter_of_its_vms(fleet: World) -> None:
    compute = clients_of(fleet, "contoso-korea").compute
    scale_set = await compute.virtual_machine_scale_sets.get("rg-shop", "shop-burst")
    filter_ = f"'virtualMachineScaleSet/id' eq '{scale_set.id}'"
    names = [vm.name async for vm in compute.virtual_machines.list("rg-shop", filter=filter_)]
    instances = compute.virtual_machine_scale_set_vms.list("rg-shop", "shop-burst")
    assert [vm.name async for vm in instances] == names
    assert names == [f"shop-burst_{number:08x}" for number in range(4)]


async def test_providers(fleet: World) -> None:
    providers = clients_of(fleet, "contoso-prod").resource.providers
    states = {p.namespace: p.registration_state async for p in providers.list()}
    assert states["Microsoft.Compute"] == "Registered"
    assert states["Microsoft.Storage"] == "NotRegistered"
    provider = await providers.get("microsoft.compute")
    [disks] = [t for t in provider.resource_types if t.resource_type == "disks"]
    assert "2024-03-02" in disks.api_versions
    with pytest.raises(ResourceNotFoundError, match="InvalidResourceNamespace"):
        await providers.get("Contoso.None")


Call = Callable[[Clients], Awaitable[Any]]
WRONG_VERSIONS: Mapping[str, tuple[Call, str, str]] = {
    "a listing": (
        lambda c: counted(c.compute.disks.list(params={"api-version": "2024-07-01"})),
        "InvalidResourceType",
        "The supported api-versions are '2026-03-02,",
    ),
    "a resource": (
        lambda c: c.compute.virtual_machines.get(
            c.sub.vms[0].group.name, c.sub.vms[0].name, params={"api-version": "2024-03-02"}
        ),
        "NoRegisteredProviderFound",
        "The supported locations are 'westeurope'",
    ),
}


@pytest.mark.parametrize("case", WRONG_VERSIONS)
async def test_a_version_that_a_type_does_not_have_is_refused_with_the_list(
    fleet: World, case: str
) -> None:
    call, code, words = WRONG_VERSIONS[case]
    with pytest.raises(HttpResponseError) as refused:
        await call(clients_of(fleet, "contoso-prod"))
    assert refused.value.error is not None
    assert refused.value.error.code == code
    assert words in str(refused.value)


async def test_metrics_of_a_vm(fleet: World) -> None:
    clients = clients_of(fleet, "contoso-prod")
    vm = next(vm for vm in clients.sub.vms if vm.power == "running")
    span = "2026-01-15T05:00:00Z/2026-01-15T06:00:00Z"
    got = await clients.monitor.metrics.list(vm.id, timespan=span, metricnames="Percentage CPU")
    assert len(got.value[0].timeseries[0].data) == 60
    assert datetime(2026, 1, 15, 5, tzinfo=UTC) == got.value[0].timeseries[0].data[0].time_stamp
    assert await counted(clients.monitor.metric_definitions.list(vm.id)) == 2
