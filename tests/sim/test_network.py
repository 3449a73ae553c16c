"""Answers of Microsoft.Network and of the classic provider: members, casing, absent members."""

from typing import Any

import pytest

from scanner.sim.network_shapes import NicShape, RouteShape, RuleShape
from scanner.sim.world import Classic, Group, Subscription
from tests.support.simulated_arm import Ask, error, missing, pages, recording

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
"""Members that a resource may lack, or has only together with another resource."""


def only_rule(ask: Ask, nsg_id: str) -> Any:
    """The properties of the one rule of a network security group."""
    (rule,) = ask.json(nsg_id)["properties"]["securityRules"]
    return rule["properties"]


def test_security_group(web: Group, ask: Ask) -> None:
    body = ask.json(web.nsg("nsg").id)
    recorded = recording("nsg_get_2024-03-01_test_vm_metric_tail")["body"]
    assert missing(recorded, body, OPTIONAL) == set()
    assert list(body["properties"]) == list(recorded["properties"])
    defaults = body["properties"]["defaultSecurityRules"]
    recorded_defaults = recorded["properties"]["defaultSecurityRules"]
    for rule, recorded_rule in zip(defaults, recorded_defaults, strict=True):
        assert rule["name"] == recorded_rule["name"]
        assert rule["properties"] == recorded_rule["properties"]


def test_one_value_fills_the_singular_member_and_empties_the_list(web: Group, ask: Ask) -> None:
    shape = RuleShape(
        "web", 1000, "Allow", "Inbound", port="4444", source="789", destination="1234"
    )
    recorded = recording("nsg_list_2022-01-01_test_network_nsg")["body"]["value"][0]
    recorded_rule = recorded["properties"]["securityRules"][0]["properties"]
    assert only_rule(ask, web.nsg("nsg", shape).id) == recorded_rule


def test_several_values_fill_the_list_only(web: Group, ask: Ask) -> None:
    shape = RuleShape("out", 100, port=["80", "443-445"], destination=["10.0.0.0/8", "11.0.0.0/8"])
    rule = only_rule(ask, web.nsg("nsg", shape).id)
    assert rule["destinationPortRanges"] == ["80", "443-445"]
    assert rule["destinationAddressPrefixes"] == ["10.0.0.0/8", "11.0.0.0/8"]
    assert {"destinationPortRange", "destinationAddressPrefix"} & rule.keys() == set()
    assert (rule["sourcePortRange"], rule["sourcePortRanges"]) == ("*", [])


def test_application_security_groups_replace_prefixes(web: Group, ask: Ask) -> None:
    asg = web.asg("workers")
    rule = only_rule(ask, web.nsg("nsg", RuleShape("to", 100, destination_asgs=[asg])).id)
    (named,) = rule["destinationApplicationSecurityGroups"]
    assert named["id"].lower() == asg.lower()
    assert "destinationAddressPrefix" not in rule
    assert rule["sourceAddressPrefix"] == "*"


def test_route_table(web: Group, ask: Ask) -> None:
    routes = (
        RouteShape("0.0.0.0/0", "VirtualAppliance", "10.1.1.1"),
        RouteShape("10.0.2.0/29", "None"),
    )
    body = ask.json(web.route_table("rt", *routes).id)
    recorded = recording("rt_get_2019-11-01_testRouteTables")["body"]
    assert all(path.startswith("properties.subnets") for path in missing(recorded, body, OPTIONAL))
    hops = [route["properties"].get("nextHopIpAddress") for route in body["properties"]["routes"]]
    assert hops == ["10.1.1.1", None]


def test_virtual_network_lists_its_subnets(web: Group, ask: Ask, prod: Subscription) -> None:
    nsg, table = web.nsg("nsg").id, web.route_table("rt").id
    gateway = web.nat_gateway("nat", [web.public_ip("pip").id]).id
    own = web.subnet(
        "own", nsg=nsg, route_table=table, nat_gateway=gateway, default_outbound_access=False
    )
    web.vm("a")
    (network,) = ask.json(f"{prod.id}/{NETWORK}/virtualNetworks")["value"]
    recorded = recording("vnet_list_2024-05-01_test_network_vnet")["body"]["value"][0]
    assert missing(recorded, network, OPTIONAL) == set()
    subnet, default = network["properties"]["subnets"]
    assert subnet["id"] == own
    detached = recording("subnet_get_2024-01-01_test_subnet_detach_nat_gateway")["body"]
    assert missing(detached, subnet, OPTIONAL) == set()
    assert default["name"] == "default"
    optional = {"networkSecurityGroup", "routeTable", "natGateway", "defaultOutboundAccess"}
    assert optional <= subnet["properties"].keys()
    assert not optional & default["properties"].keys()
    for key, id_ in {"networkSecurityGroup": nsg, "routeTable": table}.items():
        assert subnet["properties"][key]["id"].lower() == id_.lower()


def test_service_endpoints(web: Group, ask: Ask) -> None:
    web.subnet("own", service_endpoints=["Microsoft.Storage"])
    body = ask.json(web.vnet().id)["properties"]["subnets"][0]["properties"]
    assert body["serviceEndpoints"] == [
        {"provisioningState": "Succeeded", "service": "Microsoft.Storage", "locations": ["*"]}
    ]


@pytest.mark.parametrize(
    "addresses", [pytest.param(0, id="no-public-ip"), pytest.param(1, id="one-public-ip")]
)
def test_nat_gateway(web: Group, ask: Ask, addresses: int) -> None:
    public_ips = [web.public_ip("pip").id] * addresses
    body = ask.json(web.nat_gateway("nat", public_ips).id)
    recorded = recording("natgw_get_2021-05-01_test_cli_mgmt_network_nat_test_netwo")["body"]
    assert missing(recorded, body, OPTIONAL) <= {
        "properties.publicIpAddresses", "properties.publicIpAddresses.id",
        "properties.publicIpPrefixes", "properties.publicIpPrefixes.id", "properties.subnets",
    }  # fmt: skip
    assert ("publicIpAddresses" in body["properties"]) is bool(addresses)


def test_public_ip(web: Group, ask: Ask) -> None:
    body = ask.json(web.public_ip("pip", "40.89.80.30").id)
    recorded = recording("pip_get_2022-11-01_test_network_public_ip")["body"]
    assert missing(recorded, body, OPTIONAL) == set()
    assert body["properties"]["ipAddress"] == "40.89.80.30"
    assert "ipAddress" not in ask.json(web.public_ip("idle").id)["properties"]


def test_load_balancer(web: Group, ask: Ask) -> None:
    body = ask.json(web.load_balancer("lb", ["out", "web"], ["out"]).id)
    recorded = recording("lb_get_2023-04-01_test_network_load_balancer_outbound_")["body"]
    lacking = missing(recorded, body, OPTIONAL)
    addresses_of_front_end = "properties.frontendIPConfigurations.properties.p"
    policy = "properties.outboundRules.properties.allocationPolicy"
    assert all(path.startswith((addresses_of_front_end, policy)) for path in lacking)
    (outbound,) = body["properties"]["outboundRules"]
    pool = outbound["properties"]["backendAddressPool"]["id"]
    assert pool.lower() == f"{body['id']}/backendAddressPools/out".lower()


def test_interface(web: Group, ask: Ask) -> None:
    shape = NicShape(nsg=web.nsg("nsg").id, addresses=["10.0.0.5", "10.0.0.6"])
    vm = web.vm("a", nics=[shape])
    body = ask.json(vm.nics[0].id)
    recorded = recording("nic_get_2019-04-01_test_vm_lb_integration")["body"]
    assert missing(recorded, body, OPTIONAL) == set()
    configurations = [ip["properties"] for ip in body["properties"]["ipConfigurations"]]
    assert [(ip["privateIPAddress"], ip["primary"]) for ip in configurations] == [
        ("10.0.0.5", True),
        ("10.0.0.6", False),
    ]
    bare = ask.json(web.vm("b").nics[0].id)["properties"]
    assert "networkSecurityGroup" not in bare


def test_one_interface_has_only_its_id_and_several_have_roles(web: Group, ask: Ask) -> None:
    vm, vm_with_two = web.vm("a"), web.vm("b", nics=[NicShape(primary=False), NicShape()])
    (nic,) = ask.json(vm.id)["properties"]["networkProfile"]["networkInterfaces"]
    assert nic.keys() == {"id"}
    nics = ask.json(vm_with_two.id)["properties"]["networkProfile"]["networkInterfaces"]
    assert [nic["properties"] for nic in nics] == [{"primary": False}, {"primary": True}]
    assert [nic["id"].lower() for nic in nics] == [nic.id.lower() for nic in vm_with_two.nics]
    assert len({nic.id for nic in vm_with_two.nics}) == 2


def test_references_sometimes_spell_the_group_in_another_case(web: Group, ask: Ask) -> None:
    for number in range(40):
        web.subnet(f"s-{number}", nsg=web.nsg(f"nsg-{number}").id)
    subnets = ask.json(web.vnet().id)["properties"]["subnets"]
    ids = [subnet["properties"]["networkSecurityGroup"]["id"] for subnet in subnets]
    assert {id_.split("/")[4] for id_ in ids} == {"rg-web", "RG-WEB"}


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [
        pytest.param("unregistered", 409, "MissingSubscriptionRegistration", id="unregistered"),
        pytest.param("absent", 404, "InvalidResourceNamespace", id="absent"),
    ],
)
def test_classic_provider_that_a_subscription_lacks(
    prod: Subscription, ask: Ask, state: Classic, status: int, code: str
) -> None:
    prod.classic = state
    assert error(ask, f"{prod.id}/{CLASSIC}", status)[0] == code


def test_classic_vms(web: Group, prod: Subscription, ask: Ask) -> None:
    prod.classic = "registered"
    assert ask.json(f"{prod.id}/{CLASSIC}")["value"] == []
    vms = [
        web.classic_vm("a", agent=False),
        web.classic_vm("b", agent=True, flag="provisionGuestAgent"),
        web.classic_vm("c", agent=None, cloud_service="shared"),
    ]
    entries = [entry for page in pages(ask, f"{prod.id}/{CLASSIC}") for entry in page["value"]]
    assert [entry["id"] for entry in entries] == [vm.id for vm in vms]
    hardware = [entry["properties"]["hardwareProfile"] for entry in entries]
    assert [profile.get("platformGuestAgent") for profile in hardware] == [False, None, None]
    assert [profile.get("provisionGuestAgent") for profile in hardware] == [None, True, None]
    assert entries[2]["properties"]["domainName"]["id"].endswith("/domainNames/shared")
    assert ask.json(vms[0].id)["name"] == "a"
    assert prod.classic_vms == vms
