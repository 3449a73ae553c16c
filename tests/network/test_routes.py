"""Route tables: the longest prefix wins, per address; the rest leaves by the system default."""

from __future__ import annotations

import pytest

from scanner.inventory.armid import ArmId
from scanner.inventory.network_records import (
    Route,
    RouteProperties,
    RouteTable,
    RouteTableProperties,
)
from scanner.network.routes import hops
from scanner.network.rules import Unreadable
from scanner.network.service_tags import storage_of

TARGET = storage_of("westeurope")


def table(*routes: tuple[str | None, str]) -> RouteTable:
    written = tuple(Route("r", RouteProperties(prefix, kind)) for prefix, kind in routes)
    return RouteTable(ArmId("/rt"), RouteTableProperties(written))


@pytest.mark.parametrize(
    ("routes", "kinds"),
    [
        ([], {"internet"}),
        ([("0.0.0.0/0", "None")], {"none"}),
        ([("0.0.0.0/0", "VirtualAppliance")], {"virtualappliance"}),
        ([("0.0.0.0/0", "VirtualNetworkGateway")], {"virtualnetworkgateway"}),
        ([("10.0.0.0/8", "None")], {"internet"}),
        ([("0.0.0.0/1", "None")], {"none", "internet"}),
        ([("0.0.0.0/0", "VirtualAppliance"), ("Storage.WestEurope", "Internet")], {"internet"}),
        ([("0.0.0.0/0", "Internet"), ("Storage", "None")], {"none"}),
        ([("0.0.0.0/0", "None"), ("0.0.0.0/1", "Internet"), ("128.0.0.0/1", "Internet")],
         {"internet"}),
        ([("0.0.0.0/0", "None"), ("Storage.NorthEurope", "Internet")], {"none"}),
    ],
)  # fmt: skip
def test_next_hops_of_the_target(routes, kinds):
    taken = hops(table(*routes), TARGET)
    assert {hop.kind for hop in taken} == kinds
    assert sum(len(hop.addresses) for hop in taken) == len(TARGET.addresses)


def test_no_table_is_the_system_default():
    assert [hop.route for hop in hops(None, TARGET)] == ["system default"]


def test_a_route_without_its_members_decides_nothing():
    with pytest.raises(Unreadable):
        hops(table((None, "None")), TARGET)
