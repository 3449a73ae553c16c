"""From a NIC to Azure Storage: what blocks it, the evidence, and what is unknown.

Design, vm-no-internet-access: the security groups of NIC and subnet must both allow it. A route to
None blocks, a route to an appliance or gateway may block. A private subnet needs explicit outbound
access. An unread resource makes it unknown, unless what was read already decides. Port 8443 is
evidence and never changes the verdict.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence
from scanner.inventory.facts.network import Ipv6, Network, StorageEndpoint
from scanner.inventory.gap import Gap, Reason, Unseen
from scanner.inventory.records.base import Reference
from scanner.network.addresses import Addresses
from scanner.network.egress import Egress, egress
from tests.support.ways import (
    ALL,
    AT,
    CLOSED,
    DENY,
    DETOUR,
    ENDPOINT,
    FAR,
    FIRST,
    GROUP,
    GROUPS,
    HALF,
    NIC_ID,
    OTHER_HALF,
    OWN,
    PART,
    PRIVATE,
    SOME_PORTS,
    STOP,
    SUBNET_ID,
    TABLE,
    TAG,
    UNREAD,
    WAY,
    network,
    on_nic,
    on_subnet,
    table,
)


def conditions(way: Egress) -> list[str]:
    return [obstacle.condition for obstacle in way.obstacles]


OBSTACLES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no group, no table": ({}, []),
    "default rules": ({"nic": on_nic(), "subnet": on_subnet()}, []),
    "NIC denies": ({"nic": on_nic(DENY)}, [STOP]),
    "subnet denies": ({"subnet": on_subnet(DENY)}, [STOP]),
    "NIC denies half": ({"nic": on_nic(HALF)}, [PART]),
    "NIC denies half, subnet the other half":
        ({"nic": on_nic(HALF), "subnet": on_subnet(OTHER_HALF)}, [STOP]),
    "NIC denies half, a route drops the other half":
        ({"nic": on_nic(HALF), "routes": table(("128.0.0.0/1", "None", None))}, [STOP]),
    "route to None": ({"routes": table((ALL, "None", None))}, [STOP]),
    "route to the internet": ({"routes": table((ALL, "Internet", None))}, []),
    "route to an appliance": ({"routes": table((ALL, FAR, "10.9.9.9"))}, [DETOUR]),
    "route to a gateway": ({"routes": table((ALL, "VirtualNetworkGateway", None))}, [DETOUR]),
    "route to the virtual network": ({"routes": table((ALL, "VnetLocal", None))}, [DETOUR]),
    "NIC denies half, route to an appliance":
        ({"nic": on_nic(HALF), "routes": table((ALL, FAR, None))}, [PART, DETOUR]),
    "NIC denies, route to an appliance":
        ({"nic": on_nic(DENY), "routes": table((ALL, FAR, None))}, [STOP]),
    "route to an appliance, Storage to the internet":
        ({"routes": table((ALL, FAR, None), ("Storage", "Internet", None))}, []),
    "private subnet": ({"private": True}, [PRIVATE]),
    "private subnet with a NAT gateway": ({"private": True, "nat": WAY}, []),
    "private subnet, public address": ({"private": True, "public": WAY}, []),
    "private subnet, outbound rule": ({"private": True, "outbound": WAY}, []),
    "private subnet, NIC denies half": ({"private": True, "nic": on_nic(HALF)}, [PART, PRIVATE]),
    "private subnet, NIC denies": ({"private": True, "nic": on_nic(DENY)}, [STOP]),
    "private subnet, route to an appliance":
        ({"private": True, "routes": table((ALL, FAR, None))}, [DETOUR]),
    "private subnet with a service endpoint": ({"private": True, "endpoint": ENDPOINT}, []),
    "service endpoint, route to None":
        ({"endpoint": ENDPOINT, "routes": table((ALL, "None", None))}, []),
    "pool of a Standard load balancer": ({"standard": WAY}, [CLOSED]),
    "pool of a Standard load balancer, rule that translates":
        ({"standard": WAY, "outbound": WAY}, []),
    "flexible scale set": ({"scale_set": WAY[0]}, [CLOSED]),
    "flexible scale set with a NAT gateway": ({"scale_set": WAY[0], "nat": WAY}, []),
    "NIC denies some source ports": ({"nic": on_nic(SOME_PORTS)}, [PART]),
    "NIC denies some source ports, subnet denies":
        ({"nic": on_nic(SOME_PORTS), "subnet": on_subnet(DENY)}, [STOP]),
    "NIC denies the virtual network": ({"nic": on_nic(OWN)}, []),
    "NIC denies the virtual network, a route of all to the internet":
        ({"nic": on_nic(OWN), "routes": table((ALL, "Internet", None))}, [TAG]),
    "NIC allows the virtual network alone, a route of all to an appliance":
        ({"nic": on_nic(OWN | {"access": "Allow", "priority": 100}, DENY),
          "routes": table((ALL, FAR, None))}, [TAG, DETOUR]),
    "a tag in a route, in any order":
        ({"routes": table(("AzureCloud.westeurope", "Internet", None),
                          ("Storage.WestEurope", "None", None))}, [STOP]),
    "a prefix in a tag's route":
        ({"routes": table(("Storage.WestEurope", "Internet", None), (FIRST, "None", None))},
         [PART]),
    "service endpoint, NIC denies": ({"endpoint": ENDPOINT, "nic": on_nic(DENY)}, [STOP]),
}  # fmt: skip


SPACE = ("10.1.0.0/16",)
IN_SPACE = "10.1.0.9"
TO: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "loopback": ("127.0.0.1", {}, [STOP]),
    "a multicast address": ("224.0.0.1", {}, [STOP]),
    "a reserved address": ("240.0.0.1", {}, [STOP]),
    "an address of the link": ("169.254.1.1", {}, [STOP]),
    "loopback of IPv6": ("::1", {"ipv6": Ipv6("fd00::4", WAY, ())}, [STOP]),
    "an address of the link of IPv6": ("fe80::1", {"ipv6": Ipv6("fd00::4", WAY, ())}, [STOP]),
    "a private address of IPv6": ("fd00::9", {"ipv6": Ipv6("fd00::4", WAY, ())}, [STOP]),
    "a private address of IPv6 of the network":
        ("fd00::9", {"ipv6": Ipv6("fd00::4", (), ()), "prefixes": ("fd00::/64",)}, []),
    "a private address, a route to the internet":
        ("10.50.0.1", {"routes": table(("10.50.0.0/16", "Internet", None))}, [STOP]),
    "public and other addresses": ("128.0.0.0/1", {}, [PART]),
    "the metadata service": ("169.254.169.254", {}, []),
    "the metadata service, a route to None":
        ("169.254.169.254", {"routes": table((ALL, "None", None))}, []),
    "the metadata service, whose tag is denied":
        ("169.254.169.254", {"nic": on_nic(DENY | {"destination_address_prefix":
                                                   "AzurePlatformIMDS"})}, [STOP]),
    "the own network, a route of it": (
        IN_SPACE, {"prefixes": SPACE, "routes": table(("10.1.0.0/16", "VnetLocal", None))}, []
    ),
    "more than the own network, a route of all to it": (
        "10.0.0.0/15", {"prefixes": SPACE, "routes": table(("10.0.0.0/8", "VnetLocal", None))},
        [DETOUR],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("to", "around", "expected"), TO.values(), ids=TO)
def test_obstacles_to_addresses(to: str, around: dict[str, Any], expected: list[str]) -> None:
    """Virtual network traffic routing: the internet takes what no other route does. It carries no
    special-purpose address (IANA, special-purpose address registries)."""
    way = egress(network(**around), to)
    assert conditions(way) == expected
    assert way.unseen is None or to == "128.0.0.0/1"


def test_a_part_in_the_own_network_stays_there() -> None:
    routes = table(("10.0.0.0/8", "VnetLocal", None))
    way = egress(network(prefixes=SPACE, routes=routes), "10.0.0.0/15")
    assert way.passes == Addresses.of(*SPACE)


GATEWAY = (Evidence(SUBNET_ID, "properties.subnets[1]", "gatewaysubnet", AT),)
FAR_AWAY = "10.50.0.9"
BEHIND_A_GATEWAY: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "no group": (FAR_AWAY, {}, [DETOUR]),
    "default rules": (FAR_AWAY, {"nic": on_nic()}, [TAG, DETOUR]),
    "all is denied": (FAR_AWAY, {"nic": on_nic(DENY)}, [STOP]),
    "the private range is denied":
        (FAR_AWAY, {"nic": on_nic(DENY | {"destination_address_prefix": "10.0.0.0/8"})}, [STOP]),
    "a route of all to None": (FAR_AWAY, {"routes": table((ALL, "None", None))}, [DETOUR]),
    "a route of all to the internet":
        (FAR_AWAY, {"routes": table((ALL, "Internet", None))}, [DETOUR]),
    "a route of the address to None":
        (FAR_AWAY, {"routes": table(("10.50.0.0/24", "None", None))}, [STOP]),
    "the own network": (IN_SPACE, {"nic": on_nic()}, []),
    "private and own addresses": ("10.0.0.0/15", {}, [DETOUR]),
    "loopback": ("127.0.0.1", {}, [STOP]),
    "private IPv6": ("fd00::9", {"ipv6": Ipv6("fd00::4", (), ())}, [DETOUR]),
    "a public address": ("8.8.8.8", {"nic": on_nic()}, []),
    "a public address, a route to None":
        ("8.8.8.8", {"routes": table((ALL, "None", None))}, [STOP]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("to", "around", "expected"), BEHIND_A_GATEWAY.values(), ids=BEHIND_A_GATEWAY
)
def test_a_gateway_may_lead_to_private_addresses(
    to: str, around: dict[str, Any], expected: list[str]
) -> None:
    """Virtual network traffic routing, "Border gateway protocol". The tag VirtualNetwork has "all
    connected on-premises address spaces" (Virtual network service tags)."""
    way = egress(network(hidden=GATEWAY, prefixes=SPACE, **around), to)
    assert conditions(way) == expected
    assert way.unseen is None


TO_GROUP = (Reference(ArmId(f"{GROUP}/applicationSecurityGroups/db")),)
GROUP_DENIED = DENY | {
    "destination_address_prefix": None,
    "destination_application_security_groups": TO_GROUP,
}


@pytest.mark.parametrize(
    ("to", "rules", "expected", "unread"),
    [
        pytest.param(IN_SPACE, [GROUP_DENIED], [], True, id="private"),
        pytest.param(IN_SPACE, [GROUP_DENIED | {"protocol": "Udp"}], [], False, id="UDP"),
        pytest.param(IN_SPACE, [GROUP_DENIED, DENY | {"priority": 100}], [STOP], False,
                     id="all is denied before"),
        pytest.param("8.8.8.8", [GROUP_DENIED], [], False, id="public"),
        pytest.param("Storage.WestEurope", [GROUP_DENIED], [], False, id="Storage"),
    ],
)  # fmt: skip
def test_an_application_security_group_may_have_a_private_address(
    to: str, rules: list[dict[str, Any]], expected: list[str], unread: bool
) -> None:
    """Application security groups: their members are network interfaces."""
    way = egress(network(nic=on_nic(*rules), prefixes=SPACE), to)
    assert conditions(way) == expected
    assert bool(way.unseen) is unread
    if way.unseen:
        assert way.unseen.reason is Reason.NOT_RECORDED
        assert "application security group" in way.unseen.remedy
        assert not way.passes


@pytest.mark.parametrize("to", ["169.254.0.0/16", "168.63.129.0/24"])
def test_the_platforms_address_in_a_wider_target(to: str) -> None:
    way = egress(network(), to)
    assert way.unseen is not None
    assert "Ask about that address alone." in way.unseen.remedy


def test_the_internet_has_no_address_of_the_platform() -> None:
    assert egress(network(), "Internet").is_open


BY_IPV6: dict[str, tuple[dict[str, Any], list[str], Gap | None]] = {
    "no IPv6 address": ({"public": WAY}, [STOP], None),
    "no public IPv6 address": ({"ipv6": Ipv6("fd00::4", (), ()), "public": WAY}, [CLOSED], None),
    "a public IPv6 address": ({"ipv6": Ipv6("fd00::4", WAY, ()), "private": True}, [], None),
    "an outbound rule": ({"ipv6": Ipv6("fd00::4", (), WAY)}, [], None),
    "unread balancer": ({"ipv6": Ipv6("fd00::4", (), UNREAD)}, [], UNREAD),
    "unread address": ({"ipv6": UNREAD}, [], UNREAD),
    "a route of IPv4 alone":
        ({"ipv6": Ipv6("fd00::4", WAY, ()), "routes": table((ALL, "None", None))}, [], None),
    "a route of IPv6":
        ({"ipv6": Ipv6("fd00::4", WAY, ()), "routes": table(("::/0", "None", None))}, [STOP], None),
}  # fmt: skip


@pytest.mark.parametrize(("around", "expected", "unseen"), BY_IPV6.values(), ids=BY_IPV6)
def test_obstacles_by_ipv6(around: dict[str, Any], expected: list[str], unseen: Gap | None) -> None:
    """Connectivity by IPv6 "is only established when you explicitly request it" (What is IPv6 for
    Azure Virtual Network)."""
    way = egress(network(**around), "2603:1020:206::/48")
    assert (conditions(way), way.unseen) == (expected, unseen)


def test_a_nat_gateway_may_serve_ipv6() -> None:
    """Its SKU decides."""
    way = egress(network(ipv6=Ipv6("fd00::4", (), ()), nat=WAY), "2603:1020:206::/48")
    assert way.unseen is not None
    assert "A NAT gateway may serve IPv6" in way.unseen.remedy


@pytest.mark.parametrize(("around", "expected"), OBSTACLES.values(), ids=OBSTACLES)
def test_obstacles(around: dict[str, Any], expected: list[str]) -> None:
    way = egress(network(**around))
    assert conditions(way) == expected
    assert way.unseen is None
    assert way.is_open is not bool(expected)


PARTLY_READ: dict[str, tuple[dict[str, Any], list[str], bool]] = {
    "NIC's group unread": ({"nic": UNREAD}, [], True),
    "subnet's group unread": ({"subnet": UNREAD}, [], True),
    "routes unread": ({"routes": UNREAD}, [], True),
    "subnet unread": ({"whole": UNREAD}, [], True),
    "NIC denies, subnet's group unread": ({"nic": on_nic(DENY), "subnet": UNREAD}, [STOP], False),
    "NIC denies, routes unread": ({"nic": on_nic(DENY), "routes": UNREAD}, [STOP], False),
    "NIC denies, subnet unread": ({"nic": on_nic(DENY), "whole": UNREAD}, [STOP], False),
    "NIC's group unread, subnet denies":
        ({"nic": UNREAD, "subnet": on_subnet(DENY)}, [STOP], False),
    "NIC's group unread, route to None":
        ({"nic": UNREAD, "routes": table((ALL, "None", None))}, [STOP], False),
    "NIC denies half, subnet's group unread":
        ({"nic": on_nic(HALF), "subnet": UNREAD}, [PART], True),
    "NIC's group unread, route to an appliance":
        ({"nic": UNREAD, "routes": table((ALL, FAR, None))}, [DETOUR], True),
    "routes unread, service endpoint": ({"routes": UNREAD, "endpoint": ENDPOINT}, [], False),
    "private subnet, NAT gateway unread": ({"private": True, "nat": UNREAD}, [], True),
    "private subnet, outbound rules unread": ({"private": True, "outbound": UNREAD}, [], True),
    "private subnet, NAT gateway unread, public address":
        ({"private": True, "nat": UNREAD, "public": WAY}, [], False),
    "private subnet, NAT gateway unread, outbound rule":
        ({"private": True, "nat": UNREAD, "outbound": WAY}, [], False),
    "load balancer unread": ({"outbound": UNREAD, "standard": UNREAD}, [], True),
    "load balancer unread, public address":
        ({"outbound": UNREAD, "standard": UNREAD, "public": WAY}, [], False),
    "NAT gateway and outbound rules unread":
        ({"private": False, "nat": UNREAD, "outbound": UNREAD}, [], False),
}  # fmt: skip


OWN_REGION, PAIR = frozenset({"westeurope"}), frozenset({"westeurope", "northeurope"})
GLOBAL = StorageEndpoint(WAY[0], frozenset(), is_global=True)
ANY_REGION = StorageEndpoint(WAY[0], OWN_REGION, may_lead_elsewhere=True)
PART_OF_STORAGE = "20.60.26.0/23"
"""A prefix of Storage.westeurope, as the publication that is built in has it."""


PAIRED = StorageEndpoint(WAY[0], PAIR)
ENDPOINTS = {id(ENDPOINT): "own region", id(PAIRED): "pair", id(GLOBAL): "global",
             id(ANY_REGION): "any region", id(UNREAD): "unread"}  # fmt: skip
"""What an endpoint is called in the id of a case."""


@pytest.mark.parametrize(
    ("endpoint", "to", "reached", "unread"),
    [
        (ENDPOINT, "Storage.westeurope", "all", False),
        (ENDPOINT, "Storage.northeurope", "none", False),
        (ENDPOINT, "Storage", "some", False),
        (ENDPOINT, PART_OF_STORAGE, "all", False),
        (ENDPOINT, "20.60.0.0/14", "some", False),
        (ENDPOINT, "8.8.8.8", "none", False),
        (PAIRED, "Storage.northeurope", "all", False),
        (PAIRED, "Storage.eastus", "none", False),
        (GLOBAL, "Storage", "all", False),
        (GLOBAL, "Storage.eastus", "all", False),
        (GLOBAL, "8.8.8.8", "none", False),
        (ANY_REGION, "Storage.westeurope", "all", False),
        (ANY_REGION, "Storage.northeurope", "none", True),
        (ANY_REGION, "Storage", "some", True),
        (ANY_REGION, "8.8.8.8", "none", False),
        (UNREAD, "Storage", "none", True),
        (UNREAD, PART_OF_STORAGE, "none", True),
        (UNREAD, "8.8.8.8", "none", False),
        (None, PART_OF_STORAGE, "none", False),
    ],
    ids=lambda value: ENDPOINTS.get(id(value)),
)
def test_an_endpoint_leads_to_storage_of_its_regions(
    endpoint: StorageEndpoint | Gap | None, to: str, reached: str, unread: bool
) -> None:
    """Virtual network service endpoints, 2025-07-22: their routes override any user-defined route
    "for the address prefix match of an Azure service". Here a route drops all the rest."""
    way = egress(network(endpoint=endpoint, routes=table((ALL, "None", None))), to)
    share = way.passes.count / way.target.addresses.count
    assert reached == ("all" if share == 1 else "some" if share else "none")
    assert bool(way.unseen) is unread
    stopped = way.stages[2].stops
    assert not stopped & way.passes
    assert unread or stopped | way.passes == way.target.addresses


@pytest.mark.parametrize(("around", "expected", "unseen"), PARTLY_READ.values(), ids=PARTLY_READ)
def test_what_was_read_may_decide(
    around: dict[str, Any], expected: list[str], unseen: bool
) -> None:
    way = egress(network(**around))
    assert conditions(way) == expected
    assert way.unseen is (UNREAD if unseen else None)
    if unseen:
        with pytest.raises(Unseen):
            _ = way.is_open


def test_without_a_nic_or_a_region_nothing_is_known() -> None:
    seen = network()
    for known in (
        Network("westeurope", UNREAD, seen.source),
        Network(UNREAD, seen.known_nic, seen.source),
    ):
        with pytest.raises(Unseen):
            egress(known)


@pytest.mark.parametrize(
    ("around", "level", "on"),
    [
        pytest.param({"nic": on_nic(DENY)}, "NIC", NIC_ID, id="NIC denies"),
        pytest.param({"subnet": on_subnet(DENY)}, "subnet", SUBNET_ID, id="subnet denies"),
        pytest.param({"nic": on_nic(HALF)}, "NIC", NIC_ID, id="NIC denies half"),
    ],
)
def test_a_rule_is_shown_with_group_priority_and_level(
    around: dict[str, Any], level: str, on: ArmId
) -> None:
    (only,) = egress(network(**around)).obstacles
    first = only.evidence[0]
    assert first.id == ArmId(f"{GROUPS[level]}/securityRules/r1")
    assert first.value == f"Deny, priority 4096, on the {level} {on.name}"
    named = f"rule r1 (priority 4096) of {GROUPS[level].name} on the {level} {on.name}"
    assert named in only.message
    assert only.roots == (first.id,)


def test_both_rules_are_roots_of_what_they_block_together() -> None:
    (only,) = egress(network(nic=on_nic(HALF), subnet=on_subnet(OTHER_HALF))).obstacles
    assert set(only.roots) == {ArmId(f"{id_}/securityRules/r1") for id_ in GROUPS.values()}


def test_a_route_is_shown_with_its_table_and_hop() -> None:
    (only,) = egress(network(routes=table((ALL, FAR, "10.9.9.9")))).obstacles
    assert only.evidence[0].id == ArmId(f"{TABLE}/routes/to1")
    assert only.evidence[0].value == "VirtualAppliance 10.9.9.9"
    assert "of rt on the subnet own" in only.message
    assert only.roots == (ArmId(f"{TABLE}/routes/to1"),)


def test_a_private_subnet_is_shown() -> None:
    (only,) = egress(network(private=True)).obstacles
    first = only.evidence[0]
    assert (first.id, first.path, first.value) == (
        SUBNET_ID,
        "properties.defaultOutboundAccess",
        False,
    )
    assert only.roots == (SUBNET_ID,)


@pytest.mark.parametrize(
    ("prefix", "share"),
    [
        pytest.param("0.0.0.0/1", r"[1-9]\d? %", id="half of the internet"),
        pytest.param(FIRST, r"Under 1 %|[1-9] %", id="one range of Storage"),
    ],
)
def test_the_message_has_the_share_and_its_source(prefix: str, share: str) -> None:
    denied = on_nic(DENY | {"destination_address_prefix": prefix})
    (only,) = egress(network(nic=denied)).obstacles
    assert only.condition == PART
    ranges = r" of Azure Storage in westeurope \(service tags Public 360\) cannot be reached"
    assert re.match(f"({share}){ranges}", only.message)


@pytest.mark.parametrize(
    "around",
    [
        pytest.param({}, id="open"),
        pytest.param({"nic": on_nic(DENY)}, id="NIC denies"),
        pytest.param({"private": True}, id="private subnet"),
    ],
)
def test_8443_is_shown_and_changes_nothing(around: dict[str, Any]) -> None:
    """The article of 2018 also asks for port 8443, for managed disks."""
    before = egress(network(**around))
    closed = on_subnet(DENY | {"destination_port_range": "8443"})
    after = egress(network(**around | {"subnet": closed}))
    assert conditions(after) == conditions(before)
    shown = [str(item.value) for item in after.evidence]
    assert "TCP 8443: Deny, priority 4096, on the subnet own" in shown
