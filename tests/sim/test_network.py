"""Answers of Microsoft.Network and of the classic provider: members, casing, what is left out."""

from typing import Any

import pytest

from scanner.sim.world import Group, NicShape, RouteShape, RuleShape, Subscription

from .conftest import Ask, error, pages, recording
from .test_shapes import members

NETWORK = "providers/Microsoft.Network"
CLASSIC = "providers/Microsoft.ClassicCompute/virtualMachines"
OPTIONAL = {
    "tags",
    "zones",
    "properties.dhcpOptions",
    "properties.dnsSettings",
    "properties.securityRules",
    "properties.hostedWorkloads",
    "properties.tapConfigurations",
}
"""What a resource may lack, or has only where something else is there."""


def missing(recorded: Any, ours: Any) -> set[str]:
    lacking = members(recorded) - members(ours)
    return {path for path in lacking if not any(path.startswith(each) for each in OPTIONAL)}


def rule(ask: Ask, group: str) -> Any:
    (only,) = ask.json(group)["properties"]["securityRules"]
    return only["properties"]


def test_security_group(web: Group, ask: Ask) -> None:
    body = ask.json(web.nsg("nsg").id)
    recorded = recording("nsg_get_2024-03-01_test_vm_metric_tail")["body"]
    assert missing(recorded, body) == set()
    assert list(body["properties"]) == list(recorded["properties"])
    theirs = recorded["properties"]["defaultSecurityRules"]
    for ours, each in zip(body["properties"]["defaultSecurityRules"], theirs, strict=True):
        assert ours["name"] == each["name"]
        assert ours["properties"] == each["properties"]


def test_one_value_stands_beside_an_empty_list(web: Group, ask: Ask) -> None:
    shape = RuleShape(
        "web", 1000, "Allow", "Inbound", port="4444", source="789", destination="1234"
    )
    recorded = recording("nsg_list_2022-01-01_test_network_nsg")["body"]["value"][0]
    theirs = recorded["properties"]["securityRules"][0]["properties"]
    assert rule(ask, web.nsg("nsg", shape).id) == theirs


def test_several_values_stand_alone(web: Group, ask: Ask) -> None:
    shape = RuleShape("out", 100, port=["80", "443-445"], destination=["10.0.0.0/8", "11.0.0.0/8"])
    shown = rule(ask, web.nsg("nsg", shape).id)
    assert shown["destinationPortRanges"] == ["80", "443-445"]
    assert shown["destinationAddressPrefixes"] == ["10.0.0.0/8", "11.0.0.0/8"]
    assert {"destinationPortRange", "destinationAddressPrefix"} & shown.keys() == set()
    assert (shown["sourcePortRange"], shown["sourcePortRanges"]) == ("*", [])


def test_application_security_groups_stand_for_prefixes(web: Group, ask: Ask) -> None:
    asg = web.asg("workers")
    shown = rule(ask, web.nsg("nsg", RuleShape("to", 100, destination_asgs=[asg])).id)
    (named,) = shown["destinationApplicationSecurityGroups"]
    assert named["id"].lower() == asg.lower()
    assert "destinationAddressPrefix" not in shown
    assert shown["sourceAddressPrefix"] == "*"


def test_route_table(web: Group, ask: Ask) -> None:
    routes = (
        RouteShape("0.0.0.0/0", "VirtualAppliance", "10.1.1.1"),
        RouteShape("10.0.2.0/29", "None"),
    )
    body = ask.json(web.route_table("rt", *routes).id)
    recorded = recording("rt_get_2019-11-01_testRouteTables")["body"]
    assert all(path.startswith("properties.subnets") for path in missing(recorded, body))
    hops = [each["properties"].get("nextHopIpAddress") for each in body["properties"]["routes"]]
    assert hops == ["10.1.1.1", None]


def test_virtual_network_lists_its_subnets(web: Group, ask: Ask, prod: Subscription) -> None:
    group, table = web.nsg("nsg").id, web.route_table("rt").id
    gateway = web.nat_gateway("nat", [web.public_ip("pip").id]).id
    own = web.subnet(
        "own", nsg=group, route_table=table, nat_gateway=gateway, default_outbound_access=False
    )
    web.vm("a")
    (network,) = ask.json(f"{prod.id}/{NETWORK}/virtualNetworks")["value"]
    recorded = recording("vnet_list_2024-05-01_test_network_vnet")["body"]["value"][0]
    assert missing(recorded, network) == set()
    ours, usual = network["properties"]["subnets"]
    assert ours["id"] == own
    detached = recording("subnet_get_2024-01-01_test_subnet_detach_nat_gateway")["body"]
    assert missing(detached, ours) == set()
    assert usual["name"] == "default"
    around = {"networkSecurityGroup", "routeTable", "natGateway", "defaultOutboundAccess"}
    assert around <= ours["properties"].keys()
    assert not around & usual["properties"].keys()
    for key, id_ in {"networkSecurityGroup": group, "routeTable": table}.items():
        assert ours["properties"][key]["id"].lower() == id_.lower()


def test_service_endpoints(web: Group, ask: Ask) -> None:
    web.subnet("own", service_endpoints=["Microsoft.Storage"])
    body = ask.json(web.vnet().id)["properties"]["subnets"][0]["properties"]
    assert body["serviceEndpoints"] == [
        {"provisioningState": "Succeeded", "service": "Microsoft.Storage", "locations": ["*"]}
    ]


@pytest.mark.parametrize("addresses", [0, 1])
def test_nat_gateway(web: Group, ask: Ask, addresses: int) -> None:
    given = [web.public_ip("pip").id] * addresses
    body = ask.json(web.nat_gateway("nat", given).id)
    recorded = recording("natgw_get_2021-05-01_test_cli_mgmt_network_nat_test_netwo")["body"]
    assert missing(recorded, body) <= {
        "properties.publicIpAddresses", "properties.publicIpAddresses.id",
        "properties.publicIpPrefixes", "properties.publicIpPrefixes.id", "properties.subnets",
    }  # fmt: skip
    assert ("publicIpAddresses" in body["properties"]) is bool(addresses)


def test_public_ip(web: Group, ask: Ask) -> None:
    body = ask.json(web.public_ip("pip", "40.89.80.30").id)
    recorded = recording("pip_get_2022-11-01_test_network_public_ip")["body"]
    assert missing(recorded, body) == set()
    assert body["properties"]["ipAddress"] == "40.89.80.30"
    assert "ipAddress" not in ask.json(web.public_ip("idle").id)["properties"]


def test_load_balancer(web: Group, ask: Ask) -> None:
    body = ask.json(web.load_balancer("lb", ["out", "web"], ["out"]).id)
    recorded = recording("lb_get_2023-04-01_test_network_load_balancer_outbound_")["body"]
    lacking = missing(recorded, body)
    of_the_front = "properties.frontendIPConfigurations.properties.p"
    chosen = "properties.outboundRules.properties.allocationPolicy"
    assert all(path.startswith((of_the_front, chosen)) for path in lacking)
    (outbound,) = body["properties"]["outboundRules"]
    named = outbound["properties"]["backendAddressPool"]["id"]
    assert named.lower() == f"{body['id']}/backendAddressPools/out".lower()


def test_interface(web: Group, ask: Ask) -> None:
    shape = NicShape(nsg=web.nsg("nsg").id, addresses=["10.0.0.5", "10.0.0.6"])
    vm = web.vm("a", nics=[shape])
    body = ask.json(vm.nics[0].id)
    recorded = recording("nic_get_2019-04-01_test_vm_lb_integration")["body"]
    assert missing(recorded, body) == set()
    configurations = [each["properties"] for each in body["properties"]["ipConfigurations"]]
    assert [(each["privateIPAddress"], each["primary"]) for each in configurations] == [
        ("10.0.0.5", True),
        ("10.0.0.6", False),
    ]
    bare = ask.json(web.vm("b").nics[0].id)["properties"]
    assert "networkSecurityGroup" not in bare


def test_one_interface_by_its_id_and_several_with_their_roles(web: Group, ask: Ask) -> None:
    one, two = web.vm("a"), web.vm("b", nics=[NicShape(primary=False), NicShape()])
    (only,) = ask.json(one.id)["properties"]["networkProfile"]["networkInterfaces"]
    assert only.keys() == {"id"}
    both = ask.json(two.id)["properties"]["networkProfile"]["networkInterfaces"]
    assert [each["properties"] for each in both] == [{"primary": False}, {"primary": True}]
    assert [each["id"].lower() for each in both] == [nic.id.lower() for nic in two.nics]
    assert len({nic.id for nic in two.nics}) == 2


def test_references_spell_groups_their_own_way_now_and_then(web: Group, ask: Ask) -> None:
    for number in range(40):
        web.subnet(f"s-{number}", nsg=web.nsg(f"nsg-{number}").id)
    subnets = ask.json(web.vnet().id)["properties"]["subnets"]
    named = {each["properties"]["networkSecurityGroup"]["id"].split("/")[4] for each in subnets}
    assert named == {"rg-web", "RG-WEB"}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("unregistered", (409, "MissingSubscriptionRegistration")),
        ("absent", (404, "InvalidResourceNamespace")),
    ],
)
def test_classic_provider_that_a_subscription_lacks(
    prod: Subscription, ask: Ask, state: Any, expected: tuple[int, str]
) -> None:
    prod.classic = state
    status, code = expected
    assert error(ask, f"{prod.id}/{CLASSIC}", status)[0] == code


def test_classic_vms(web: Group, prod: Subscription, ask: Ask) -> None:
    prod.classic = "registered"
    assert ask.json(f"{prod.id}/{CLASSIC}")["value"] == []
    told, other, silent = (
        web.classic_vm("a", agent=False),
        web.classic_vm("b", agent=True, flag="provisionGuestAgent"),
        web.classic_vm("c", agent=None, cloud_service="shared"),
    )
    found = [each for page in pages(ask, f"{prod.id}/{CLASSIC}") for each in page["value"]]
    assert [each["id"] for each in found] == [told.id, other.id, silent.id]
    hardware = [each["properties"]["hardwareProfile"] for each in found]
    assert [each.get("platformGuestAgent") for each in hardware] == [False, None, None]
    assert [each.get("provisionGuestAgent") for each in hardware] == [None, True, None]
    assert found[2]["properties"]["domainName"]["id"].endswith("/domainNames/shared")
    assert ask.json(told.id)["name"] == "a"
    assert prod.classic_vms == [told, other, silent]
