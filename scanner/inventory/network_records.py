"""Records of the network around a VM, as far as its way out is judged (Microsoft.Network)."""

from __future__ import annotations

from scanner.inventory.records import Record, Reference, Resource


class SecurityRuleProperties(Record, frozen=True):
    """One rule; the plural members replace the singular ones where they are filled."""

    priority: int | None = None
    direction: str | None = None
    access: str | None = None
    protocol: str | None = None
    source_port_range: str | None = None
    source_port_ranges: tuple[str, ...] | None = None
    destination_port_range: str | None = None
    destination_port_ranges: tuple[str, ...] | None = None
    source_address_prefix: str | None = None
    source_address_prefixes: tuple[str, ...] | None = None
    destination_address_prefix: str | None = None
    destination_address_prefixes: tuple[str, ...] | None = None
    source_application_security_groups: tuple[Reference, ...] | None = None
    destination_application_security_groups: tuple[Reference, ...] | None = None


class SecurityRule(Record, frozen=True):
    """A rule of a network security group."""

    name: str | None = None
    properties: SecurityRuleProperties | None = None


class SecurityGroupProperties(Record, frozen=True):
    """Own rules, and the defaults behind them (AllowVnetOutBound and so on)."""

    security_rules: tuple[SecurityRule, ...] | None = None
    default_security_rules: tuple[SecurityRule, ...] | None = None


class NetworkSecurityGroup(Resource, frozen=True):
    """A network security group."""

    properties: SecurityGroupProperties | None = None


class RouteProperties(Record, frozen=True):
    """``next_hop_type`` is Internet, None, VirtualAppliance, VirtualNetworkGateway or VnetLocal."""

    address_prefix: str | None = None
    next_hop_type: str | None = None
    next_hop_ip_address: str | None = None


class Route(Record, frozen=True):
    """A route of a route table."""

    name: str | None = None
    properties: RouteProperties | None = None


class RouteTableProperties(Record, frozen=True):
    """The routes a user wrote; the system's own are not listed."""

    routes: tuple[Route, ...] | None = None


class RouteTable(Resource, frozen=True):
    """A route table."""

    properties: RouteTableProperties | None = None
