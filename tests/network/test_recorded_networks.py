"""Recorded security groups, route tables and effective answers through the engine.

The effective answers are of ``TestEffectiveRoutesAndNsg`` of Azure PowerShell (2017-09-01) and of
tests of the Azure CLI (2017-10-01, 2019-04-01). All of them are of subnets without a route table
and of groups without a user's rule, so they show the system routes and the default rules.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.arm.decode import decode_page, decode_record
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.records.network import (
    NetworkSecurityGroup,
    RouteTable,
    SecurityGroupProperties,
)
from scanner.network.addresses import Addresses
from scanner.network.local_space import LocalSpace
from scanner.network.outbound import Reach
from scanner.network.ports import CLIENT_PORTS
from scanner.network.routes import routing
from scanner.network.rules import Flow, outcome
from scanner.network.target import Target, storage_of, target_of
from tests.support.answers import RECORDED, body, recording
from tests.support.security_rules import DEFAULTS, NSG

SEEN = Source(NSG, datetime(2026, 1, 15, 6, 0, tzinfo=UTC))
STORAGE = storage_of("eastus")


def recorded(kind: str) -> list[str]:
    return sorted(path.stem for path in (RECORDED / "network").glob(f"{kind}_*.json"))


def decoded(file: str, record: type[Any]) -> list[Any]:
    raw = body(f"network/{file}")
    if "value" not in recording(f"network/{file}")["response"]["body"]:
        return [decode_record(raw, record)]
    entries, _, _ = decode_page(raw, record)
    return list(entries)


def flow(target: Target, reach: Reach) -> Flow:
    return Flow("10.0.0.4", frozenset[ArmId](), target, CLIENT_PORTS["linux"], reach)


@pytest.mark.parametrize("file", recorded("nsg"))
def test_every_recorded_group_decides_the_whole_target(file: str) -> None:
    for group in decoded(file, NetworkSecurityGroup):
        found = outcome(group, SEEN, flow(STORAGE, Reach()))
        parts = (found.passes, found.stops, found.partly, found.unread)
        assert Addresses.union(parts) == STORAGE.addresses
        assert sum(part.count for part in parts) == STORAGE.addresses.count
        assert not found.unread


@pytest.mark.parametrize("file", recorded("rt"))
def test_every_recorded_table_routes_the_whole_target(file: str) -> None:
    for table in decoded(file, RouteTable):
        found = routing(table, SEEN, STORAGE)
        assert Addresses.union(route.addresses for route in found.routes) == STORAGE.addresses
        assert not found.unread


def entries(file: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = recording(f"effective/{file}")["response"]["body"]["value"]
    return found


ROUTES = sorted(path.stem for path in (RECORDED / "effective").glob("eff_routes_*.json"))


@pytest.mark.parametrize("file", ROUTES)
def test_system_routes_are_the_effective_routes(file: str) -> None:
    routes = {route["addressPrefix"][0]: route["nextHopType"].lower() for route in entries(file)}
    (own,) = [prefix for prefix, kind in routes.items() if kind == "vnetlocal"]
    longer = Addresses()
    for prefix in sorted(routes, key=lambda text: -int(text.rpartition("/")[2])):
        target = target_of(prefix, "eastus")
        part = target.addresses - longer
        longer |= target.addresses
        if prefix == "0.0.0.0/0":
            # Not all of these networks list the route of 172.16.0.0/12.
            part &= STORAGE.addresses
        found = routing(None, SEEN, target, LocalSpace((own,)))
        taken = {route.kind for route in found.routes if route.addresses & part}
        assert taken == {routes[prefix]}, prefix


def test_default_rules_decide_as_the_effective_rules_say() -> None:
    """Where a rule's tag was expanded, the engine lets this rule decide the same addresses."""
    (entry,) = entries("eff_nsg_2017-09-01_TestEffectiveRoutesAndNsg")
    group = NetworkSecurityGroup(id=NSG, properties=SecurityGroupProperties((), DEFAULTS))
    host = Addresses.of("168.63.129.16")
    seen = set()
    for rule in entry["effectiveSecurityRules"]:
        expanded = rule.get("expandedDestinationAddressPrefix")
        if rule["direction"] != "Outbound" or not expanded:
            continue
        name = rule["name"].rpartition("/")[2]
        for prefix in expanded:
            target = target_of(prefix, "eastus")
            if target.addresses == host:
                continue
            own = Addresses.of("10.0.0.0/16") & target.addresses
            first, *_ = outcome(group, SEEN, flow(target, Reach(own))).rules
            assert (first.rule, first.addresses) == (name, target.addresses), prefix
            seen.add(name)
    assert seen == {"AllowVnetOutBound", "AllowInternetOutBound"}
