"""The way of a NIC to Azure Storage: what stands in it, on what evidence, and what is not known.

Design, vm-no-internet-access: NIC and subnet NSG must both allow; a route to None stops, one to an
appliance or gateway may; a private subnet needs a way out; unread is unknown, unless what was read
already decides; 8443 is evidence and never changes the verdict.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.facts.network import Association, Network, Nic, Subnet
from scanner.inventory.gap import Gap, Reason, Unseen
from scanner.inventory.records.network import (
    NetworkSecurityGroup,
    Route,
    RouteProperties,
    RouteTable,
    RouteTableProperties,
    SecurityGroupProperties,
)
from scanner.network.egress import Egress, egress
from scanner.network.service_tags import storage_of
from tests.support.security_rules import DEFAULTS, rule

GROUP = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network"
NIC_ID = ArmId(f"{GROUP}/networkInterfaces/nic")
SUBNET_ID = ArmId(f"{GROUP}/virtualNetworks/vnet/subnets/own")
AT = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)
UNREAD = Gap("/x", "network", Reason.DENIED, "Microsoft.Network/x/read", "It was refused.")
WAY = (Evidence(NIC_ID, "properties", "a way out", AT),)
STOP, PART, DETOUR, PRIVATE = (
    "storage-unreachable",
    "storage-partly-unreachable",
    "storage-by-another-way",
    "private-subnet",
)
GROUPS = {"NIC": ArmId(f"{GROUP}/networkSecurityGroups/on-nic"),
          "subnet": ArmId(f"{GROUP}/networkSecurityGroups/on-subnet")}  # fmt: skip
TABLE = ArmId(f"{GROUP}/routeTables/rt")

Group = NetworkSecurityGroup | Gap | None


def group(level: str, *rules: dict[str, Any]) -> NetworkSecurityGroup:
    written = tuple(
        replace(rule(f"r{number}", **each), id=ArmId(f"{GROUPS[level]}/securityRules/r{number}"))
        for number, each in enumerate(rules, 1)
    )
    properties = SecurityGroupProperties(written, DEFAULTS)
    return NetworkSecurityGroup(id=GROUPS[level], properties=properties)


def on_nic(*rules: dict[str, Any]) -> NetworkSecurityGroup:
    return group("NIC", *rules)


def on_subnet(*rules: dict[str, Any]) -> NetworkSecurityGroup:
    return group("subnet", *rules)


def table(*routes: tuple[str, str, str | None]) -> RouteTable:
    written = tuple(
        Route(ArmId(f"{TABLE}/routes/to{number}"), f"to{number}", RouteProperties(*route))
        for number, route in enumerate(routes, 1)
    )
    return RouteTable(id=TABLE, properties=RouteTableProperties(written))


def place(level: Any, on: ArmId, known: Group) -> Association:
    return Association(level, on, known, Source(GROUPS[level] if known else on, AT))


def network(
    nic: Group = None,
    subnet: Group = None,
    routes: RouteTable | Gap | None = None,
    **others: Any,
) -> Network:
    of = {"endpoint": None, "private": False, "nat": (), "public": (), "outbound": (), **others}
    known = of.get("whole") or Subnet(
        SUBNET_ID,
        place("subnet", SUBNET_ID, subnet),
        routes,
        Source(TABLE if routes else SUBNET_ID, AT),
        of["private"],
        of["endpoint"],
        of["nat"],
        Source(SUBNET_ID, AT, "properties"),
    )
    asgs: frozenset[ArmId] = frozenset()
    primary = Nic(NIC_ID, ("10.1.0.4",), asgs, place("NIC", NIC_ID, nic), of["public"],
                  of["outbound"], known)  # fmt: skip
    return Network("westeurope", primary, Source(NIC_ID, AT))


DENY: dict[str, Any] = {"access": "Deny", "priority": 4096}
HALF = DENY | {"destination_address_prefix": "0.0.0.0/1"}
OTHER_HALF = DENY | {"destination_address_prefix": "128.0.0.0/1"}
ALL, FAR = "0.0.0.0/0", "VirtualAppliance"


def conditions(way: Egress) -> list[str]:
    return [each.condition for each in way.obstacles]


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        ({}, []),
        ({"nic": on_nic(), "subnet": on_subnet()}, []),
        ({"nic": on_nic(DENY)}, [STOP]),
        ({"subnet": on_subnet(DENY)}, [STOP]),
        ({"nic": on_nic(HALF)}, [PART]),
        ({"nic": on_nic(HALF), "subnet": on_subnet(OTHER_HALF)}, [STOP]),
        ({"nic": on_nic(HALF), "routes": table(("128.0.0.0/1", "None", None))}, [STOP]),
        ({"routes": table((ALL, "None", None))}, [STOP]),
        ({"routes": table((ALL, "Internet", None))}, []),
        ({"routes": table((ALL, FAR, "10.9.9.9"))}, [DETOUR]),
        ({"routes": table((ALL, "VirtualNetworkGateway", None))}, [DETOUR]),
        ({"routes": table((ALL, "VnetLocal", None))}, [DETOUR]),
        ({"nic": on_nic(HALF), "routes": table((ALL, FAR, None))}, [PART, DETOUR]),
        ({"nic": on_nic(DENY), "routes": table((ALL, FAR, None))}, [STOP]),
        ({"routes": table((ALL, FAR, None), ("Storage", "Internet", None))}, []),
        ({"private": True}, [PRIVATE]),
        ({"private": True, "nat": WAY}, []),
        ({"private": True, "public": WAY}, []),
        ({"private": True, "outbound": WAY}, []),
        ({"private": True, "nic": on_nic(HALF)}, [PART, PRIVATE]),
        ({"private": True, "nic": on_nic(DENY)}, [STOP]),
        ({"private": True, "routes": table((ALL, FAR, None))}, [DETOUR]),
        ({"private": True, "endpoint": WAY[0]}, []),
        ({"endpoint": WAY[0], "routes": table((ALL, "None", None))}, []),
        ({"endpoint": WAY[0], "nic": on_nic(DENY)}, [STOP]),
    ],
)
def test_what_stands_in_the_way(around: dict[str, Any], expected: list[str]) -> None:
    way = egress(network(**around))
    assert conditions(way) == expected
    assert way.unseen is None
    assert way.is_open is not bool(expected)


@pytest.mark.parametrize(
    ("around", "expected", "unseen"),
    [
        ({"nic": UNREAD}, [], True),
        ({"subnet": UNREAD}, [], True),
        ({"routes": UNREAD}, [], True),
        ({"whole": UNREAD}, [], True),
        ({"nic": on_nic(DENY), "subnet": UNREAD}, [STOP], False),
        ({"nic": on_nic(DENY), "routes": UNREAD}, [STOP], False),
        ({"nic": on_nic(DENY), "whole": UNREAD}, [STOP], False),
        ({"nic": UNREAD, "subnet": on_subnet(DENY)}, [STOP], False),
        ({"nic": UNREAD, "routes": table((ALL, "None", None))}, [STOP], False),
        ({"nic": on_nic(HALF), "subnet": UNREAD}, [PART], True),
        ({"nic": UNREAD, "routes": table((ALL, FAR, None))}, [DETOUR], True),
        ({"routes": UNREAD, "endpoint": WAY[0]}, [], False),
        ({"private": True, "nat": UNREAD}, [], True),
        ({"private": True, "outbound": UNREAD}, [], True),
        ({"private": True, "nat": UNREAD, "public": WAY}, [], False),
        ({"private": True, "nat": UNREAD, "outbound": WAY}, [], False),
        ({"private": False, "nat": UNREAD, "outbound": UNREAD}, [], False),
    ],
)
def test_what_was_read_may_decide(
    around: dict[str, Any], expected: list[str], unseen: bool
) -> None:
    way = egress(network(**around))
    assert conditions(way) == expected
    assert way.unseen is (UNREAD if unseen else None)
    if unseen:
        with pytest.raises(Unseen):
            _ = way.is_open


def test_without_a_nic_or_a_place_nothing_is_known() -> None:
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
        ({"nic": on_nic(DENY)}, "NIC", NIC_ID),
        ({"subnet": on_subnet(DENY)}, "subnet", SUBNET_ID),
        ({"nic": on_nic(HALF)}, "NIC", NIC_ID),
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


def test_both_groups_stand_behind_what_they_stop_together() -> None:
    (only,) = egress(network(nic=on_nic(HALF), subnet=on_subnet(OTHER_HALF))).obstacles
    assert set(only.roots) == {ArmId(f"{id_}/securityRules/r1") for id_ in GROUPS.values()}


def test_a_route_is_shown_with_its_table_and_hop() -> None:
    (only,) = egress(network(routes=table((ALL, FAR, "10.9.9.9")))).obstacles
    assert only.evidence[0].id == ArmId(f"{TABLE}/routes/to1")
    assert only.evidence[0].value == "virtualappliance 10.9.9.9"
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
    [("0.0.0.0/1", r"[1-9]\d? %"), (storage_of("westeurope").prefixes[0], r"Under 1 %|[1-9] %")],
)
def test_a_part_tells_its_share_and_whose_ranges(prefix: str, share: str) -> None:
    denied = on_nic(DENY | {"destination_address_prefix": prefix})
    (only,) = egress(network(nic=denied)).obstacles
    assert only.condition == PART
    of = r" of Azure Storage in westeurope \(service tags Public 360\) cannot be reached"
    assert re.match(f"({share}){of}", only.message)


@pytest.mark.parametrize("around", [{}, {"nic": on_nic(DENY)}, {"private": True}])
def test_8443_is_shown_and_changes_nothing(around: dict[str, Any]) -> None:
    """The article of 2018 asks for 8443 too, for managed disks."""
    before = egress(network(**around))
    closed = on_subnet(DENY | {"destination_port_range": "8443"})
    after = egress(network(**around | {"subnet": closed}))
    assert conditions(after) == conditions(before)
    shown = [str(each.value) for each in after.evidence if "8443" in str(each.value)]
    assert "TCP 8443: Deny, priority 4096, on the subnet own" in shown
