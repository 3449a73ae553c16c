"""The Microsoft.Network resources of a resource group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scanner.sim import network_bodies as bodies
from scanner.sim import nsg_bodies
from scanner.sim.group_base import GroupBase, Resource
from scanner.sim.network_shapes import RouteShape, RuleShape
from scanner.sim.patches import Body

_NSG = "Microsoft.Network/networkSecurityGroups"
_ROUTE_TABLE = "Microsoft.Network/routeTables"
_VNET = "Microsoft.Network/virtualNetworks"
_PUBLIC_IP = "Microsoft.Network/publicIPAddresses"
_NAT_GATEWAY = "Microsoft.Network/natGateways"
_LOAD_BALANCER = "Microsoft.Network/loadBalancers"
_WATCHER = "Microsoft.Network/networkWatchers"
_ASG = "Microsoft.Network/applicationSecurityGroups"


class GroupNetworks(GroupBase):
    """A resource group that takes the network resources around its VMs."""

    def nsg(self, name: str, *rules: RuleShape) -> Resource:
        """Add a network security group with these rules and the six default ones."""
        return self._add_resource(_NSG, name, nsg_bodies.security_group, rules)

    def route_table(self, name: str, *routes: RouteShape) -> Resource:
        """Add a route table."""
        return self._add_resource(_ROUTE_TABLE, name, bodies.route_table, routes)

    def public_ip(self, name: str, address: str | None = None) -> Resource:
        """Add a public IP address; without `address` none is allocated to it."""
        return self._add_resource(_PUBLIC_IP, name, bodies.public_ip, address)

    def nat_gateway(self, name: str, public_ips: Sequence[str] = ()) -> Resource:
        """Add a NAT gateway with the public IP addresses of these ARM ids."""
        return self._add_resource(_NAT_GATEWAY, name, bodies.nat_gateway, public_ips)

    def load_balancer(
        self,
        name: str,
        pools: Sequence[str] = ("pool",),
        outbound: Sequence[str] = (),
        public_ips: Sequence[str] = (),
    ) -> Resource:
        """Add a load balancer; `pools` names its backend pools, `outbound` the ones with a rule.

        `public_ips` are the ARM ids of the addresses of its front end, of which it takes the first.
        """
        make_body = bodies.load_balancer
        return self._add_resource(_LOAD_BALANCER, name, make_body, pools, outbound, public_ips)

    def network_watcher(self, name: str | None = None) -> Resource:
        """Add the Network Watcher of the group's region, named as Azure names it by default."""
        body: Body = {"properties": {"provisioningState": "Succeeded", "runningOperationIds": []}}
        return self.resource(_WATCHER, name or f"NetworkWatcher_{self.location}", body)

    def asg(self, name: str) -> str:
        """The id of an application security group; no resource is added, since nobody reads it."""
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
        """Add a subnet to the virtual network `vnet`, or to the default one, and return its id.

        `nsg`, `route_table` and `nat_gateway` are ARM ids.
        """
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
        """The virtual network of that name or the default one of the region, added if missing."""
        name = name or f"vnet-{self.location}"
        existing = self.subscription.find(_VNET, self.id_of(_VNET, name))
        if isinstance(existing, Resource):
            return existing
        return self._add_resource(_VNET, name, bodies.virtual_network)

    def default_subnet(self) -> str:
        """The id of the subnet ``default`` of the default virtual network, added if missing."""
        network = self.vnet()
        id_ = f"{network.id}/subnets/default"
        exists = any(subnet["id"] == id_ for subnet in network.body["properties"]["subnets"])
        return id_ if exists else self.subnet("default")

    def _add_resource(self, type_: str, name: str, make_body: Any, *values: object) -> Resource:
        body: Body = make_body(self.world.seed, self.id_of(type_, name), *values)
        return self.resource(type_, name, body)
