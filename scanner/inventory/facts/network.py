"""Facts about the network of a VM: its primary NIC, and what allows or blocks outbound traffic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.facts.machine import Family
from scanner.inventory.gap import Gap, require
from scanner.inventory.records.network import NetworkSecurityGroup, RouteTable


class PublishedTags(Struct, frozen=True, eq=False):
    """The service tags of a cloud, as Azure Resource Manager has them."""

    publication: str
    """Such as ``Public 363``: the cloud and the number of the change."""
    prefixes: Mapping[str, str]
    """The prefixes of a tag, with spaces between them, by its name in lower case."""


class Association(Struct, frozen=True, gc=False):
    """The network security group of a subnet or a NIC."""

    level: Literal["subnet", "NIC"]
    on: ArmId
    """The subnet or NIC."""
    known_group: NetworkSecurityGroup | Gap | None
    """None if there is no group. Nothing is blocked then."""
    source: Source
    """The body of the group. Without a group, the body of the subnet or NIC."""

    @property
    def group(self) -> NetworkSecurityGroup | None:
        """The security group. Raises ``Unseen`` if it was not read."""
        return require(self.known_group)

    def __str__(self) -> str:
        return f"the {self.level} {self.on.name}"


class Ipv6(Struct, frozen=True, gc=False):
    """The IPv6 address of a NIC, with ways out of its own."""

    address: str
    public_ips: tuple[Evidence, ...] | Gap
    """The public IPv6 address. At most one."""
    outbound_rules: tuple[Evidence, ...] | Gap
    """The rules of load balancers that give it outbound access over TCP by IPv6."""
    outbound_rules_udp: tuple[Evidence, ...] | Gap = ()
    """The same over UDP."""


class Nic(Struct, frozen=True, gc=False):
    """The primary network interface of a VM."""

    id: ArmId
    known_address: str | Gap
    """Its primary private IPv4 address, by which packets leave."""
    asgs: frozenset[ArmId]
    """Its application security groups."""
    association: Association
    """Its network security group."""
    public_ips: tuple[Evidence, ...] | Gap
    """Its public IPv4 address. At most one."""
    outbound_rules: tuple[Evidence, ...] | Gap
    """The rules of load balancers that give it outbound access over TCP."""
    known_subnet: Subnet | Gap
    standard_pools: tuple[Evidence, ...] | Gap = ()
    """Pools of Standard load balancers that it is in. Their members have no default access."""
    known_ipv6: Ipv6 | Gap | None = None
    """None if it has no IPv6 address."""
    outbound_rules_udp: tuple[Evidence, ...] | Gap = ()
    """The rules of load balancers that give it outbound access over UDP."""

    @property
    def subnet(self) -> Subnet:
        """The subnet of its primary address. Raises ``Unseen`` if it was not read."""
        return require(self.known_subnet)


class StorageEndpoint(Struct, frozen=True, gc=False):
    """The service endpoints of a subnet for Azure Storage."""

    evidence: Evidence
    regions: frozenset[str]
    """The regions to whose Storage they lead, such as ``westeurope``."""
    is_global: bool = False
    """True if they lead to Storage of all regions (``Microsoft.Storage.Global``)."""
    may_lead_elsewhere: bool = False
    """True if a regional endpoint names ``*`` in place of its regions."""


class Subnet(Struct, frozen=True, gc=False):
    """The subnet of the primary network interface."""

    id: ArmId
    association: Association
    """Its network security group."""
    known_routes: RouteTable | Gap | None
    """None if the subnet has no route table. Only the system routes apply then."""
    routes_source: Source
    """The body of the route table. Without one, the body of the subnet."""
    is_private: bool
    """True if default outbound access is disabled."""
    known_endpoint: StorageEndpoint | Gap | None
    """Its service endpoints for Azure Storage. None if there is none."""
    nat_gateways: tuple[Evidence, ...] | Gap
    """The NAT gateway of the subnet, if it has a public address. At most one."""
    source: Source
    prefixes: tuple[str, ...] = ()
    """The address space of its virtual network."""
    peered_prefixes: tuple[str, ...] = ()
    """The address spaces of the networks that its network is peered with, and may reach."""
    own_prefixes: tuple[str, ...] = ()
    """The prefixes of the subnet itself, which are a part of the network's."""
    unread_space: Gap | None = None
    """Why its network, or a network that is peered with it, may have more prefixes."""
    hops: tuple[tuple[str, str], ...] = ()
    """Addresses of appliances in its routes that belong to a resource that was read, and which."""
    hidden_routes: tuple[Evidence, ...] = ()
    """What may give it routes that no configuration shows: gateways, hubs, route servers."""

    @property
    def routes(self) -> RouteTable | None:
        """The route table. Raises ``Unseen`` if it was not read."""
        return require(self.known_routes)


class Network(Struct, frozen=True, gc=False):
    """The region of a VM, and its primary network interface."""

    known_location: str | Gap
    known_nic: Nic | Gap
    source: Source
    """The VM's body."""
    family: Family | None = None
    """The family of the guest's operating system. None if it is not known."""
    scale_set: Evidence | None = None
    """The scale set of a VM with flexible orchestration. Its VMs have no default access."""
    service_tags: PublishedTags | None = None
    """The service tags of its cloud. None if they were not read: the built-in copy is used."""

    @property
    def location(self) -> str:
        """The region, such as ``westeurope``. Raises ``Unseen`` if the VM's body has none."""
        return require(self.known_location)

    @property
    def nic(self) -> Nic:
        """The primary network interface. Raises ``Unseen`` if it was not read."""
        return require(self.known_nic)

    @property
    def evidence(self) -> Evidence:
        """The id of the primary interface. None as value if the interface was not read."""
        nic_id = None if type(self.known_nic) is Gap else self.known_nic.id.text
        return self.source.evidence("properties.networkProfile.networkInterfaces", nic_id)
