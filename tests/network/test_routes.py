"""Route tables: the longest prefix wins, per address; the rest leaves by the system default."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Reason, Unseen
from scanner.inventory.records.network import (
    Route,
    RouteProperties,
    RouteTable,
    RouteTableProperties,
)
from scanner.network.prefixes import Addresses
from scanner.network.routes import DecidingRoute, deciding_routes
from scanner.network.service_tags import storage_of

TARGET = storage_of("westeurope")
TABLE = ArmId("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/rt")
SEEN = Source(TABLE, datetime(2026, 1, 15, 6, 0, tzinfo=UTC))


def table(*routes: tuple[str | None, str | None]) -> RouteTable:
    written = tuple(
        Route(ArmId(f"{TABLE}/routes/r{number}"), f"r{number}", RouteProperties(prefix, kind))
        for number, (prefix, kind) in enumerate(routes)
    )
    return RouteTable(id=TABLE, properties=RouteTableProperties(written))


def taken(*routes: tuple[str | None, str | None]) -> tuple[DecidingRoute, ...]:
    return deciding_routes(table(*routes), SEEN, TARGET)


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
def test_next_hops_of_the_target(
    routes: list[tuple[str | None, str | None]], kinds: set[str]
) -> None:
    found = taken(*routes)
    assert {hop.kind for hop in found} == kinds
    assert sum(len(hop.addresses) for hop in found) == len(TARGET.addresses)


def test_a_hop_names_its_route() -> None:
    (first,) = taken(("0.0.0.0/0", "VirtualAppliance"))
    assert (first.route, first.id) == ("r0", ArmId(f"{TABLE}/routes/r0"))


def test_no_table_is_the_system_default() -> None:
    (only,) = deciding_routes(None, SEEN, TARGET)
    assert (only.route, only.kind, only.id) == ("the system's default route", "internet", None)


@pytest.mark.parametrize(
    ("of", "path"),
    [
        (table((None, "None")), "addressPrefix"),
        (table(("0.0.0.0/0", None)), "nextHopType"),
        (RouteTable(id=TABLE, properties=RouteTableProperties(None)), "properties.routes"),
        (RouteTable(id=TABLE, properties=None), "properties"),
    ],
)
def test_a_route_without_its_members_decides_nothing(of: RouteTable, path: str) -> None:
    with pytest.raises(Unseen) as unseen:
        deciding_routes(of, SEEN, TARGET)
    assert unseen.value.gap.reason is Reason.NOT_RECORDED
    assert f"{path}." in unseen.value.gap.remedy


PREFIXES = ("0.0.0.0/0", "0.0.0.0/1", "20.0.0.0/6", "10.0.0.0/8", "Storage", "Sql", "20.60.0.0/16")
ROUTES = st.lists(
    st.tuples(st.sampled_from(PREFIXES), st.sampled_from(("None", "Internet", "VirtualAppliance"))),
    max_size=5,
    unique_by=lambda each: each[0],
)


@given(ROUTES, st.randoms())
def test_the_order_of_writing_is_nothing(routes: list[tuple[str, str]], shuffle: Any) -> None:
    def by_kind() -> dict[str, Addresses]:
        found = taken(*routes)
        kinds = {hop.kind for hop in found}
        return {
            kind: reduce(or_, (hop.addresses for hop in found if hop.kind == kind))
            for kind in kinds
        }

    before = by_kind()
    shuffle.shuffle(routes)
    assert by_kind() == before


@given(ROUTES)
def test_hops_are_disjoint_and_take_the_whole_target(routes: list[tuple[str, str]]) -> None:
    found = taken(*routes)
    for index, each in enumerate(found):
        assert not any(each.addresses & other.addresses for other in found[index + 1 :])
    assert reduce(or_, (each.addresses for each in found)) == TARGET.addresses
