"""Every read of the clients' groups of operations that a scan uses, over the simulated Azure."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from scanner.sim.demo import grow
from scanner.sim.world import World
from tests.support.typed_clients import Clients, clients_of

READS = ("list", "get", "check_existence", "instance_view")
CLUSTER = {
    "resource_group_name": "MC_rg-kubernetes_aks-prod_westeurope",
    "load_balancer_name": "kubernetes",
    "backend_address_pool_name": "aksOutboundBackendPool",
    "outbound_rule_name": "out-aksOutboundBackendPool",
    "frontend_ip_configuration_name": "front",
}
SHOP = {
    "resource_group_name": "rg-shop",
    "network_security_group_name": "nsg-closed",
    "security_rule_name": "deny-outbound",
    "default_security_rule_name": "AllowVnetInBound",
    "route_table_name": "rt-firewall",
    "route_name": "to-firewall",
    "virtual_machine_scale_set_name": "shop-burst",
    "vm_scale_set_name": "shop-burst",
}
BUILD = {
    "resource_group_name": "rg-build",
    "public_ip_address_name": "pip-nat-agents",
    "nat_gateway_name": "nat-agents",
    "application_security_group_name": "asg-agents",
}
NETWORK = {
    "resource_group_name": "rg-sql",
    "virtual_network_name": "vnet-westeurope",
    "subnet_name": "default",
}
GROUPS: Mapping[tuple[str, str, str], Mapping[str, str]] = {
    ("prod", "subscriptions", "subscriptions"): {},
    ("prod", "subscriptions", "tenants"): {},
    ("prod", "groups", "management_groups"): {"group_id": "contoso"},
    ("prod", "resource", "resource_groups"): {},
    ("prod", "resource", "resources"): {"resource_type": "virtualMachines"},
    ("prod", "resource", "providers"): {},
    ("prod", "locks", "management_locks"): {"resource_group_name": "rg-sql"},
    ("prod", "compute", "virtual_machines"): {},
    ("prod", "compute", "virtual_machine_extensions"): {},
    ("prod", "compute", "virtual_machine_sizes"): {},
    ("prod", "compute", "resource_skus"): {},
    ("prod", "compute", "usage"): {},
    ("prod", "compute", "disks"): {},
    ("prod", "compute", "snapshots"): {"resource_group_name": "rg-erp"},
    ("prod", "compute", "restore_point_collections"): {
        "resource_group_name": "AzureBackupRG_westeurope_1"
    },
    ("prod", "compute", "restore_points"): {"resource_group_name": "AzureBackupRG_westeurope_1"},
    ("shared", "compute", "availability_sets"): {
        "resource_group_name": "rg-identity",
        "availability_set_name": "avail-rg-identity",
    },
    ("korea", "compute", "virtual_machine_scale_sets"): SHOP,
    ("korea", "compute", "virtual_machine_scale_set_vms"): SHOP,
    ("prod", "network", "network_interfaces"): {},
    ("prod", "network", "network_interface_ip_configurations"): {},
    ("prod", "network", "virtual_networks"): NETWORK,
    ("prod", "network", "subnets"): NETWORK,
    ("prod", "network", "virtual_network_peerings"): NETWORK,
    ("prod", "network", "network_watchers"): {"resource_group_name": "NetworkWatcherRG"},
    ("prod", "network", "flow_logs"): {"resource_group_name": "NetworkWatcherRG"},
    ("prod", "network", "usages"): {},
    ("prod", "network", "service_tags"): {},
    ("korea", "network", "network_security_groups"): SHOP,
    ("korea", "network", "security_rules"): SHOP,
    ("korea", "network", "default_security_rules"): SHOP,
    ("korea", "network", "route_tables"): SHOP,
    ("korea", "network", "routes"): SHOP,
    ("shared", "network", "load_balancers"): CLUSTER,
    ("shared", "network", "load_balancer_backend_address_pools"): CLUSTER,
    ("shared", "network", "load_balancer_frontend_ip_configurations"): CLUSTER,
    ("shared", "network", "load_balancer_outbound_rules"): CLUSTER,
    ("shared", "network", "load_balancer_load_balancing_rules"): CLUSTER,
    ("shared", "network", "load_balancer_probes"): CLUSTER,
    ("shared", "network", "public_ip_addresses"): BUILD,
    ("shared", "network", "nat_gateways"): BUILD,
    ("shared", "network", "application_security_groups"): BUILD,
    ("prod", "monitor", "metrics"): {},
    ("prod", "monitor", "metric_definitions"): {},
    ("prod", "monitor", "activity_logs"): {"filter": "eventTimestamp ge '2026-01-01T00:00:00Z'"},
    ("shared", "vaults", "vaults"): {},
    ("shared", "vaults", "usages"): {},
    **{
        ("shared", "backup", group): {}
        for group in (
            "backup_protected_items",
            "protected_items",
            "backup_policies",
            "protection_policies",
            "backup_jobs",
            "job_details",
            "backup_protection_containers",
            "protection_containers",
            "recovery_points",
            "backup_engines",
            "backup_resource_vault_configs",
            "backup_resource_storage_configs_non_crr",
            "backup_resource_encryption_configs",
            "backup_usage_summaries",
        )
    },
}
"""Arguments that differ from the usual ones, by subscription, client and group of operations."""
NOT_SERVED = {
    "availability_sets.list_available_sizes",
    "virtual_machine_scale_sets.get_instance_view",
    "virtual_machine_scale_sets.get_os_upgrade_history",
    "virtual_machine_scale_sets.list_by_location",
    "virtual_machine_scale_sets.list_skus",
    "virtual_networks.list_usage",
}
"""What is asked here, and the simulated Azure does not have. It counts it."""


@pytest.fixture(scope="module")
def world() -> World:
    fleet = grow(vms=60)
    fleet.faults.clear()
    return fleet


def usual_arguments(world: World, clients: Mapping[str, Clients]) -> dict[str, str]:
    """Arguments of operations by the names of their parameters."""
    prod = clients["prod"].sub
    vm = next(vm for vm in prod.vms if vm.extensions and vm.power == "running")
    vault = next(vault for vault in world.vaults if vault.items and vault.jobs)
    item = next(item for item in vault.items if item["properties"].get("lastRecoveryPoint"))
    lock = next(lock for lock in prod.locks if lock.name == "keep-sql")
    return {
        "resource_group_name": vm.group.name,
        "location": vm.group.location,
        "subscription_id": prod.subscription_id,
        "vm_name": vm.name,
        "vm_extension_name": vm.extensions[0].name,
        "disk_name": vm.disks[0].name,
        "network_interface_name": vm.nics[0].name,
        "ip_configuration_name": "ipconfig1",
        "snapshot_name": prod.of_type("Microsoft.Compute/snapshots")[0].id.rpartition("/")[2],
        "restore_point_collection_name": next(c for c in prod.collections if c.points).name,
        "network_watcher_name": "NetworkWatcher_westeurope",
        "resource_provider_namespace": "Microsoft.Compute",
        "parent_resource_path": "",
        "resource_type": "virtualMachines",
        "resource_name": lock.on.rpartition("/")[2],
        "resource_id": vm.id,
        "resource_uri": vm.id,
        "scope": lock.on,
        "lock_name": lock.name,
        "api_version": "2024-07-01",
        "timespan": "2026-01-15T05:00:00Z/2026-01-15T06:00:00Z",
        "vault_name": vault.name,
        "fabric_name": "Azure",
        "container_name": item["id"].split("/")[-3],
        "protected_item_name": item["id"].split("/")[-1],
        "job_name": vault.jobs[0]["name"],
        "policy_name": "DefaultPolicy",
    }


def reads(operations: Any, known: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The reads of a group for whose parameters something is known, with their arguments."""
    for name in dir(operations):
        if name.startswith(READS):
            parameters = inspect.signature(getattr(operations, name)).parameters.values()
            required = {p.name for p in parameters if p.default is p.empty and p.name != "kwargs"}
            optional = {p.name for p in parameters} & {"filter", "timespan"}
            if required <= known.keys():
                yield name, {k: known[k] for k in required | optional if k in known}


async def ask(operation: Any, arguments: Mapping[str, str]) -> None:
    """Read all that an operation gives."""
    answer = operation(**arguments)
    if inspect.isawaitable(answer):
        answer = await answer
    if hasattr(answer, "__aiter__"):
        _ = [item async for item in answer]


async def test_every_read_of_the_groups_is_answered(world: World) -> None:
    clients = {n: clients_of(world, f"contoso-{n}") for n in ("prod", "shared", "korea")}
    usual = usual_arguments(world, clients)
    vault = {"resource_group_name": "rg-backup"}
    answered, refused = set(), {}
    for (where, client, group), own in GROUPS.items():
        operations = getattr(getattr(clients[where], client), group)
        known = {**usual, **(vault if client in ("vaults", "backup") else {}), **own}
        for name, arguments in reads(operations, known):
            try:
                await ask(getattr(operations, name), arguments)
                answered.add(f"{group}.{name}")
            except HttpResponseError as error:
                refused[f"{group}.{name}"] = str(error)
    # A lock is at one scope. The operations for the others find none.
    elsewhere = {"at_resource_group_level", "at_subscription_level"}
    elsewhere = {f"management_locks.get_{scope}" for scope in elsewhere}
    assert refused.keys() == NOT_SERVED | elsewhere, refused
    assert len(answered) >= 120
