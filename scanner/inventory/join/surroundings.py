"""The networks around a subnet: address spaces, peerings, gateways, and appliances.

They only add routes and names. A member that is missing or cannot be read adds none.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from itertools import chain

from scanner.inventory.arm_text import lower
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.records.network import (
    AddressSpace,
    PeeringProperties,
    RouteTable,
    SubnetProperties,
    VirtualNetworkProperties,
)

_GATEWAY, _ROUTE_SERVER, _FIREWALL = "gatewaysubnet", "routeserversubnet", "azurefirewallsubnet"
"""Names of subnets that only these services have."""
_HUB = "hv_"
"""How the networks of hubs of Virtual WAN begin, which only show in peerings."""


def prefixes_of(space: AddressSpace | None) -> tuple[str, ...]:
    """The prefixes of an address space that can be read."""
    listed = (space.address_prefixes if space else None) or ()
    return tuple(prefix for prefix in listed if _network(prefix))


def peered_prefixes(network: VirtualNetworkProperties) -> tuple[str, ...]:
    """The prefixes of the networks that a network is connected to by a peering."""
    spaces = (prefixes_of(peering.remote_address_space) for peering in _connected(network))
    return tuple(dict.fromkeys(chain.from_iterable(spaces)))


def peers(network: VirtualNetworkProperties) -> Iterator[ArmId]:
    """The networks that a network is connected to by a peering."""
    for peering in _connected(network):
        remote = peering.remote_virtual_network
        if remote and remote.id:
            yield remote.id


def _connected(network: VirtualNetworkProperties) -> Iterator[PeeringProperties]:
    for peering in network.virtual_network_peerings or ():
        found = peering.properties
        if found and lower(found.peering_state or "") == "connected":
            yield found


def hidden_routes(
    network: VirtualNetworkProperties, table: RouteTable | None, at: Source
) -> Iterator[Evidence]:
    """What gives subnets of a network routes that no configuration shows.

    A table with ``disableBgpRoutePropagation`` keeps off the routes of virtual network gateways
    (Virtual network traffic routing, "Border gateway protocol").
    """
    subnets = [lower(subnet.id.name) for subnet in network.subnets or ()]
    if table and table.properties and table.properties.disable_bgp_route_propagation:
        return
    for name in (_GATEWAY, _ROUTE_SERVER):
        if name in subnets:
            yield at.evidence(f"subnets[{subnets.index(name)}]", name)
    for index, peering in enumerate(network.virtual_network_peerings or ()):
        found = peering.properties
        if found is None:
            continue
        path = f"virtualNetworkPeerings[{index}].properties"
        remote = found.remote_virtual_network.id if found.remote_virtual_network else None
        if remote and lower(remote.name).startswith(_HUB):
            yield at.evidence(f"{path}.remoteVirtualNetwork.id", remote.text)
        elif found.use_remote_gateways:
            yield at.evidence(f"{path}.useRemoteGateways", True)


def next_hops(table: RouteTable | None) -> Iterator[str]:
    """The addresses of appliances in the routes of a table."""
    routes = table.properties.routes if table and table.properties else None
    for route in routes or ():
        if route.properties and route.properties.next_hop_ip_address:
            yield route.properties.next_hop_ip_address


def firewall_subnets(network: VirtualNetworkProperties, address: str) -> Iterator[ArmId]:
    """The subnet of Azure Firewall that has an address."""
    for subnet in network.subnets or ():
        is_firewall = lower(subnet.id.name) == _FIREWALL
        prefixes = _of_subnet(subnet.properties) if is_firewall and subnet.properties else ()
        if any(_contains(prefix, address) for prefix in prefixes):
            yield subnet.id


def _of_subnet(properties: SubnetProperties) -> tuple[str, ...]:
    return properties.address_prefixes or ((properties.address_prefix or ""),)


def _contains(prefix: str, address: str) -> bool:
    network = _network(prefix)
    try:
        return network is not None and ipaddress.ip_address(address) in network
    except ValueError:
        return False


def _network(prefix: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(prefix, strict=False)
    except ValueError:
        return None
