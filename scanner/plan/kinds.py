"""Which ARM types are kept, as which record, and which of them are parts of their parents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from scanner.inventory.armid import ArmId
from scanner.inventory.records import backup, compute, network, resources
from scanner.inventory.records.base import Resource


class Kind(NamedTuple):
    """A type that has a record."""

    record: type[Resource]
    reading: str
    """The reading of a snapshot; ``network.`` begins one of its network. Empty: of a vault."""
    through: tuple[str, ...] = ()
    """The readings by which a VM leads to it: without them nobody knows whose it is."""


class Part(NamedTuple):
    """A type of children that the record of their parent has in a list."""

    path: tuple[str, ...]
    """The members of the parent's body that lead to the list."""
    key: str
    """The member by which an entry is found: ``id``, ``name`` or ``lun``."""


VAULT = "microsoft.recoveryservices/vaults"
POLICY = f"{VAULT}/backuppolicies"
ITEM = f"{VAULT}/backupfabrics/protectioncontainers/protecteditems"
VM = "microsoft.compute/virtualmachines"
LOCK = "microsoft.authorization/locks"
COLLECTION = "microsoft.compute/restorepointcollections"
_NICS, _NETWORKS = "network.interfaces", "network.virtual_networks"
KINDS: Mapping[str, Kind] = {
    VM: Kind(compute.VirtualMachine, "vms"),
    "microsoft.compute/disks": Kind(compute.Disk, "disks"),
    COLLECTION: Kind(compute.RestorePointCollection, "collections"),
    LOCK: Kind(resources.Lock, "locks", ("collections", "expanded")),
    "microsoft.network/networkinterfaces": Kind(network.NetworkInterface, _NICS),
    "microsoft.network/networksecuritygroups": Kind(
        network.NetworkSecurityGroup, "network.security_groups", (_NICS, _NETWORKS)
    ),
    "microsoft.network/virtualnetworks": Kind(network.VirtualNetwork, _NETWORKS, (_NICS,)),
    "microsoft.network/routetables": Kind(
        network.RouteTable, "network.route_tables", (_NICS, _NETWORKS)
    ),
    "microsoft.network/loadbalancers": Kind(
        network.LoadBalancer, "network.load_balancers", (_NICS,)
    ),
    "microsoft.network/publicipaddresses": Kind(
        network.PublicIpAddress, "network.public_ips", (_NICS,)
    ),
    "microsoft.network/natgateways": Kind(
        network.NatGateway, "network.nat_gateways", (_NICS, _NETWORKS)
    ),
    VAULT: Kind(backup.Vault, ""),
    POLICY: Kind(backup.Policy, ""),
    ITEM: Kind(backup.ProtectedItem, ""),
}
"""The kinds, the key is the type in lower case."""
PARTS: Mapping[str, Part] = {
    "microsoft.network/virtualnetworks/subnets": Part(("properties", "subnets"), "id"),
    "microsoft.network/virtualnetworks/virtualnetworkpeerings": Part(
        ("properties", "virtualNetworkPeerings"), "name"
    ),
    "microsoft.network/networksecuritygroups/securityrules": Part(
        ("properties", "securityRules"), "name"
    ),
    "microsoft.network/routetables/routes": Part(("properties", "routes"), "name"),
    "microsoft.network/loadbalancers/outboundrules": Part(("properties", "outboundRules"), "name"),
    "microsoft.network/loadbalancers/loadbalancingrules": Part(
        ("properties", "loadBalancingRules"), "name"
    ),
    "microsoft.network/networkinterfaces/ipconfigurations": Part(
        ("properties", "ipConfigurations"), "name"
    ),
    f"{VM}/extensions": Part(("resources",), "id"),
    f"{VM}/datadisks": Part(("properties", "storageProfile", "dataDisks"), "lun"),
    "microsoft.compute/restorepointcollections/restorepoints": Part(
        ("properties", "restorePoints"), "id"
    ),
}
"""``dataDisks`` is no type of ARM: it gives a data disk that is attached by itself an id."""


def is_kept(id_: ArmId) -> bool:
    """True if a change of the resource can change what is known of a VM's backup."""
    type_ = id_.type
    return is_group(id_) if type_ is None else type_ in KINDS or type_ in PARTS


def is_group(id_: ArmId) -> bool:
    """True if the id is that of a resource group. It has no type."""
    return id_.type is None and id_ == id_.group


def key_of(id_: ArmId) -> Any:
    """What an entry of a parent's list has as its key."""
    part = PARTS[id_.type or ""]
    if part.key == "lun":
        return int(id_.name) if id_.name.isdecimal() else id_.name
    return id_.text if part.key == "id" else id_.name


def _default(
    name: str, priority: int, direction: str, access: str, *prefixes: str
) -> dict[str, Any]:
    source, destination = prefixes
    return {
        "name": name,
        "properties": {
            "priority": priority, "direction": direction, "access": access, "protocol": "*",
            "sourcePortRange": "*", "destinationPortRange": "*",
            "sourceAddressPrefix": source, "destinationAddressPrefix": destination,
        },
    }  # fmt: skip


_DEFAULT_RULES: list[Any] = [
    _default("AllowVnetInBound", 65000, "Inbound", "Allow", "VirtualNetwork", "VirtualNetwork"),
    _default("AllowAzureLoadBalancerInBound", 65001, "Inbound", "Allow", "AzureLoadBalancer", "*"),
    _default("DenyAllInBound", 65500, "Inbound", "Deny", "*", "*"),
    _default("AllowVnetOutBound", 65000, "Outbound", "Allow", "VirtualNetwork", "VirtualNetwork"),
    _default("AllowInternetOutBound", 65001, "Outbound", "Allow", "*", "Internet"),
    _default("DenyAllOutBound", 65500, "Outbound", "Deny", "*", "*"),
]
"""What every group has (Azure network security groups overview, "Default security rules")."""
BORN: Mapping[str, Any] = {
    VM: {"properties": {"storageProfile": {"dataDisks": []}}},
    "microsoft.network/networksecuritygroups": {
        "properties": {"securityRules": [], "defaultSecurityRules": _DEFAULT_RULES}
    },
    "microsoft.network/virtualnetworks": {"properties": {"subnets": []}},
    "microsoft.network/routetables": {"properties": {"routes": []}},
    POLICY: {"properties": {"protectedItemsCount": 0}},
}
"""What a resource that is created has if its body does not say it, by type."""
