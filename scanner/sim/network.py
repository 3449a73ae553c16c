"""What a resource group can hold of Microsoft.Network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scanner.sim import network_bodies as bodies
from scanner.sim.machine import Resource
from scanner.sim.network_shapes import RouteShape, RuleShape
from scanner.sim.patches import Body
from scanner.sim.place import Place

_NSG = "Microsoft.Network/networkSecurityGroups"
_ROUTE_TABLE = "Microsoft.Network/routeTables"
_VNET = "Microsoft.Network/virtualNetworks"
_PUBLIC_IP = "Microsoft.Network/publicIPAddresses"
_NAT_GATEWAY = "Microsoft.Network/natGateways"
_LOAD_BALANCER = "Microsoft.Network/loadBalancers"
_ASG = "Microsoft.Network/applicationSecurityGroups"


class Network(Place):
    """A resource group, and the place to add what its VMs' packets meet."""

    def nsg(self, name: str, *rules: RuleShape) -> Resource:
        """Add a network security group with rules beside the six that all have."""
        return self._add(_NSG, name, bodies.security_group, rules)

    def route_table(self, name: str, *routes: RouteShape) -> Resource:
        """Add a route table."""
        return self._add(_ROUTE_TABLE, name, bodies.route_table, routes)

    def public_ip(self, name: str, address: str | None = None) -> Resource:
        """Add a public IP address; none is allocated unless one is given."""
        return self._add(_PUBLIC_IP, name, bodies.public_ip, address)

    def nat_gateway(self, name: str, public_ips: Sequence[str] = ()) -> Resource:
        """Add a NAT gateway with the ids of its public IP addresses."""
        return self._add(_NAT_GATEWAY, name, bodies.nat_gateway, public_ips)

    def load_balancer(
        self, name: str, pools: Sequence[str] = ("pool",), outbound: Sequence[str] = ()
    ) -> Resource:
        """Add a load balancer by the names of its pools, some with an outbound rule."""
        return self._add(_LOAD_BALANCER, name, bodies.load_balancer, pools, outbound)

    def asg(self, name: str) -> str:
        """The id of an application security group; nothing reads the group itself."""
        return self.id_of(_ASG, name)

    def subnet(
        self,
        name: str,
        *,
        nsg: str | None = None,
        route_table: str | None = None,
        nat_gateway: str | None = None,
        default_outbound_access: bool | None = None,
        service_endpoints: Sequence[str] = (),
        vnet: str | None = None,
    ) -> str:
        """Add a subnet to a virtual network, the usual one unless named; its id."""
        network = self.vnet(vnet)
        subnets: list[Body] = network.body["properties"]["subnets"]
        members = {"networkSecurityGroup": nsg, "routeTable": route_table}
        added = bodies.subnet(
            self.world.seed,
            network.id,
            name,
            len(subnets),
            members={**members, "natGateway": nat_gateway},
            default_outbound_access=default_outbound_access,
            service_endpoints=service_endpoints,
        )
        subnets.append(added)
        return str(added["id"])

    def vnet(self, name: str | None = None) -> Resource:
        """The virtual network of that name, added if there is none."""
        name = name or f"vnet-{self.location}"
        known = self.subscription.find(_VNET, self.id_of(_VNET, name))
        if isinstance(known, Resource):
            return known
        return self._add(_VNET, name, bodies.virtual_network)

    def usual_subnet(self) -> str:
        """The id of the subnet ``default`` of the usual virtual network, added if there is none."""
        network = self.vnet()
        id_ = f"{network.id}/subnets/default"
        known = any(each["id"] == id_ for each in network.body["properties"]["subnets"])
        return id_ if known else self.subnet("default")

    def _add(self, type_: str, name: str, body: Any, *values: object) -> Resource:
        made: Body = body(self.world.seed, self.id_of(type_, name), *values)
        return self.resource(type_, name, made)
