"""The network around a VM, joined from bodies as ARM may send them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.arm import calls
from scanner.arm.decode import decode_record
from scanner.inventory.facts.network import Network, Nic, Subnet
from scanner.inventory.gap import Gap
from scanner.inventory.records.compute import VirtualMachine
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
    one = {"privateIPAddress": "10.0.0.4", "subnet": {"id": f"{VNET}/subnets/own"}, **(main or {})}
    configured = {"ipConfigurations": [{"properties": one}], **properties}
    return {**ref("networkInterfaces", name), "properties": configured}


def vnet(network: Any = None, **subnet: Any) -> dict[str, Any]:
    own = {"id": f"{VNET}/subnets/own", "properties": subnet}
    return {"id": VNET, "properties": {"subnets": [own], **(network or {})}}


def network_of(*named: dict[str, Any], **bodies: list[dict[str, Any]]) -> Network:
    """The network of a VM that names these interfaces, among these bodies by reading."""
    content = {
        "id": f"{GROUP}/Microsoft.Compute/virtualMachines/vm",
        "location": "westeurope",
        "properties": {"networkProfile": {"networkInterfaces": list(named)}},
    }
    record = decode_record(json.dumps(content).encode(), VirtualMachine)
    around = {
        name: [decode_record(json.dumps(each).encode(), RECORDS[name]) for each in those]
        for name, those in bodies.items()
    }
    (vm,) = joined([record], network=around)
    return vm.network


ONE = ref("networkInterfaces", "nic")


def nic_of(body: dict[str, Any], **bodies: list[dict[str, Any]]) -> Nic:
    return network_of(ONE, **{"virtual_networks": [vnet()], "interfaces": [body], **bodies}).nic


def subnet_of(body: dict[str, Any], **bodies: list[dict[str, Any]]) -> Subnet:
    return nic_of(nic(), **{"virtual_networks": [body], **bodies}).subnet


def marked(name: str, primary: bool | None) -> dict[str, Any]:
    return {**ref("networkInterfaces", name), "properties": {"primary": primary}}


@pytest.mark.parametrize(
    ("named", "own", "expected"),
    [
        ([ref("networkInterfaces", "a")], {}, "a"),
        ([marked("a", None)], {}, "a"),
        ([marked("a", False), marked("b", True)], {}, "b"),
        ([ref("networkInterfaces", "a"), ref("networkInterfaces", "b")], {"b": True}, "b"),
        ([ref("networkInterfaces", "a"), ref("networkInterfaces", "b")], {}, GAP),
        ([marked("a", True), marked("b", True)], {}, GAP),
        ([], {}, GAP),
        ([ref("networkInterfaces", "gone")], {}, GAP),
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
        ({}, None),
        ({"networkSecurityGroup": None}, None),
        ({"networkSecurityGroup": ref("networkSecurityGroups", "nsg")}, "nsg"),
        ({"networkSecurityGroup": ref("NETWORKSECURITYGROUPS", "NSG")}, "nsg"),
        ({"networkSecurityGroup": ref("networkSecurityGroups", "gone")}, GAP),
        ({"networkSecurityGroup": {}}, GAP),
    ],
)
def test_a_security_group_is_the_one_named(named: dict[str, Any], expected: str | None) -> None:
    """A reference that is not there needs no read; one that is there is known or a gap."""
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
        ({}, None),
        ({"routeTable": ref("routeTables", "rt")}, "rt"),
        ({"routeTable": ref("routeTables", "gone")}, GAP),
        ({"routeTable": {"id": None}}, GAP),
    ],
)
def test_a_route_table_is_the_one_named(named: dict[str, Any], expected: str | None) -> None:
    tables = [{**ref("routeTables", "rt"), "properties": {"routes": []}}]
    known = subnet_of(vnet(**named), route_tables=tables).known_routes
    assert (GAP if isinstance(known, Gap) else known and known.id.name) == expected


@pytest.mark.parametrize(
    "networks",
    [
        [],
        [{"id": VNET, "properties": {"subnets": []}}],
        [{"id": VNET, "properties": {}}],
        [{"id": VNET, "properties": None}],
        [{"id": f"{NETWORK}/virtualNetworks/other", "properties": {"subnets": []}}],
    ],
)
def test_a_subnet_that_no_network_lists_is_not_known(networks: list[dict[str, Any]]) -> None:
    assert isinstance(nic_of(nic(), virtual_networks=networks).known_subnet, Gap)


@pytest.mark.parametrize(
    ("configurations", "expected"),
    [
        ([{"privateIPAddress": "10.0.0.4"}], ("10.0.0.4",)),
        ([{"privateIPAddress": "10.0.0.4"}, {"privateIPAddress": "fd00::4"}], ("10.0.0.4",)),
        (
            [{"privateIPAddress": "10.0.0.4"}, {"privateIPAddress": "10.0.0.5"}],
            ("10.0.0.4", "10.0.0.5"),
        ),
        ([{}], GAP),
        ([{"privateIPAddress": "fd00::4"}], GAP),
    ],
)
def test_addresses(configurations: list[dict[str, Any]], expected: Any) -> None:
    body = nic(ipConfigurations=[{"properties": each} for each in configurations])
    known = nic_of(body).known_addresses
    assert (GAP if isinstance(known, Gap) else known) == expected


@pytest.mark.parametrize(
    ("subnet", "network", "gateway", "expected"),
    [
        ({}, {}, {}, 0),
        ({"natGateway": ref("natGateways", "nat")}, {}, {"publicIpAddresses": [{"id": "/x/y"}]}, 1),
        ({"natGateway": ref("natGateways", "nat")}, {}, {"publicIpPrefixes": [{"id": "/x/y"}]}, 1),
        ({"natGateway": ref("natGateways", "nat")}, {}, {}, 0),
        ({"natGateway": ref("natGateways", "nat")}, {}, {"publicIpAddresses": []}, 0),
        ({"natGateway": ref("natGateways", "nat")}, {}, None, GAP),
        ({"natGateway": ref("natGateways", "gone")}, {}, {}, GAP),
        (
            {},
            {"defaultPublicNatGateway": ref("natGateways", "nat")},
            {"publicIpAddresses": [{"id": "/x/y"}]},
            1,
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
SERVES = {"outboundRules": [{"properties": {"backendAddressPool": {"id": POOL.upper()}}}]}
SERVES_ANOTHER = {"outboundRules": [{"properties": {"backendAddressPool": {"id": f"{POOL}-2"}}}]}


@pytest.mark.parametrize(
    ("main", "balancers", "expected"),
    [
        ({}, [], 0),
        (IN_POOL, [SERVES], 1),
        (IN_POOL, [SERVES_ANOTHER], 0),
        (IN_POOL, [{"outboundRules": []}], 0),
        (IN_POOL, [{}], 0),
        (IN_POOL, [None], GAP),
        (IN_POOL, [], GAP),
    ],
)
def test_outbound_rules_that_serve_the_interface(
    main: dict[str, Any], balancers: list[Any], expected: Any
) -> None:
    those = [{**ref("loadBalancers", "lb"), "properties": each} for each in balancers]
    known = nic_of(nic(main=main), load_balancers=those).outbound_rules
    assert (GAP if isinstance(known, Gap) else len(known)) == expected


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ({"service": "Microsoft.Storage", "locations": ["*"]}, True),
        ({"service": "microsoft.storage", "locations": ["WestEurope"]}, True),
        ({"service": "Microsoft.Storage"}, True),
        ({"service": "Microsoft.Storage.Global", "locations": ["*"]}, True),
        ({"service": "Microsoft.Storage", "locations": ["northeurope"]}, False),
        ({"service": "Microsoft.Sql", "locations": ["*"]}, False),
        ({}, False),
    ],
)
def test_service_endpoints_for_storage_of_the_region(
    endpoint: dict[str, Any], expected: bool
) -> None:
    assert (subnet_of(vnet(serviceEndpoints=[endpoint])).storage_endpoint is not None) is expected


@pytest.mark.parametrize(
    ("written", "expected"), [({}, False), ({"defaultOutboundAccess": None}, False),
                              ({"defaultOutboundAccess": True}, False),
                              ({"defaultOutboundAccess": False}, True)]
)  # fmt: skip
def test_private_subnets(written: dict[str, Any], expected: bool) -> None:
    assert subnet_of(vnet(**written)).is_private is expected


@pytest.mark.parametrize(("address", "shown"), [("20.1.2.3", "20.1.2.3"), (None, None)])
def test_a_public_address_that_is_named_is_enough(address: str | None, shown: Any) -> None:
    body = nic(main={"publicIPAddress": ref("publicIPAddresses", "pip")})
    listed = {**ref("publicIPAddresses", "pip"), "properties": {"ipAddress": address}}
    (evidence,) = nic_of(body, public_ips=[listed]).public_ips
    assert evidence.value == shown
    (unread,) = nic_of(body).public_ips
    assert str(unread.value).endswith("/pip")
