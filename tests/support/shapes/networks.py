"""Shapes of networks, each with the verdict of the 2018 edition on the way to Azure Storage.

Today outbound access is not required: the current verdict is always clear, and the finding of 2018
is superseded. Every VM is in westeurope unless its shape has another location.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scanner.sim.machine import Vm
from scanner.sim.network_shapes import NicShape, RouteShape, RuleShape
from scanner.sim.world import Group
from tests.support.shapes.plot import Build, Plot, Shape
from tests.support.verdict_tables import NETWORK

APPLIES, POSSIBLE, CLEAR = "applies", "possible", "clear"

ORDER = "The lowest priority number that matches decides, in whatever order rules are listed."
BOTH = "NIC and subnet NSG must both allow."
UNION = "Several prefixes act as their union."
TAGS = "Internet, AzureCloud, Storage and the latter two with the VM's own region contain it."
OTHER_TAGS = "Other tags do not contain the target."
CASE = "Direction, access and protocol in any case."
PORTS = "Can the NIC reach Azure Storage over TCP 443? 8443 never changes the verdict."
SOURCE = "Source prefixes are matched against the NIC's own addresses."
ASG = "An application security group as destination is never Storage."
PLAIN = "Plain prefixes: all ranges count, none does not, a part is possible with its share."
NO_GROUP = "Without a security group everything passes; its defaults let the internet through."
PRIMARY = "Can the primary NIC reach Azure Storage?"
HOPS = "To None applies; to an appliance or gateway possible; a denying NSG still wins."
LONGEST = "The longest prefix takes the packet."
PRIVATE = "A private subnet without public IP, NAT gateway or outbound rule is possible."
ENDPOINT = "A service endpoint leads to Storage of the region directly."


@dataclass(frozen=True)
class Net:
    """The network around the one NIC of a VM."""

    nic: Sequence[RuleShape] | None = None
    subnet: Sequence[RuleShape] | None = None
    routes: Sequence[RouteShape] | None = None
    private: bool | None = None
    endpoints: Sequence[str] = ()
    addresses: Sequence[str] = ("10.20.0.4",)
    location: str = "westeurope"

    def __call__(self, plot: Plot) -> Vm:
        group = plot.shared.group(plot.name, self.location)
        return group.vm(plot.name, nics=[self.shape(group)])

    def shape(self, group: Group) -> NicShape:
        """The NIC on a subnet of its own."""
        on_nic = group.nsg("nsg-nic", *self.nic).id if self.nic is not None else None
        on_subnet = group.nsg("nsg-subnet", *self.subnet).id if self.subnet is not None else None
        table = group.route_table("rt", *self.routes).id if self.routes is not None else None
        subnet = group.subnet(
            "own",
            nsg=on_subnet,
            route_table=table,
            default_outbound_access=None if self.private is None else not self.private,
            service_endpoints=self.endpoints,
        )
        return NicShape(subnet=subnet, nsg=on_nic, addresses=self.addresses)


def deny(priority: int = 100, name: str = "deny", **members: object) -> RuleShape:
    return RuleShape(name, priority, **{"access": "Deny", **members})  # type: ignore[arg-type]


def allow(priority: int = 200, name: str = "allow", **members: object) -> RuleShape:
    return RuleShape(name, priority, **{"access": "Allow", **members})  # type: ignore[arg-type]


def _net(name: str, then: str, because: str, build: Build) -> Shape:
    return Shape(f"net-{name}", NETWORK, build, then, CLEAR, because)


def _rules(name: str, then: str, because: str, *rules: RuleShape) -> Shape:
    return _net(name, then, because, Net(subnet=rules))


def _route(name: str, then: str, because: str, *routes: RouteShape) -> Shape:
    return _net(f"route-{name}", then, because, Net(routes=routes))


def two_nics(first: Net, second: Net, primary: int) -> Build:
    """Two NICs, on subnets of two groups. The VM says which one is primary."""

    def build(plot: Plot) -> Vm:
        shapes = [
            (net.shape(plot.shared.group(f"{plot.name}-{at}")), at)
            for at, net in enumerate((first, second))
        ]
        nics = [
            NicShape(subnet=shape.subnet, nsg=shape.nsg, addresses=shape.addresses,
                     primary=at == primary)
            for shape, at in shapes
        ]  # fmt: skip
        return plot.group().vm(plot.name, nics=nics)

    return build


def private(way: Callable[[Group], dict[str, object]]) -> Build:
    """A VM on a private subnet. ``way`` adds to its NIC or its subnet."""

    def build(plot: Plot) -> Vm:
        group = plot.group()
        added = way(group)
        gateway = added.pop("nat_gateway", None)
        subnet = group.subnet("private", default_outbound_access=False,
                              nat_gateway=gateway)  # type: ignore[arg-type]  # fmt: skip
        return group.vm(plot.name, nics=[NicShape(subnet=subnet, **added)])  # type: ignore[arg-type]

    return build


def _gateway(group: Group) -> dict[str, object]:
    return {"nat_gateway": group.nat_gateway("nat", [group.public_ip("out").id]).id}


def _gateway_without_address(group: Group) -> dict[str, object]:
    return {"nat_gateway": group.nat_gateway("nat").id}


def _public_ip(group: Group) -> dict[str, object]:
    return {"public_ip": group.public_ip("own", "20.50.60.70").id}


def _outbound_rule(group: Group) -> dict[str, object]:
    balancer = group.load_balancer("lb", pools=("web",), outbound=("web",))
    return {"pools": [f"{balancer.id}/backendAddressPools/web"]}


def _only_inbound(group: Group) -> dict[str, object]:
    balancer = group.load_balancer("lb", pools=("web", "out"), outbound=("out",))
    return {"pools": [f"{balancer.id}/backendAddressPools/web"]}


def asg_destination(plot: Plot) -> Vm:
    group = plot.group()
    asg = group.asg("workers")
    return _with_rules(plot, group, deny(destination_asgs=[asg]))


def asg_source(*, member: bool) -> Build:
    def build(plot: Plot) -> Vm:
        group = plot.group()
        asg = group.asg("workers")
        asgs = [asg] if member else [group.asg("others")]
        return _with_rules(plot, group, deny(source_asgs=[asg]), asgs=asgs)

    return build


def _with_rules(plot: Plot, group: Group, *rules: RuleShape, asgs: Sequence[str] = ()) -> Vm:
    subnet = group.subnet("own", nsg=group.nsg("nsg", *rules).id)
    return group.vm(plot.name, nics=[NicShape(subnet=subnet, asgs=asgs)])


ALL, NIL = "0.0.0.0/0", "None"

RULES = (
    _net("no-nsg", CLEAR, NO_GROUP, Net()),
    _rules("empty-nsg", CLEAR, NO_GROUP),
    _rules("deny", APPLIES, BOTH, deny()),
    _net("deny-on-nic", APPLIES, BOTH, Net(nic=[deny()])),
    _rules("deny-above-allow", APPLIES, ORDER, deny(100), allow(200)),
    _rules("allow-above-deny", CLEAR, ORDER, allow(100), deny(200)),
    _rules("listed-backwards-deny", APPLIES, ORDER, allow(200), deny(100)),
    _rules("listed-backwards-allow", CLEAR, ORDER, deny(4000), allow(300, destination="Storage")),
    _net("subnet-allows-nic-denies", APPLIES, BOTH, Net(nic=[deny()], subnet=[allow()])),
    _net("nic-allows-subnet-denies", APPLIES, BOTH, Net(nic=[allow()], subnet=[deny()])),
    _net("both-allow-storage", CLEAR, BOTH,
         Net(nic=[allow(100, destination="Storage"), deny(200)],
             subnet=[allow(100, destination="Storage.WestEurope"), deny(200)])),
    _net("one-allows-storage", APPLIES, BOTH,
         Net(nic=[allow(100, destination="Storage"), deny(200)], subnet=[deny(200)])),
    _net("no-nsg-on-nic-one-on-subnet", APPLIES, BOTH, Net(subnet=[deny(destination="Internet")])),
    _net("both-empty", CLEAR, NO_GROUP, Net(nic=[], subnet=[])),
    _rules("inbound", CLEAR, ORDER, deny(direction="Inbound")),
    _rules("odd-case", APPLIES, CASE,
           deny(direction="OUTBOUND", access="deny", protocol="TCP", port="443")),
    _rules("udp", CLEAR, PORTS, deny(protocol="Udp")),
    _rules("icmp", CLEAR, PORTS, deny(protocol="Icmp")),
    _rules("tcp", APPLIES, PORTS, deny(protocol="Tcp")),
    _rules("port-443", APPLIES, PORTS, deny(port="443")),
    _rules("port-8443", CLEAR, PORTS, deny(port="8443")),
    _rules("port-80", CLEAR, PORTS, deny(port="80")),
    _rules("ports-to-443", APPLIES, PORTS, deny(port="1-443")),
    _rules("ports-to-442", CLEAR, PORTS, deny(port="1-442")),
    _rules("ports-from-444", CLEAR, PORTS, deny(port="444-65535")),
    _rules("port-list-with", APPLIES, PORTS, deny(port=["80", "440-450"])),
    _rules("port-list-without", CLEAR, PORTS, deny(port=["80", "400-442", "444"])),
    _rules("from-one-port", CLEAR, PORTS, deny(source_port="443")),
    _rules("from-own", APPLIES, SOURCE, deny(source="10.20.0.0/16")),
    _rules("from-own-address", APPLIES, SOURCE, deny(source="10.20.0.4")),
    _rules("from-another", CLEAR, SOURCE, deny(source="10.99.0.0/16")),
    _rules("from-list", APPLIES, SOURCE, deny(source=["10.99.0.0/16", "10.20.0.0/24"])),
    _rules("from-vnet", APPLIES, SOURCE, deny(source="VirtualNetwork")),
    _rules("from-internet", CLEAR, SOURCE, deny(source="Internet")),
    _net("to-asg", CLEAR, ASG, asg_destination),
    _net("from-own-asg", APPLIES, SOURCE, asg_source(member=True)),
    _net("from-another-asg", CLEAR, SOURCE, asg_source(member=False)),
)  # fmt: skip

DESTINATIONS = (
    _rules("to-private", CLEAR, PLAIN, deny(destination=["10.0.0.0/8", "192.168.0.0/16"])),
    _rules("to-all", APPLIES, PLAIN, deny(destination=ALL)),
    _rules("to-half", POSSIBLE, PLAIN, deny(destination="0.0.0.0/1")),
    _rules("to-two-halves", APPLIES, UNION, deny(destination=["0.0.0.0/1", "128.0.0.0/1"])),
    _rules("to-two-halves-by-two-rules", APPLIES, UNION,
           deny(100, "low", destination="0.0.0.0/1"), deny(101, "high", destination="128.0.0.0/1")),
    _net("two-halves-by-two-nsgs", APPLIES, BOTH,
         Net(nic=[deny(destination="0.0.0.0/1")], subnet=[deny(destination="128.0.0.0/1")])),
    _rules("half-allowed-first", POSSIBLE, ORDER,
           allow(100, destination="0.0.0.0/1"), deny(200, destination=ALL)),
    _rules("to-internet", APPLIES, TAGS, deny(destination="Internet")),
    _rules("to-storage", APPLIES, TAGS, deny(destination="Storage")),
    _rules("to-azure-cloud", APPLIES, TAGS, deny(destination="AzureCloud")),
    _rules("to-own-storage", APPLIES, TAGS, deny(destination="Storage.WestEurope")),
    _rules("to-own-cloud", APPLIES, TAGS, deny(destination="AzureCloud.westeurope")),
    _rules("to-other-storage", CLEAR, OTHER_TAGS, deny(destination="Storage.NorthEurope")),
    _rules("to-other-cloud", CLEAR, OTHER_TAGS, deny(destination="AzureCloud.eastus")),
    _rules("to-sql", CLEAR, OTHER_TAGS, deny(destination="Sql.WestEurope")),
    _rules("to-vnet", CLEAR, OTHER_TAGS, deny(destination="VirtualNetwork")),
    _rules("own-storage-allowed", CLEAR, TAGS,
           allow(100, destination="Storage.WestEurope", port="443"), deny(4096)),
    _rules("other-storage-allowed", APPLIES, OTHER_TAGS,
           allow(100, destination="Storage.NorthEurope"), deny(4096)),
    _net("abbreviated-region", CLEAR, "Regions are matched by the tag's name without case.",
         Net(subnet=[allow(100, destination="Storage.GermanyWestCentral"), deny(4096)],
             location="germanywestcentral")),
    _net("unknown-region", APPLIES, TAGS, Net(subnet=[deny(destination="Internet")],
                                              location="atlantis")),
)  # fmt: skip

WAYS = (
    _route("to-internet", CLEAR, HOPS, RouteShape(ALL, "Internet")),
    _route("to-none", APPLIES, HOPS, RouteShape(ALL, NIL)),
    _route("to-appliance", POSSIBLE, HOPS, RouteShape(ALL, "VirtualAppliance", "10.20.9.4")),
    _route("to-gateway", POSSIBLE, HOPS, RouteShape(ALL, "VirtualNetworkGateway")),
    _route("within-vnet", POSSIBLE, "Not to the internet, so it may not arrive.",
           RouteShape(ALL, "VnetLocal")),
    _route("none-elsewhere", CLEAR, HOPS, RouteShape("10.5.0.0/16", NIL)),
    _route("none-to-storage-tag", APPLIES, HOPS, RouteShape("Storage.WestEurope", NIL)),
    _route("none-to-half", POSSIBLE, PLAIN, RouteShape("0.0.0.0/1", NIL)),
    _route("storage-around-the-appliance", CLEAR, LONGEST,
           RouteShape(ALL, "VirtualAppliance", "10.20.9.4"), RouteShape("Storage", "Internet")),
    _route("halves-to-none", APPLIES, UNION,
           RouteShape("0.0.0.0/1", NIL), RouteShape("128.0.0.0/1", NIL)),
    _route("empty-table", CLEAR, HOPS),
    _net("appliance-and-deny", APPLIES, HOPS,
         Net(subnet=[deny()], routes=[RouteShape(ALL, "VirtualAppliance", "10.20.9.4")])),
    _net("half-denied-half-to-none", APPLIES, BOTH,
         Net(subnet=[deny(destination="0.0.0.0/1")], routes=[RouteShape("128.0.0.0/1", NIL)])),
    _net("endpoint-around-none", CLEAR, ENDPOINT,
         Net(routes=[RouteShape(ALL, NIL)], endpoints=["Microsoft.Storage"])),
    _net("other-endpoint", APPLIES, ENDPOINT,
         Net(routes=[RouteShape(ALL, NIL)], endpoints=["Microsoft.Sql"])),
    _net("endpoint-and-deny", APPLIES, ENDPOINT,
         Net(subnet=[deny()], endpoints=["Microsoft.Storage"])),
    _net("private", POSSIBLE, PRIVATE, Net(private=True)),
    _net("not-private", CLEAR, PRIVATE, Net(private=False)),
    _net("private-with-endpoint", CLEAR, ENDPOINT,
         Net(private=True, endpoints=["Microsoft.Storage"])),
    _net("private-and-deny", APPLIES, BOTH, Net(private=True, nic=[deny()])),
    _net("private-with-gateway", CLEAR, PRIVATE, private(_gateway)),
    _net("private-with-idle-gateway", POSSIBLE, PRIVATE, private(_gateway_without_address)),
    _net("private-with-public-ip", CLEAR, PRIVATE, private(_public_ip)),
    _net("private-with-outbound-rule", CLEAR, PRIVATE, private(_outbound_rule)),
    _net("private-only-inbound", POSSIBLE, PRIVATE, private(_only_inbound)),
    _net("private-to-appliance", POSSIBLE, HOPS,
         Net(private=True, routes=[RouteShape(ALL, "VirtualAppliance", "10.20.9.4")])),
    _net("two-nics-first", APPLIES, PRIMARY, two_nics(Net(nic=[deny()]), Net(), 0)),
    _net("two-nics-second", CLEAR, PRIMARY, two_nics(Net(nic=[deny()]), Net(), 1)),
    _net("two-nics-second-denied", APPLIES, PRIMARY, two_nics(Net(), Net(subnet=[deny()]), 1)),
)  # fmt: skip

NETWORKS = (*RULES, *DESTINATIONS, *WAYS)
