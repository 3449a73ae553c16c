"""The typed listings of the azure-mgmt clients, against what the simulated fleet holds."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from scanner.sim.world import World
from tests.support.typed_clients import Clients, clients_of, counted

Listing = tuple[Callable[[Clients], AsyncIterable[Any]], Callable[[Clients], int]]
ERP = "rg-erp"
LISTINGS: Mapping[str, Listing] = {
    "subscriptions": (
        lambda c: c.subscriptions.subscriptions.list(),
        lambda c: len(c.world.subscriptions),
    ),
    "tenants": (lambda c: c.subscriptions.tenants.list(), lambda c: 1),
    "management groups": (
        lambda c: c.groups.management_groups.list(),
        lambda c: len(c.world.all_management_groups),
    ),
    "groups": (lambda c: c.resource.resource_groups.list(), lambda c: len(c.sub.groups)),
    "resources": (lambda c: c.resource.resources.list(), lambda c: len(c.sub.all_items)),
    "resources of a type": (
        lambda c: c.resource.resources.list(filter="resourceType eq 'Microsoft.Compute/disks'"),
        lambda c: c.count("Microsoft.Compute/disks"),
    ),
    "resources of a group": (
        lambda c: c.resource.resources.list_by_resource_group(ERP),
        lambda c: sum(f"/resourceGroups/{ERP}/" in item.id for item in c.sub.all_items),
    ),
    "locks": (
        lambda c: c.locks.management_locks.list_at_subscription_level(),
        lambda c: len(c.sub.locks),
    ),
    "VMs": (lambda c: c.compute.virtual_machines.list_all(), lambda c: len(c.sub.vms)),
    "VMs of a group": (
        lambda c: c.compute.virtual_machines.list(ERP),
        lambda c: sum(vm.group.name == ERP for vm in c.sub.vms),
    ),
    "VMs in a region": (
        lambda c: c.compute.virtual_machines.list_by_location("northeurope"),
        lambda c: sum(vm.group.location == "northeurope" for vm in c.sub.vms),
    ),
    "sizes": (lambda c: c.compute.virtual_machine_sizes.list("westeurope"), lambda c: 5),
    "SKUs": (lambda c: c.compute.resource_skus.list(filter="location eq 'eastus'"), lambda c: 5),
    "usages": (lambda c: c.compute.usage.list("westeurope"), lambda c: 7),
    "disks": (lambda c: c.compute.disks.list(), lambda c: c.count("Microsoft.Compute/disks")),
    "snapshots": (lambda c: c.compute.snapshots.list(), lambda c: 1),
    "scale sets": (lambda c: c.compute.virtual_machine_scale_sets.list_all(), lambda c: 0),
    "availability sets": (
        lambda c: c.compute.availability_sets.list_by_subscription(),
        lambda c: 0,
    ),
    "collections": (
        lambda c: c.compute.restore_point_collections.list_all(),
        lambda c: len(c.sub.collections),
    ),
    "interfaces": (
        lambda c: c.network.network_interfaces.list_all(),
        lambda c: c.count("Microsoft.Network/networkInterfaces"),
    ),
    "networks": (
        lambda c: c.network.virtual_networks.list_all(),
        lambda c: c.count("Microsoft.Network/virtualNetworks"),
    ),
    "security groups": (
        lambda c: c.network.network_security_groups.list_all(),
        lambda c: c.count("Microsoft.Network/networkSecurityGroups"),
    ),
    "load balancers": (lambda c: c.network.load_balancers.list_all(), lambda c: 0),
    "private endpoints": (
        lambda c: c.network.private_endpoints.list_by_subscription(),
        lambda c: 0,
    ),
    "network watchers": (
        lambda c: c.network.network_watchers.list_all(),
        lambda c: c.count("Microsoft.Network/networkWatchers"),
    ),
    "network usages": (lambda c: c.network.usages.list("westeurope"), lambda c: 3),
    "activity log": (
        lambda c: c.monitor.activity_logs.list(
            filter=f"eventTimestamp ge '{c.world.now - timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}'"
        ),
        lambda c: sum(vm.power == "deallocated" for vm in c.sub.vms),
    ),
}


OF_ANOTHER_TYPE = {
    "VMs of a group",
    "availability sets",
    "collections",
    "disks",
    "interfaces",
    "load balancers",
    "network usages",
    "network watchers",
    "networks",
    "private endpoints",
    "scale sets",
    "security groups",
    "snapshots",
}
"""Listings that differ from another one by their type alone."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.long if name in OF_ANOTHER_TYPE else ())
        for name in LISTINGS
    ],
)
async def test_listings(fleet: World, name: str) -> None:
    clients = clients_of(fleet, "contoso-prod")
    operation, expected = LISTINGS[name]
    assert await counted(operation(clients)) == expected(clients)
