"""The networks around a subnet: address spaces, peerings, gateways, and appliances.

They only add routes and names. An address space that is missing or cannot be read is a gap. Any
other member that is missing adds nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping

from msgspec import Struct

from scanner.inventory.arm_text import lower
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.gap import Gap, unrecorded
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


_FACT = "network"


class Spaces(Struct, frozen=True):
    """The address spaces that a network's system routes lead to, as far as they were read."""

    own: tuple[str, ...]
    peered: tuple[str, ...]
    """The spaces of networks that it is peered with, and may reach."""
    unread: Gap | None
    """Why there may be more."""


def prefixes_of(subnet: SubnetProperties) -> tuple[str, ...]:
    """The prefixes of a subnet that can be read."""
    return tuple(prefix for prefix in _of_subnet(subnet) if _network(prefix))


def spaces_of(
    network: VirtualNetworkProperties,
    networks: Mapping[ArmId, VirtualNetworkProperties],
    at: Source,
) -> Spaces:
    """The address spaces of a network and of its peers. ``networks`` are all that were read.

    A peering without ``allowVirtualNetworkAccess`` lets no packet to the other network pass, and
    adds nothing to the tag ``VirtualNetwork`` (Create, change, or delete a virtual network
    peering).
    """
    own, is_whole = _readable(network.address_space)
    gaps = [] if is_whole else ["addressSpace.addressPrefixes"]
    peered: list[str] = []
    for index, peering in enumerate(network.virtual_network_peerings or ()):
        found = peering.properties or PeeringProperties()
        path = f"virtualNetworkPeerings[{index}].properties"
        if found.allow_virtual_network_access is False:
            continue
        if found.peering_state and lower(found.peering_state) != "connected":
            continue
        if not found.peering_state:
            gaps.append(f"{path}.peeringState")
        elif found.allow_virtual_network_access is None:
            gaps.append(f"{path}.allowVirtualNetworkAccess")
        else:
            prefixes, is_whole = _remote_space(found, networks)
            peered += prefixes
            gaps += [] if is_whole else [f"{path}.remoteAddressSpace.addressPrefixes"]
    unread = unrecorded(at, gaps[0], _FACT).gap if gaps else None
    return Spaces(own, tuple(dict.fromkeys(peered)), unread)


def _remote_space(
    peering: PeeringProperties, networks: Mapping[ArmId, VirtualNetworkProperties]
) -> tuple[tuple[str, ...], bool]:
    """The other network's space, and if it is whole: by the peering, or by that network's body."""
    remote = peering.remote_virtual_network.id if peering.remote_virtual_network else None
    body = networks.get(remote) if remote else None
    found = [
        _readable(space)
        for space in (
            peering.remote_address_space,
            peering.remote_virtual_network_address_space,
            body.address_space if body else None,
        )
    ]
    return next((space for space in found if space[1]), found[0])


def _readable(space: AddressSpace | None) -> tuple[tuple[str, ...], bool]:
    """The prefixes of an address space that can be read, and if these are all. It has some."""
    listed = (space.address_prefixes if space else None) or ()
    readable = tuple(prefix for prefix in listed if _network(prefix))
    return readable, bool(listed) and len(readable) == len(listed)


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
