"""The network around a VM's primary interface: what leads out, and what stands in the way."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.gap import Gap, require
from scanner.inventory.records.network import NetworkSecurityGroup, RouteTable


class Association(Struct, frozen=True, gc=False):
    """The place of a network security group: on a subnet or on a NIC."""

    level: Literal["subnet", "NIC"]
    on: ArmId
    known_group: NetworkSecurityGroup | Gap | None
    """None: the place has no group, and lets everything through."""
    source: Source
    """The body of the group, or of the place that has none."""

    @property
    def group(self) -> NetworkSecurityGroup | None:
        """The group; raises ``Unseen`` where it was not read."""
        return require(self.known_group)

    def __str__(self) -> str:
        return f"the {self.level} {self.on.name}"


class Nic(Struct, frozen=True, gc=False):
    """The primary network interface."""

    id: ArmId
    known_addresses: tuple[str, ...] | Gap
    """Its private IPv4 addresses."""
    asgs: frozenset[ArmId]
    """The application security groups it is in."""
    association: Association
    public_ips: tuple[Evidence, ...]
    """The public IP addresses it names."""
    outbound_rules: tuple[Evidence, ...] | Gap
    """Outbound rules of load balancers that serve it."""
    known_subnet: Subnet | Gap

    @property
    def subnet(self) -> Subnet:
        """The subnet of its primary address; raises ``Unseen`` where it was not read."""
        return require(self.known_subnet)


class Subnet(Struct, frozen=True, gc=False):
    """The subnet of the primary interface."""

    id: ArmId
    association: Association
    known_routes: RouteTable | Gap | None
    """None: the subnet has no route table, and the system's own routes hold."""
    routes_source: Source
    """The body of the route table, or of the subnet that has none."""
    is_private: bool
    """Whether default outbound access is switched off."""
    storage_endpoint: Evidence | None
    """A service endpoint that leads to Azure Storage of the region directly."""
    nat_gateways: tuple[Evidence, ...] | Gap
    """The NAT gateway with a public address that serves it."""
    source: Source

    @property
    def routes(self) -> RouteTable | None:
        """The route table; raises ``Unseen`` where it was not read."""
        return require(self.known_routes)


class Network(Struct, frozen=True, gc=False):
    """Where a VM is, and its primary network interface."""

    known_location: str | Gap
    known_nic: Nic | Gap
    source: Source
    """The VM's body."""

    @property
    def location(self) -> str:
        """The region, such as ``westeurope``; raises ``Unseen`` where the VM has none."""
        return require(self.known_location)

    @property
    def nic(self) -> Nic:
        """The primary network interface; raises ``Unseen`` where it was not read."""
        return require(self.known_nic)

    @property
    def evidence(self) -> Evidence:
        """The interface as the VM names it; what was not read of it is not shown."""
        named = None if isinstance(self.known_nic, Gap) else self.known_nic.id.text
        return self.source.evidence("properties.networkProfile.networkInterfaces", named)
