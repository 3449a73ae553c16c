"""Records of the network resources that decide on a VM's outbound traffic (Microsoft.Network)."""

from __future__ import annotations

from msgspec import field

from scanner.inventory.armid import ArmId
from scanner.inventory.records.base import Record, Reference, Resource


class SecurityRuleProperties(Record, frozen=True):
    """The properties of a rule. A plural member replaces the singular one unless it is empty."""

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

    @property
    def source_prefixes(self) -> tuple[str, ...]:
        """The prefixes and tags of the source. Empty if neither member has one."""
        return _one_or_many(self.source_address_prefix, self.source_address_prefixes)

    @property
    def source_ports(self) -> tuple[str, ...]:
        """The port ranges of the source. Empty if neither member has one."""
        return _one_or_many(self.source_port_range, self.source_port_ranges)

    @property
    def destination_prefixes(self) -> tuple[str, ...]:
        """The prefixes and tags of the destination. Empty if neither member has one."""
        return _one_or_many(self.destination_address_prefix, self.destination_address_prefixes)

    @property
    def destination_ports(self) -> tuple[str, ...]:
        """The port ranges of the destination. Empty if neither member has one."""
        return _one_or_many(self.destination_port_range, self.destination_port_ranges)


def _one_or_many(one: str | None, many: tuple[str, ...] | None) -> tuple[str, ...]:
    return many or ((one,) if one else ())


class SecurityRule(Record, frozen=True):
    """A rule of a network security group. Its id is only shown: old rules have one of no form."""

    id: str | None = None
    name: str | None = None
    properties: SecurityRuleProperties | None = None


class SecurityGroupProperties(Record, frozen=True):
    """The user's rules, and the default rules after them, such as AllowVnetOutBound."""

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
    """A route of a route table. Its id is only shown."""

    id: str | None = None
    name: str | None = None
    properties: RouteProperties | None = None


class RouteTableProperties(Record, frozen=True):
    """The user's routes. System routes are not listed."""

    routes: tuple[Route, ...] | None = None
    disable_bgp_route_propagation: bool | None = None


class RouteTable(Resource, frozen=True):
    """A route table."""

    properties: RouteTableProperties | None = None


class IpConfigurationProperties(Record, frozen=True):
    """One address of a NIC, with its subnet, its public address and its load balancer pools."""

    primary: bool | None = None
    private_ip_address: str | None = field(name="privateIPAddress", default=None)
    subnet: Reference | None = None
    public_ip_address: Reference | None = field(name="publicIPAddress", default=None)
    application_security_groups: tuple[Reference, ...] | None = None
    load_balancer_backend_address_pools: tuple[Reference, ...] | None = None


class IpConfiguration(Record, frozen=True):
    """An IP configuration of a NIC."""

    properties: IpConfigurationProperties | None = None


class NetworkInterfaceProperties(Record, frozen=True):
    """The addresses of a NIC, and its network security group."""

    primary: bool | None = None
    network_security_group: Reference | None = None
    ip_configurations: tuple[IpConfiguration, ...] | None = None


class NetworkInterface(Resource, frozen=True):
    """A network interface."""

    properties: NetworkInterfaceProperties | None = None


class ServiceEndpoint(Record, frozen=True):
    """A service endpoint of a subnet, such as for ``Microsoft.Storage``."""

    service: str | None = None
    locations: tuple[str, ...] | None = None


class SubnetProperties(Record, frozen=True):
    """The resources and settings of a subnet. A missing reference means that there is none.

    Every subnet has an address prefix, in one of two members.
    """

    address_prefix: str | None = None
    address_prefixes: tuple[str, ...] | None = None
    network_security_group: Reference | None = None
    route_table: Reference | None = None
    nat_gateway: Reference | None = None
    default_outbound_access: bool | None = None
    service_endpoints: tuple[ServiceEndpoint, ...] | None = None


class Subnet(Resource, frozen=True):
    """A subnet."""

    properties: SubnetProperties | None = None


class AddressSpace(Record, frozen=True):
    """The prefixes of a network."""

    address_prefixes: tuple[str, ...] | None = None


class PeeringProperties(Record, frozen=True):
    """The other network. A hub of Virtual WAN is peered with a network of its own."""

    peering_state: str | None = None
    allow_virtual_network_access: bool | None = None
    remote_virtual_network: Reference | None = None
    remote_address_space: AddressSpace | None = None
    """As the peering was synchronized last."""
    remote_virtual_network_address_space: AddressSpace | None = None
    """As the other network has it now."""
    use_remote_gateways: bool | None = None


class Peering(Record, frozen=True):
    """The peering of a network with another one."""

    name: str | None = None
    properties: PeeringProperties | None = None


class VirtualNetworkProperties(Record, frozen=True):
    """The subnets of a network. The network may have a NAT gateway for all of them."""

    subnets: tuple[Subnet, ...] | None = None
    default_public_nat_gateway: Reference | None = None
    address_space: AddressSpace | None = None
    virtual_network_peerings: tuple[Peering, ...] | None = None


class VirtualNetwork(Resource, frozen=True):
    """A virtual network."""

    properties: VirtualNetworkProperties | None = None


class Sku(Record, frozen=True):
    """``name`` is Basic, Standard or Gateway."""

    name: str | None = None


class FrontendProperties(Record, frozen=True):
    """The public address of a frontend. An internal frontend has none."""

    public_ip_address: Reference | None = field(name="publicIPAddress", default=None)
    public_ip_prefix: Reference | None = field(name="publicIPPrefix", default=None)


class Frontend(Record, frozen=True):
    """A frontend of a load balancer."""

    id: ArmId | None = None
    properties: FrontendProperties | None = None


class OutboundRuleProperties(Record, frozen=True):
    """The pool whose members get outbound access by the load balancer's public addresses."""

    protocol: str | None = None
    backend_address_pool: Reference | None = None
    frontends: tuple[Reference, ...] | None = field(name="frontendIPConfigurations", default=None)


class OutboundRule(Record, frozen=True):
    """An outbound rule of a load balancer."""

    properties: OutboundRuleProperties | None = None


class BalancingRuleProperties(Record, frozen=True):
    """The pools of a rule. Their members get outbound access, too, unless the rule says no."""

    protocol: str | None = None
    frontend: Reference | None = field(name="frontendIPConfiguration", default=None)
    backend_address_pool: Reference | None = None
    backend_address_pools: tuple[Reference, ...] | None = None
    disable_outbound_snat: bool | None = None


class BalancingRule(Record, frozen=True):
    """A load-balancing rule."""

    name: str | None = None
    properties: BalancingRuleProperties | None = None


class LoadBalancerProperties(Record, frozen=True):
    """The rules, and the frontends that they name."""

    outbound_rules: tuple[OutboundRule, ...] | None = None
    load_balancing_rules: tuple[BalancingRule, ...] | None = None
    frontends: tuple[Frontend, ...] | None = field(name="frontendIPConfigurations", default=None)


class LoadBalancer(Resource, frozen=True):
    """A load balancer."""

    sku: Sku | None = None
    properties: LoadBalancerProperties | None = None


class PublicIpProperties(Record, frozen=True):
    """``ip_address`` is missing until one is allocated. ``version`` is IPv4 or IPv6."""

    ip_address: str | None = None
    version: str | None = field(name="publicIPAddressVersion", default=None)


class PublicIpAddress(Resource, frozen=True):
    """A public IP address."""

    properties: PublicIpProperties | None = None


class NatGatewayProperties(Record, frozen=True):
    """The public addresses of a NAT gateway. Without one it gives no outbound access."""

    public_ip_addresses: tuple[Reference, ...] | None = None
    public_ip_prefixes: tuple[Reference, ...] | None = None


class NatGateway(Resource, frozen=True):
    """A NAT gateway."""

    properties: NatGatewayProperties | None = None


class NetworkWatcher(Resource, frozen=True):
    """The Network Watcher of a region."""

    location: str | None = None


class NextHop(Record, frozen=True):
    """Where Network Watcher says that Azure sends packets."""

    next_hop_type: str | None = None
    next_hop_ip_address: str | None = None
    route_table_id: str | None = None
    """The id of a table, or ``System Route``."""


class IpFlow(Record, frozen=True):
    """What Network Watcher says that security rules do with packets."""

    access: str | None = None
    rule_name: str | None = None
    """The rule that decides, after the kind of its list and a slash."""


class ServiceTagProperties(Record, frozen=True):
    """The prefixes of a service tag, of IPv4 and IPv6."""

    address_prefixes: tuple[str, ...] | None = None


class ServiceTag(Record, frozen=True):
    """A service tag, such as ``Storage.WestEurope``."""

    name: str | None = None
    properties: ServiceTagProperties | None = None


class ServiceTagList(Record, frozen=True):
    """All service tags of a cloud. The operation follows no link to more of them."""

    cloud: str | None = None
    change_number: str | int | None = None
    values: tuple[ServiceTag, ...] | None = None
    next_link: str | None = None
