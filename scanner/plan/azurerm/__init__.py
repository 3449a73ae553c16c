"""The resource types of the provider azurerm (3 to 5) as ARM bodies: tables and few functions."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.plan.azurerm.backup import BACKUP
from scanner.plan.azurerm.compute import COMPUTE
from scanner.plan.azurerm.mapped import Mapped
from scanner.plan.azurerm.network import NETWORK

TYPES: Mapping[str, Mapped] = {**COMPUTE, **NETWORK, **BACKUP}
"""The mapping of each type, the key is its name."""
HIDDEN: Mapping[str, str] = {
    "azurerm_orchestrated_virtual_machine_scale_set": "its VMs have no resource in the plan",
    "azurerm_policy_virtual_machine_configuration_assignment": "it may change what runs in a VM",
    "azurerm_resource_group_template_deployment": "its resources are in a template",
    "azurerm_subscription_template_deployment": "its resources are in a template",
    "azurerm_virtual_network_peering": "it gives subnets a way to another network",
    "azurerm_virtual_hub_route_table": "it may give a subnet routes",
    "azurerm_virtual_hub_route_table_route": "it may give a subnet routes",
    "azurerm_network_manager_admin_rule": "it may deny traffic before any security group",
    "azurerm_firewall_policy_rule_collection_group": "it may deny traffic of a subnet",
}
"""Types that are not judged and may change what is: a note names them."""
_NETWORK = "microsoft.network"
_VM = ("microsoft.compute/virtualmachines",)
_GROUP = (f"{_NETWORK}/networksecuritygroups",)
_POOL = (f"{_NETWORK}/loadbalancers/backendaddresspools",)
_ADDRESS = (f"{_NETWORK}/publicipaddresses",)
REFERRED: Mapping[str, tuple[str, ...]] = {
    "subnet_id": (f"{_NETWORK}/virtualnetworks/subnets",),
    "network_interface_id": (f"{_NETWORK}/networkinterfaces",),
    "network_interface_ids": (f"{_NETWORK}/networkinterfaces",),
    "primary_network_interface_id": (f"{_NETWORK}/networkinterfaces",),
    "network_security_group_id": _GROUP,
    "network_security_group_id_wo": _GROUP,
    "security_group": _GROUP,
    "route_table_id": (f"{_NETWORK}/routetables",),
    "route_table_id_wo": (f"{_NETWORK}/routetables",),
    "nat_gateway_id": (f"{_NETWORK}/natgateways",),
    "public_ip_address_id": _ADDRESS,
    "public_ip_prefix_id": (f"{_NETWORK}/publicipprefixes",),
    "loadbalancer_id": (f"{_NETWORK}/loadbalancers",),
    "backend_address_pool_id": _POOL,
    "backend_address_pool_ids": _POOL,
    "application_security_group_id": (f"{_NETWORK}/applicationsecuritygroups",),
    "virtual_machine_id": _VM,
    "source_vm_id": _VM,
    "source_virtual_machine_id": _VM,
    "managed_disk_id": ("microsoft.compute/disks",),
    "backup_policy_id": ("microsoft.recoveryservices/vaults/backuppolicies",),
    "virtual_machine_restore_point_collection_id": ("microsoft.compute/restorepointcollections",),
}
"""The types of resources that an attribute may have the id of. Another id is not its value."""
