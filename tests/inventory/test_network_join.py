"""The network of a VM, joined from bodies that ARM may send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.arm import calls
from scanner.arm.decode import decode_record
from scanner.inventory.facts.network import Network, Nic, Subnet
from scanner.inventory.gap import Gap, Unseen, require
from scanner.inventory.records.compute import VirtualMachine
from scanner.network.target import target_of
from scanner.network.way import way_of
from tests.support.facts import VM_ID
from tests.support.snapshots import SCOPE, joined

GROUP = f"{SCOPE}/resourceGroups/g/providers"
NETWORK = f"{GROUP}/Microsoft.Network"
VNET = f"{NETWORK}/virtualNetworks/vnet"
RECORDS = {
    "interfaces": calls.INTERFACES.record,
    "security_groups": calls.SECURITY_GROUPS.record,
    "virtual_networks": calls.VIRTUAL_NETWORKS.record,
    "route_tables": calls.ROUTE_TABLES.record,
    "load_balancers": calls.LOAD_BALANCERS.record,
    "public_ips": calls.PUBLIC_IPS.record,
    "nat_gateways": calls.NAT_GATEWAYS.record,
}
GAP = "gap"
RULELESS: dict[str, Any] = {"securityRules": [], "defaultSecurityRules": []}


def ref(kind: str, name: str) -> dict[str, str]:
    return {"id": f"{NETWORK}/{kind}/{name}"}


def nic(name: str = "nic", *, main: Any = None, **properties: Any) -> dict[str, Any]:
    """The body of a NIC. ``main`` changes its IP configuration."""
    usual = {"privateIPAddress": "10.0.0.4", "subnet": {"id": f"{VNET}/subnets/own"}}
    configuration = {"properties": {**usual, **(main or {})}}
    changed = {"ipConfigurations": [configuration], **properties}
    return {**ref("networkInterfaces", name), "properties": changed}


def vnet(network: Any = None, **subnet: Any) -> dict[str, Any]:
    """The body of a virtual network with one subnet, which has the properties given."""
    own = {
        "id": f"{VNET}/subnets/own",
        "properties": {"addressPrefix": "10.0.0.0/24", **subnet},
    }
    return {"id": VNET, "properties": {"subnets": [own], **(network or {})}}


def network_of(*named: dict[str, Any], **bodies: list[dict[str, Any]]) -> Network:
    """The network of a VM that names these interfaces. The bodies are listed, by reading."""
    content = {
        "id": f"{GROUP}/Microsoft.Compute/virtualMachines/vm",
        "location": "westeurope",
        "properties": {"networkProfile": {"networkInterfaces": list(named)}},
    }
    record = decode_record(json.dumps(content).encode(), VirtualMachine)
    around = {
        name: [decode_record(json.dumps(body).encode(), RECORDS[name]) for body in listed]
        for name, listed in bodies.items()
    }
    (vm,) = joined([record], network=around)
    return vm.network


NIC = ref("networkInterfaces", "nic")


def nic_of(body: dict[str, Any], **bodies: list[dict[str, Any]]) -> Nic:
    return network_of(NIC, **{"virtual_networks": [vnet()], "interfaces": [body], **bodies}).nic


def subnet_of(body: dict[str, Any], **bodies: list[dict[str, Any]]) -> Subnet:
    return nic_of(nic(), **{"virtual_networks": [body], **bodies}).subnet


def marked(name: str, primary: bool | None) -> dict[str, Any]:
    return {**ref("networkInterfaces", name), "properties": {"primary": primary}}


A, B = ref("networkInterfaces", "a"), ref("networkInterfaces", "b")


@pytest.mark.parametrize(
    ("named", "own", "expected"),
    [
        pytest.param([A], {}, "a", id="one"),
        pytest.param([marked("a", None)], {}, "a", id="one without a mark"),
        pytest.param([marked("a", False), marked("b", True)], {}, "b", id="marked by the VM"),
        pytest.param([A, B], {"b": True}, "b", id="marked by the interface"),
        pytest.param([A, B], {}, GAP, id="two without a mark"),
        pytest.param([marked("a", True), marked("b", True)], {}, GAP, id="two marked"),
        pytest.param([], {}, GAP, id="none"),
        pytest.param([ref("networkInterfaces", "gone")], {}, GAP, id="missing"),
    ],
)
def test_the_primary_interface(
    named: list[dict[str, Any]], own: dict[str, bool], expected: str
) -> None:
    bodies = [nic(name, primary=own.get(name)) for name in "ab"]
    known = network_of(*named, interfaces=bodies, virtual_networks=[vnet()]).known_nic
    assert (GAP if isinstance(known, Gap) else known.id.name) == expected


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        pytest.param({}, None, id="none"),
        pytest.param({"networkSecurityGroup": None}, None, id="null"),
        pytest.param(
            {"networkSecurityGroup": ref("networkSecurityGroups", "nsg")}, "nsg", id="listed"
        ),
        pytest.param(
            {"networkSecurityGroup": ref("NETWORKSECURITYGROUPS", "NSG")},
            "nsg",
            id="listed in another casing",
        ),
        pytest.param(
            {"networkSecurityGroup": ref("networkSecurityGroups", "gone")}, GAP, id="missing"
        ),
        pytest.param({"networkSecurityGroup": {}}, GAP, id="without an id"),
    ],
)
def test_the_security_group(named: dict[str, Any], expected: str | None) -> None:
    """Without a reference nothing need be read. A reference is resolved, or a gap."""
    groups = [{**ref("networkSecurityGroups", "nsg"), "properties": RULELESS}]
    of_nic = nic_of(nic(**named), security_groups=groups).association
    of_subnet = subnet_of(vnet(**named), security_groups=groups).association
    for place, level in ((of_nic, "NIC"), (of_subnet, "subnet")):
        known = place.known_group
        assert place.level == level
        assert (GAP if isinstance(known, Gap) else known and known.id.name) == expected


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        pytest.param({}, None, id="none"),
        pytest.param({"routeTable": ref("routeTables", "rt")}, "rt", id="listed"),
        pytest.param({"routeTable": ref("routeTables", "gone")}, GAP, id="missing"),
        pytest.param({"routeTable": {"id": None}}, GAP, id="without an id"),
    ],
)
def test_the_route_table(named: dict[str, Any], expected: str | None) -> None:
    tables = [{**ref("routeTables", "rt"), "properties": {"routes": []}}]
    known = subnet_of(vnet(**named), route_tables=tables).known_routes
    assert (GAP if isinstance(known, Gap) else known and known.id.name) == expected


@pytest.mark.parametrize(
    "networks",
    [
        pytest.param([], id="no network"),
        pytest.param([{"id": VNET, "properties": {"subnets": []}}], id="no subnet"),
        pytest.param([{"id": VNET, "properties": {}}], id="no list of subnets"),
        pytest.param([{"id": VNET, "properties": None}], id="no properties"),
        pytest.param(
            [{"id": f"{NETWORK}/virtualNetworks/other", "properties": {"subnets": []}}],
            id="another network",
        ),
    ],
)
def test_a_subnet_that_no_network_lists_is_a_gap(networks: list[dict[str, Any]]) -> None:
    assert isinstance(nic_of(nic(), virtual_networks=networks).known_subnet, Gap)


@pytest.mark.parametrize(
    ("configurations", "expected"),
    [
        pytest.param([{"privateIPAddress": "10.0.0.4"}], "10.0.0.4", id="IPv4"),
        pytest.param(
            [{"privateIPAddress": "10.0.0.4", "primary": True}, {"privateIPAddress": "fd00::4"}],
            "10.0.0.4",
            id="IPv4 and IPv6",
        ),
        pytest.param(
            [{"privateIPAddress": "10.0.0.4", "primary": True}, {"privateIPAddress": "10.0.0.5"}],
            "10.0.0.4",
            id="two IPv4",
        ),
        pytest.param([{}], GAP, id="none"),
        pytest.param(
            [{"privateIPAddress": "10.0.0.4", "primary": True}, {}], "10.0.0.4", id="one without"
        ),
        pytest.param([{"privateIPAddress": "Wedged"}], GAP, id="no address"),
        pytest.param([{"privateIPAddress": "fd00::4"}], GAP, id="only IPv6"),
    ],
)
def test_packets_leave_by_the_primary_address(
    configurations: list[dict[str, Any]], expected: Any
) -> None:
    body = nic(ipConfigurations=[{"properties": parts} for parts in configurations])
    known = nic_of(body).known_address
    assert (GAP if isinstance(known, Gap) else known) == expected


@pytest.mark.parametrize(
    "configurations",
    [
        pytest.param([], id="no configuration"),
        pytest.param(None, id="null"),
        pytest.param([{}], id="no properties"),
        pytest.param(
            [{"properties": {"privateIPAddress": "10.0.0.4"}}] * 2, id="two, none is primary"
        ),
    ],
)
def test_a_nic_without_one_primary_configuration_is_a_gap(configurations: Any) -> None:
    with pytest.raises(Unseen):
        nic_of(nic(ipConfigurations=configurations))


NAT = {"natGateway": ref("natGateways", "nat")}
ADDRESS, PREFIX = {"publicIpAddresses": [{"id": "/x/y"}]}, {"publicIpPrefixes": [{"id": "/x/y"}]}


@pytest.mark.parametrize(
    ("subnet", "network", "gateway", "expected"),
    [
        pytest.param({}, {}, {}, 0, id="no gateway"),
        pytest.param(NAT, {}, ADDRESS, 1, id="with an address"),
        pytest.param(NAT, {}, PREFIX, 1, id="with a prefix"),
        pytest.param(NAT, {}, {}, 0, id="without addresses"),
        pytest.param(NAT, {}, {"publicIpAddresses": []}, 0, id="with an empty list"),
        pytest.param(NAT, {}, None, GAP, id="without properties"),
        pytest.param({"natGateway": ref("natGateways", "gone")}, {}, {}, GAP, id="missing"),
        pytest.param(
            {},
            {"defaultPublicNatGateway": ref("natGateways", "nat")},
            ADDRESS,
            1,
            id="default of the network",
        ),
    ],
)
def test_nat_gateways_with_a_public_address(
    subnet: dict[str, Any], network: dict[str, Any], gateway: Any, expected: Any
) -> None:
    gateways = [{**ref("natGateways", "nat"), "properties": gateway}]
    known = subnet_of(vnet(network, **subnet), nat_gateways=gateways).nat_gateways
    assert (GAP if isinstance(known, Gap) else len(known)) == expected


POOL = f"{NETWORK}/loadBalancers/lb/backendAddressPools/web"
IN_POOL = {"loadBalancerBackendAddressPools": [{"id": POOL}]}


def outbound_rule(pool: str, **members: Any) -> dict[str, Any]:
    return {"properties": {"protocol": "All", "backendAddressPool": {"id": pool}, **members}}


SERVES = {"outboundRules": [outbound_rule(POOL.upper())]}
SERVES_ANOTHER = {"outboundRules": [outbound_rule(f"{POOL}-2")]}


@pytest.mark.parametrize(
    ("main", "balancers", "expected"),
    [
        pytest.param({}, [], 0, id="in no pool"),
        pytest.param(IN_POOL, [SERVES], 1, id="rule of its pool"),
        pytest.param(IN_POOL, [SERVES_ANOTHER], 0, id="rule of another pool"),
        pytest.param(IN_POOL, [{"outboundRules": []}], 0, id="no rule"),
        pytest.param(IN_POOL, [{}], 0, id="no list of rules"),
        pytest.param(IN_POOL, [None], GAP, id="balancer without properties"),
        pytest.param(IN_POOL, [], GAP, id="missing balancer"),
    ],
)
def test_outbound_rules_that_serve_the_interface(
    main: dict[str, Any], balancers: list[Any], expected: Any
) -> None:
    bodies = [{**ref("loadBalancers", "lb"), "properties": parts} for parts in balancers]
    known = nic_of(nic(main=main), load_balancers=bodies).outbound_rules
    assert (GAP if isinstance(known, Gap) else len(known)) == expected


PROTOCOLS: dict[str, tuple[list[str | None], Any, Any]] = {
    "Tcp": (["Tcp"], 1, 0),
    "Udp": (["Udp"], 0, 1),
    "All": (["All"], 1, 1),
    "in another casing": (["tcp"], 1, 0),
    "one of two": (["Udp", "Tcp"], 1, 1),
    "none": ([None], GAP, GAP),
    "not documented": (["Sctp"], GAP, GAP),
    "not documented, of one of two": (["Sctp", "Tcp"], 1, GAP),
}


@pytest.mark.parametrize("kind", ["outbound rule", "load-balancing rule"])
@pytest.mark.parametrize(("protocols", "tcp", "udp"), PROTOCOLS.values(), ids=PROTOCOLS)
def test_a_rule_gives_outbound_access_over_its_protocol(
    protocols: list[str | None], tcp: Any, udp: Any, kind: str
) -> None:
    """Load Balancers, REST API: LoadBalancerOutboundRuleProtocol, TransportProtocol."""
    if kind == "outbound rule":
        rules = [outbound_rule(POOL, protocol=protocol) for protocol in protocols]
        members: dict[str, Any] = {"outboundRules": rules}
    else:
        bodies = [balancer(PUBLIC, protocol=protocol)["properties"] for protocol in protocols]
        rules = [body["loadBalancingRules"][0] for body in bodies]
        members = {**bodies[0], "loadBalancingRules": rules}
    body = {**ref("loadBalancers", "lb"), "sku": {"name": "Standard"}, "properties": members}
    known = nic_of(nic(main=IN_POOL), load_balancers=[body])
    found = (known.outbound_rules, known.outbound_rules_udp)
    assert tuple(GAP if isinstance(it, Gap) else len(it) for it in found) == (tcp, udp)
    for gap in found:
        assert not isinstance(gap, Gap) or "protocol" in gap.remedy


FRONT = f"{NETWORK}/loadBalancers/lb/frontendIPConfigurations/front"
PUBLIC = {"id": FRONT, "properties": {"publicIPAddress": ref("publicIPAddresses", "pip")}}
INTERNAL = {"id": FRONT, "properties": {"privateIPAddress": "10.0.0.9"}}


def balancer(front: Any, sku: str | None = "Standard", **members: Any) -> dict[str, Any]:
    """The body of a load balancer with one load-balancing rule for the pool."""
    rule = {
        "protocol": "Tcp",
        "frontendIPConfiguration": {"id": FRONT.upper()},
        "backendAddressPool": {"id": POOL},
    }
    properties = {
        "frontendIPConfigurations": [front],
        "loadBalancingRules": [{"name": "web", "properties": {**rule, **members}}],
    }
    named = {"sku": {"name": sku}} if sku else {}
    return {**ref("loadBalancers", "lb"), "properties": properties, **named}


@pytest.mark.parametrize(
    ("body", "version", "rules", "standard"),
    [
        pytest.param(balancer(PUBLIC), "IPv4", 1, 1, id="public frontend"),
        pytest.param(balancer(PUBLIC, disableOutboundSnat=False), "IPv4", 1, 1, id="SNAT"),
        pytest.param(balancer(PUBLIC, disableOutboundSnat=True), "IPv4", 0, 1, id="no SNAT"),
        pytest.param(balancer(PUBLIC), "IPv6", 0, 1, id="public IPv6 frontend"),
        pytest.param(balancer(INTERNAL), "IPv4", 0, 1, id="internal frontend"),
        pytest.param(balancer(PUBLIC, "Basic"), "IPv4", 0, 0, id="Basic"),
        pytest.param(balancer(PUBLIC, None), "IPv4", 0, 0, id="no SKU"),
        pytest.param(balancer(PUBLIC, "BASIC"), "IPv4", 0, 0, id="Basic in another casing"),
        pytest.param(balancer(PUBLIC, "Gateway"), "IPv4", 1, 1, id="Gateway"),
        pytest.param(
            balancer(PUBLIC, backendAddressPool={"id": f"{POOL}-2"}),
            "IPv4", 0, 1, id="another pool",
        ),
        pytest.param(
            balancer(PUBLIC, backendAddressPool=None, backendAddressPools=[{"id": POOL}]),
            "IPv4", 1, 1, id="list of pools",
        ),
    ],
)  # fmt: skip
def test_a_rule_of_a_standard_load_balancer_translates_addresses(
    body: dict[str, Any], version: str, rules: int, standard: int
) -> None:
    """Use SNAT for outbound connections: unless the rule disables it."""
    address = {"ipAddress": "20.1.2.3", "publicIPAddressVersion": version}
    pip = {**ref("publicIPAddresses", "pip"), "properties": address}
    known = nic_of(nic(main=IN_POOL), load_balancers=[body], public_ips=[pip])
    assert len(require(known.outbound_rules)) == rules
    assert len(require(known.standard_pools)) == standard


def test_a_sku_that_is_not_documented() -> None:
    """Load Balancers, REST API: LoadBalancerSkuName is Basic, Standard or Gateway."""
    known = nic_of(nic(main=IN_POOL), load_balancers=[balancer(PUBLIC, "Premium")])
    for gap in (known.standard_pools, known.outbound_rules):
        assert isinstance(gap, Gap)
        assert "sku.name that is documented, only 'Premium'" in gap.remedy


def test_an_ipv6_address_is_no_way_out() -> None:
    body = nic(main={"publicIPAddress": ref("publicIPAddresses", "pip")})
    address = {"ipAddress": "2603::1", "publicIPAddressVersion": "IPv6"}
    listed = {**ref("publicIPAddresses", "pip"), "properties": address}
    assert nic_of(body, public_ips=[listed]).public_ips == ()


HUB = "/subscriptions/x/resourceGroups/RG_hub/providers/Microsoft.Network/virtualNetworks/HV_hub_1"


def peering(remote: str, **members: Any) -> dict[str, Any]:
    space = {"addressPrefixes": ["10.9.0.0/16"]}
    usual = {
        "peeringState": "Connected",
        "allowVirtualNetworkAccess": True,
        "remoteVirtualNetwork": {"id": remote},
        "remoteAddressSpace": space,
    }
    return {"virtualNetworkPeerings": [{"name": "to-hub", "properties": {**usual, **members}}]}


@pytest.mark.parametrize(
    ("network", "paths"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param(peering(f"{NETWORK}/virtualNetworks/hub"), [], id="peering"),
        pytest.param(
            peering(f"{NETWORK}/virtualNetworks/hub", useRemoteGateways=True),
            ["useRemoteGateways"],
            id="gateway of a peered network",
        ),
        pytest.param(peering(HUB), ["remoteVirtualNetwork.id"], id="hub of Virtual WAN"),
    ],
)
def test_hidden_routes(network: dict[str, Any], paths: list[str]) -> None:
    """Virtual network traffic routing: routes of gateways and hubs are in no configuration."""
    rt = ref("routeTables", "rt")
    found = subnet_of(vnet(network))
    assert [item.path.rpartition("properties.")[2] for item in found.hidden_routes] == paths
    kept_off = {**rt, "properties": {"routes": [], "disableBgpRoutePropagation": True}}
    off = subnet_of(vnet(network, routeTable=rt), route_tables=[kept_off])
    assert off.hidden_routes == ()


@pytest.mark.parametrize("name", ["GatewaySubnet", "RouteServerSubnet"])
def test_a_subnet_that_shows_hidden_routes(name: str) -> None:
    body = vnet()
    other = {"id": f"{VNET}/subnets/{name}", "properties": {"addressPrefix": "10.0.1.0/27"}}
    body["properties"]["subnets"].append(other)
    (evidence,) = subnet_of(body).hidden_routes
    assert evidence.value == name.lower()


def test_address_spaces_and_the_owners_of_next_hops() -> None:
    hub = f"{NETWORK}/virtualNetworks/hub"
    firewall = {
        "id": f"{hub}/subnets/AzureFirewallSubnet",
        "properties": {"addressPrefix": "10.9.0.0/26"},
    }
    hops = ["10.9.0.4", "10.0.0.4", "10.8.0.4"]
    routes = [
        {"name": hop, "properties": {"addressPrefix": "8.0.0.0/8", "nextHopIpAddress": hop}}
        for hop in hops
    ]
    own = vnet(
        {"addressSpace": {"addressPrefixes": ["10.0.0.0/16", "Wedged"]}, **peering(hub)},
        routeTable=ref("routeTables", "rt"),
    )
    found = nic_of(
        nic(),
        virtual_networks=[own, {"id": hub, "properties": {"subnets": [firewall]}}],
        route_tables=[{**ref("routeTables", "rt"), "properties": {"routes": routes}}],
    ).subnet
    assert found.prefixes == ("10.0.0.0/16",)
    assert found.peered_prefixes == ("10.9.0.0/16",)
    assert dict(found.hops) == {"10.9.0.4": "Azure Firewall in hub", "10.0.0.4": "the NIC nic"}


HUB_NETWORK = f"{NETWORK}/virtualNetworks/hub"
HUB_SPACE = {"addressPrefixes": ["10.9.0.0/16"]}
BROKEN = {"addressPrefixes": ["10.9.0.0/99"]}
SPACES: dict[str, tuple[dict[str, Any], list[str], str | None]] = {
    "of the peering": ({}, ["10.9.0.0/16"], None),
    "not connected": ({"peeringState": "Disconnected"}, [], None),
    "no access": ({"allowVirtualNetworkAccess": False}, [], None),
    "access is not recorded":
        ({"allowVirtualNetworkAccess": None}, [], "allowVirtualNetworkAccess"),
    "state is not recorded": ({"peeringState": None}, [], "peeringState"),
    "of the other network, by the peering":
        ({"remoteAddressSpace": None, "remoteVirtualNetworkAddressSpace": HUB_SPACE},
         ["10.9.0.0/16"], None),
    "broken, and of the other network":
        ({"remoteAddressSpace": BROKEN, "remoteVirtualNetworkAddressSpace": HUB_SPACE},
         ["10.9.0.0/16"], None),
    "of the other network, by its own body":
        ({"remoteAddressSpace": None, "remoteVirtualNetwork": {"id": f"{NETWORK}/virtualNetworks/b"}
          }, ["10.8.0.0/16"], None),
    "nowhere": ({"remoteAddressSpace": None}, [], "remoteAddressSpace.addressPrefixes"),
    "empty": ({"remoteAddressSpace": {"addressPrefixes": []}}, [],
              "remoteAddressSpace.addressPrefixes"),
    "broken": ({"remoteAddressSpace": BROKEN}, [], "remoteAddressSpace.addressPrefixes"),
    "partly broken": ({"remoteAddressSpace": {"addressPrefixes": ["10.9.0.0/16", "10.9"]}},
                      ["10.9.0.0/16"], "remoteAddressSpace.addressPrefixes"),
}  # fmt: skip


@pytest.mark.parametrize(("members", "prefixes", "unread"), SPACES.values(), ids=SPACES)
def test_the_space_of_a_peered_network(
    members: dict[str, Any], prefixes: list[str], unread: str | None
) -> None:
    """REST API reference, Virtual Network Peerings: VirtualNetworkPeeringPropertiesFormat."""
    own = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, **peering(HUB_NETWORK, **members)}
    other = {
        "id": f"{NETWORK}/virtualNetworks/b",
        "properties": {"subnets": [], "addressSpace": {"addressPrefixes": ["10.8.0.0/16"]}},
    }
    found = nic_of(nic(), virtual_networks=[vnet(own), other]).subnet
    assert list(found.peered_prefixes) == prefixes
    assert (found.unread_space is None) is (unread is None)
    if found.unread_space and unread:
        assert f".{unread}." in found.unread_space.remedy


ALLOW_VIRTUAL_NETWORK = {
    "name": "AllowVnetOutBound",
    "properties": {
        "priority": 65000, "direction": "Outbound", "access": "Allow", "protocol": "*",
        "sourcePortRange": "*", "destinationPortRange": "*",
        "sourceAddressPrefix": "VirtualNetwork", "destinationAddressPrefix": "VirtualNetwork",
    },
}  # fmt: skip
TO_NEIGHBOURS: dict[str, tuple[dict[str, Any], list[dict[str, str]], str, str]] = {
    "own": ({"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}, [], "10.0.7.9", "reached"),
    "own subnet, no space": ({}, [], "10.0.0.9", "reached"),
    "own subnet, broken space": ({"addressSpace": BROKEN}, [], "10.0.0.9", "reached"),
    "another subnet, no space": ({}, [], "10.0.7.9", "unknown"),
    "private, broken space": ({"addressSpace": BROKEN}, [], "192.168.7.9", "unknown"),
    "not of networks, no space": ({}, [], "127.0.0.1", "stopped"),
    "own subnet, no space, a route of all to an appliance":
        ({}, [{"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance"}], "10.0.0.9",
         "reached"),
    "own subnet, no space, a route that may be longer":
        ({}, [{"addressPrefix": "10.0.0.0/16", "nextHopType": "VirtualAppliance"}], "10.0.0.9",
         "unknown"),
    "peered": ({"addressSpace": HUB_SPACE, **peering(HUB_NETWORK)}, [], "10.9.0.4", "reached"),
    "peered, no access":
        ({"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
          **peering(HUB_NETWORK, allowVirtualNetworkAccess=False)}, [], "10.9.0.4", "stopped"),
    "peered, no space":
        ({"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
          **peering(HUB_NETWORK, remoteAddressSpace=None)}, [], "10.9.0.4", "unknown"),
    "public, no space": ({**peering(HUB_NETWORK, remoteAddressSpace=None)}, [], "8.8.8.8",
                         "reached"),
}  # fmt: skip


@pytest.mark.parametrize("closed", [False, True], ids=["no group", "VirtualNetwork alone"])
@pytest.mark.parametrize(
    ("network", "routes", "to", "verdict"), TO_NEIGHBOURS.values(), ids=TO_NEIGHBOURS
)
def test_private_addresses_by_what_was_read(
    network: dict[str, Any], routes: list[dict[str, str]], to: str, verdict: str, closed: bool
) -> None:
    """Virtual network service tags: VirtualNetwork has "the virtual network address space" and
    "peered virtual networks"; system routes lead to both (Virtual network traffic routing)."""
    rt, group = ref("routeTables", "rt"), ref("networkSecurityGroups", "n")
    named = [{"name": f"r{at}", "properties": route} for at, route in enumerate(routes)]
    rules = {"securityRules": [], "defaultSecurityRules": [ALLOW_VIRTUAL_NETWORK]}
    on_nic: dict[str, Any] = {"networkSecurityGroup": group} if closed else {}
    found = network_of(
        NIC,
        virtual_networks=[vnet(network, **({"routeTable": rt} if routes else {}))],
        interfaces=[nic(**on_nic)],
        security_groups=[{**group, "properties": rules}],
        route_tables=[{**rt, "properties": {"routes": named}}],
    )
    way = way_of(VM_ID, found, target_of(to, "westeurope"))
    is_public = closed and to == "8.8.8.8"
    assert way.verdict == ("stopped" if is_public else verdict)


def test_the_guest_and_the_scale_set_of_a_vm() -> None:
    plain = network_of(NIC, interfaces=[nic()])
    assert (plain.family, plain.scale_set) == (None, None)
    group = {"id": f"{GROUP}/Microsoft.Compute/virtualMachineScaleSets/flex"}
    record = decode_record(
        json.dumps(
            {
                "id": f"{GROUP}/Microsoft.Compute/virtualMachines/vm",
                "properties": {
                    "virtualMachineScaleSet": group,
                    "storageProfile": {"osDisk": {"osType": "Windows"}},
                },
            }
        ).encode(),
        VirtualMachine,
    )
    (vm,) = joined([record], network={})
    assert vm.network.family == "windows"
    assert vm.network.scale_set
    assert vm.network.scale_set.value == group["id"]


OWN = {"westeurope"}
STORAGE = "Microsoft.Storage"
ENDPOINTS: dict[str, tuple[list[dict[str, Any]], Any]] = {
    "any region": ([{"service": STORAGE, "locations": ["*"]}], (OWN, False, True)),
    "the region in another casing": (
        [{"service": "microsoft.storage", "locations": ["West Europe"]}], (OWN, False, False)
    ),
    "the region and its pair": (
        [{"service": STORAGE, "locations": ["westeurope", "northeurope"]}],
        ({"westeurope", "northeurope"}, False, False),
    ),
    "another region": (
        [{"service": STORAGE, "locations": ["northeurope"]}], ({"northeurope"}, False, False)
    ),
    "all regions": ([{"service": f"{STORAGE}.Global", "locations": ["*"]}], (OWN, True, False)),
    "two": (
        [{"service": STORAGE, "locations": ["northeurope"]}, {"service": "Microsoft.Sql"},
         {"service": f"{STORAGE}.Global", "locations": ["*"]}],
        ({"westeurope", "northeurope"}, True, False),
    ),
    "no locations": ([{"service": STORAGE}], GAP),
    "empty locations": ([{"service": STORAGE, "locations": []}], GAP),
    "SQL": ([{"service": "Microsoft.Sql", "locations": ["*"]}], None),
    "no service": ([{}], GAP),
}  # fmt: skip


@pytest.mark.parametrize(("endpoints", "expected"), ENDPOINTS.values(), ids=ENDPOINTS)
def test_service_endpoints_for_storage(endpoints: list[dict[str, Any]], expected: Any) -> None:
    """Virtual network service endpoints, 2025-07-22: regional ones, and Microsoft.Storage.Global.
    Recorded answers also have ``*`` for a regional one: then only the VM's region is certain."""
    known = subnet_of(vnet(serviceEndpoints=endpoints)).known_endpoint
    if isinstance(known, Gap) or known is None:
        assert (GAP if known else None) == expected
    else:
        assert (known.regions, known.is_global, known.may_lead_elsewhere) == expected


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        pytest.param({}, False, id="absent"),
        pytest.param({"defaultOutboundAccess": None}, False, id="null"),
        pytest.param({"defaultOutboundAccess": True}, False, id="true"),
        pytest.param({"defaultOutboundAccess": False}, True, id="false"),
    ],
)
def test_a_private_subnet_by_default_outbound_access(
    properties: dict[str, Any], expected: bool
) -> None:
    assert subnet_of(vnet(**properties)).is_private is expected


@pytest.mark.parametrize("address", ["20.1.2.3", None], ids=["assigned", "not assigned"])
def test_a_reference_to_a_public_address_is_enough(address: str | None) -> None:
    body = nic(main={"publicIPAddress": ref("publicIPAddresses", "pip")})
    listed = {**ref("publicIPAddresses", "pip"), "properties": {"ipAddress": address}}
    (evidence,) = require(nic_of(body, public_ips=[listed]).public_ips)
    assert evidence.value == address
    (unread,) = require(nic_of(body).public_ips)
    assert str(unread.value).endswith("/pip")
