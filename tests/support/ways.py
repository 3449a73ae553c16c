"""Networks of one VM as facts: a NIC in a subnet, with security groups and routes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.facts.network import Association, Network, Nic, StorageEndpoint, Subnet
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.network import (
    NetworkSecurityGroup,
    Route,
    RouteProperties,
    RouteTable,
    RouteTableProperties,
    SecurityGroupProperties,
)
from scanner.network.target import storage_of
from tests.support.security_rules import DEFAULTS, rule

GROUP = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network"
NIC_ID = ArmId(f"{GROUP}/networkInterfaces/nic")
SUBNET_ID = ArmId(f"{GROUP}/virtualNetworks/vnet/subnets/own")
AT = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)
UNREAD = Gap("/x", "network", Reason.DENIED, "Microsoft.Network/x/read", "It was refused.")
WAY = (Evidence(NIC_ID, "properties", "outbound access", AT),)
ENDPOINT = StorageEndpoint(WAY[0], frozenset({"westeurope"}))
STOP, PART, DETOUR, PRIVATE, CLOSED, TAG = (
    "storage-unreachable",
    "storage-partly-unreachable",
    "storage-by-another-way",
    "private-subnet",
    "no-default-outbound",
    "virtual-network-tag",
)
GROUPS = {"NIC": ArmId(f"{GROUP}/networkSecurityGroups/on-nic"),
          "subnet": ArmId(f"{GROUP}/networkSecurityGroups/on-subnet")}  # fmt: skip
TABLE = ArmId(f"{GROUP}/routeTables/rt")

Group = NetworkSecurityGroup | Gap | None


def group(level: str, *rules: dict[str, Any]) -> NetworkSecurityGroup:
    """A group with these rules, called r1, r2, …, and the default rules."""
    named = tuple(
        replace(rule(f"r{number}", **members), id=f"{GROUPS[level]}/securityRules/r{number}")
        for number, members in enumerate(rules, 1)
    )
    properties = SecurityGroupProperties(named, DEFAULTS)
    return NetworkSecurityGroup(id=GROUPS[level], properties=properties)


def on_nic(*rules: dict[str, Any]) -> NetworkSecurityGroup:
    return group("NIC", *rules)


def on_subnet(*rules: dict[str, Any]) -> NetworkSecurityGroup:
    return group("subnet", *rules)


def table(*routes: tuple[str, str, str | None]) -> RouteTable:
    """A table with routes of a prefix, a next hop type and an address, called to1, to2, …"""
    named = tuple(
        Route(f"{TABLE}/routes/to{number}", f"to{number}", RouteProperties(*route))
        for number, route in enumerate(routes, 1)
    )
    return RouteTable(id=TABLE, properties=RouteTableProperties(named))


def place(level: Any, on: ArmId, known: Group) -> Association:
    return Association(level, on, known, Source(GROUPS[level] if known else on, AT))


def network(
    nic: Group = None,
    subnet: Group = None,
    routes: RouteTable | Gap | None = None,
    **subnet_parts: Any,
) -> Network:
    """A NIC in a subnet, with their security groups. `whole` takes the place of the subnet."""
    usual = {"endpoint": None, "private": False, "nat": (), "public": (), "outbound": (),
             "standard": (), "scale_set": None, "ipv6": None, "prefixes": (), "peered": (),
             "hidden": ()}  # fmt: skip
    parts = usual | subnet_parts
    known = parts.get("whole") or Subnet(
        SUBNET_ID,
        place("subnet", SUBNET_ID, subnet),
        routes,
        Source(TABLE if routes else SUBNET_ID, AT),
        parts["private"],
        parts["endpoint"],
        parts["nat"],
        Source(SUBNET_ID, AT, "properties"),
        prefixes=parts["prefixes"],
        peered_prefixes=parts["peered"],
        hidden_routes=parts["hidden"],
    )
    asgs: frozenset[ArmId] = frozenset()
    primary = Nic(NIC_ID, "10.1.0.4", asgs, place("NIC", NIC_ID, nic), parts["public"],
                  parts["outbound"], known, parts["standard"], parts["ipv6"])  # fmt: skip
    return Network("westeurope", primary, Source(NIC_ID, AT), scale_set=parts["scale_set"])


DENY: dict[str, Any] = {"access": "Deny", "priority": 4096}
HALF = DENY | {"destination_address_prefix": "0.0.0.0/1"}
SOME_PORTS = DENY | {"source_port_range": "50000-50999"}
OWN = DENY | {"destination_address_prefix": "VirtualNetwork"}
FIRST = (storage_of("westeurope").tags.prefixes("storage.westeurope") or ("",))[0]
OTHER_HALF = DENY | {"destination_address_prefix": "128.0.0.0/1"}
ALL, FAR = "0.0.0.0/0", "VirtualAppliance"
