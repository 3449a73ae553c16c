"""Route tables: per address the longest prefix wins, otherwise the system's default route."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Reason
from scanner.inventory.records.network import (
    Route,
    RouteProperties,
    RouteTable,
    RouteTableProperties,
)
from scanner.network.addresses import Addresses
from scanner.network.local_space import LocalSpace
from scanner.network.routes import DecidingRoute, Routing, routing
from scanner.network.target import storage_of, target_of

TARGET = storage_of("westeurope")
TABLE = ArmId("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/rt")
SEEN = Source(TABLE, datetime(2026, 1, 15, 6, 0, tzinfo=UTC))


def table(*routes: tuple[str | None, str | None]) -> RouteTable:
    """A table of routes with a prefix and a next hop type, called r0, r1, …"""
    named = tuple(
        Route(f"{TABLE}/routes/r{number}", f"r{number}", RouteProperties(prefix, kind))
        for number, (prefix, kind) in enumerate(routes)
    )
    return RouteTable(id=TABLE, properties=RouteTableProperties(named))


def routed(*routes: tuple[str | None, str | None]) -> Routing:
    return routing(table(*routes), SEEN, TARGET)


def taken(*routes: tuple[str | None, str | None]) -> tuple[DecidingRoute, ...]:
    return routed(*routes).routes


def by_kind(*routes: tuple[str | None, str | None]) -> dict[str | None, Addresses]:
    """The parts of the target by the kind of the next hop."""
    found = taken(*routes)
    return {
        kind: Addresses.union(hop.addresses for hop in found if hop.kind == kind)
        for kind in {hop.kind for hop in found}
    }


PREFIXES_OF_STORAGE = TARGET.tags.prefixes("storage.westeurope") or ()
FIRST = PREFIXES_OF_STORAGE[0]
ALL = "0.0.0.0/0"
CLOUD, STORAGE = "AzureCloud.westeurope", "Storage.WestEurope"
NEXT_HOPS: dict[str, tuple[list[tuple[str | None, str | None]], set[str | None]]] = {
    "no route": ([], {"internet"}),
    "all to None": ([(ALL, "None")], {"none"}),
    "all to an appliance": ([(ALL, "VirtualAppliance")], {"virtualappliance"}),
    "all to a gateway": ([(ALL, "VirtualNetworkGateway")], {"virtualnetworkgateway"}),
    "private range to None": ([("10.0.0.0/8", "None")], {"internet"}),
    "half to None": ([("0.0.0.0/1", "None")], {"none", "internet"}),
    "all to an appliance, Storage of the region to the internet":
        ([(ALL, "VirtualAppliance"), ("Storage.WestEurope", "Internet")], {"internet"}),
    "all to the internet, Storage to None": ([(ALL, "Internet"), ("Storage", "None")], {"none"}),
    "all to None, both halves to the internet":
        ([(ALL, "None"), ("0.0.0.0/1", "Internet"), ("128.0.0.0/1", "Internet")], {"internet"}),
    "all to None, Storage of another region to the internet":
        ([(ALL, "None"), ("Storage.NorthEurope", "Internet")], {"none"}),
}  # fmt: skip


@pytest.mark.parametrize(("routes", "kinds"), NEXT_HOPS.values(), ids=NEXT_HOPS)
def test_next_hops_of_the_target(
    routes: list[tuple[str | None, str | None]], kinds: set[str | None]
) -> None:
    found = taken(*routes)
    assert {hop.kind for hop in found} == kinds
    assert sum(len(hop.addresses) for hop in found) == len(TARGET.addresses)


def test_a_hop_names_its_route() -> None:
    (first,) = taken(("0.0.0.0/0", "VirtualAppliance"))
    assert (first.route, first.id) == ("r0", ArmId(f"{TABLE}/routes/r0"))


@pytest.mark.parametrize(
    ("hops", "unread"),
    [(("10.9.9.9", "10.9.9.9"), False), (("10.9.9.9", "10.9.9.8"), True)],
    ids=["one appliance", "two appliances"],
)
def test_two_routes_of_one_prefix(hops: tuple[str, str], unread: bool) -> None:
    """Routes without an id and with one name, which only their next hops tell apart."""
    named = tuple(Route(None, "to", RouteProperties(ALL, "VirtualAppliance", hop)) for hop in hops)
    found = routing(RouteTable(id=TABLE, properties=RouteTableProperties(named)), SEEN, TARGET)
    assert (found.unread == TARGET.addresses) is unread
    assert {route.next_hop for route in found.routes} == set(hops)


def test_no_table_is_the_system_default() -> None:
    (only,) = routing(None, SEEN, TARGET).routes
    assert (only.route, only.kind, only.id) == ("the system's default route", "internet", None)


@pytest.mark.parametrize(
    ("of", "path"),
    [
        pytest.param(table((None, "None")), "addressPrefix", id="no prefix"),
        pytest.param(table((ALL, None)), "nextHopType", id="no next hop type"),
        pytest.param(
            RouteTable(id=TABLE, properties=RouteTableProperties(None)),
            "properties.routes",
            id="no routes",
        ),
        pytest.param(RouteTable(id=TABLE, properties=None), "properties", id="no properties"),
    ],
)
def test_an_incomplete_table_is_a_gap(of: RouteTable, path: str) -> None:
    found = routing(of, SEEN, TARGET)
    assert found.unread == TARGET.addresses
    assert found.gap
    assert found.gap.reason is Reason.NOT_RECORDED
    assert f"{path}." in found.gap.remedy


@pytest.mark.parametrize(
    ("routes", "unread"),
    [
        pytest.param([("10.0.0.0/99", "None")], True, id="no prefix"),
        pytest.param([("Storange", "None")], True, id="unknown tag"),
        pytest.param([("Storange", "Internet")], False, id="unknown tag, as the system does"),
        pytest.param([("VirtualNetwork", "None")], True, id="a tag that no route has"),
        pytest.param([(ALL, "Wedged")], True, id="unknown next hop"),
        pytest.param([("10.0.0.0/8", "Wedged")], False, id="unknown next hop of another prefix"),
        pytest.param([(ALL, "None"), (ALL, "Internet")], True, id="one prefix twice"),
        pytest.param([(ALL, "None"), (ALL, "None")], False, id="one prefix twice, to one place"),
        pytest.param([(STORAGE, "None"), (STORAGE, "None")], False, id="one tag twice"),
    ],
)
def test_an_unreadable_route_is_a_gap_if_it_matters(
    routes: list[tuple[str | None, str | None]], unread: bool
) -> None:
    found = routed(*routes)
    assert (found.unread == TARGET.addresses) is unread
    assert bool(found.unread) is unread
    assert bool(found.unread and found.gap) is unread


ORDERS: dict[str, tuple[list[tuple[str | None, str | None]], set[str | None]]] = {
    "Storage of the region before AzureCloud of the region":
        ([(CLOUD, "Internet"), (STORAGE, "None")], {"none"}),
    "Storage of the region before AzureCloud":
        ([("AzureCloud", "None"), (STORAGE, "Internet")], {"internet"}),
    "Storage of the region before Storage":
        ([("Storage", "None"), (STORAGE, "Internet")], {"internet"}),
    "AzureCloud of the region before AzureCloud":
        ([("AzureCloud", "None"), (CLOUD, "Internet")], {"internet"}),
    "a prefix before a tag with the same one":
        ([(STORAGE, "Internet"), (FIRST, "None")], {"internet", "none"}),
    "a tag before a shorter prefix": ([("0.0.0.0/1", "None"), ("128.0.0.0/1", "None"),
                                       (STORAGE, "Internet")], {"internet"}),
    "a table before the system": ([(ALL, "None")], {"none"}),
}  # fmt: skip


@pytest.mark.parametrize(("routes", "kinds"), ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("turned", [False, True], ids=["as listed", "turned round"])
def test_the_order_of_azure(
    routes: list[tuple[str | None, str | None]], kinds: set[str | None], turned: bool
) -> None:
    """Virtual network traffic routing: longest prefix, explicit, regional, top-level, cloud."""
    assert by_kind(*(routes[::-1] if turned else routes)).keys() == kinds


def test_a_prefix_takes_its_own_part_of_a_tag() -> None:
    parts = by_kind((STORAGE, "Internet"), (FIRST, "None"))
    assert parts["none"] == Addresses.of(FIRST) & TARGET.addresses


def test_a_tag_is_a_route_with_its_own_prefixes() -> None:
    """A longer prefix of the tag goes first, a shorter one does not."""
    shorter = f"{FIRST.partition('/')[0]}/8"
    parts = by_kind((STORAGE, "Internet"), (shorter, "None"))
    assert parts == {"internet": TARGET.addresses}


def test_a_tag_route_is_named_once() -> None:
    assert [hop.route for hop in taken((STORAGE, "None"))] == ["r0"]


def test_a_tag_without_published_prefixes_comes_before_the_default_route() -> None:
    target = storage_of("chinaeast2")
    assert target.published is None
    found = routing(table((ALL, "None"), ("Storage", "Internet")), SEEN, target)
    assert [hop.kind for hop in found.routes] == ["internet"]


@pytest.mark.parametrize(
    ("to", "routes", "kind"),
    [
        pytest.param("10.1.2.3", [], "vnetlocal", id="own network"),
        pytest.param("10.2.0.1", [], "vnetpeering", id="peered network"),
        pytest.param("10.9.0.1", [], "none", id="private address of nobody"),
        pytest.param("10.1.2.3", [("10.1.0.0/16", "None")], "none", id="a route of the own prefix"),
        pytest.param("10.1.2.3", [(ALL, "None")], "vnetlocal", id="a route of a shorter prefix"),
        pytest.param("8.8.8.8", [], "internet", id="public address"),
        pytest.param(
            "10.9.0.1",
            [(ALL, "VirtualAppliance")],
            "virtualappliance",
            id="private address of nobody, a route of all",
        ),
        pytest.param("10.9.0.1", [(ALL, "None")], "none", id="the same to None"),
        pytest.param(
            "10.9.0.1",
            [("0.0.0.0/1", "VirtualAppliance")],
            "none",
            id="private address of nobody, a route of half",
        ),
        pytest.param(
            "10.2.0.1",
            [(ALL, "VirtualAppliance")],
            "vnetpeering",
            id="peered network, a route of all",
        ),
        pytest.param(
            "fd00::1",
            [("::/0", "VirtualAppliance")],
            "virtualappliance",
            id="private IPv6, a route of all",
        ),
    ],
)
def test_system_routes(to: str, routes: list[tuple[str | None, str | None]], kind: str) -> None:
    """Virtual network traffic routing, "Default" and "Optional default routes". A route of all
    removes the routes that drop private addresses (the same page, "Routing example", Subnet2)."""
    space = LocalSpace(("10.1.0.0/16",), ("10.2.0.0/16",))
    found = routing(table(*routes), SEEN, target_of(to, "westeurope"), space)
    assert [hop.kind for hop in found.routes] == [kind]


@pytest.mark.parametrize("hop", ["Internet", "VirtualAppliance", "Wedged"])
@pytest.mark.parametrize("prefix", ["0.0.0.0/99", "Storange", None, ALL])
def test_a_route_that_may_be_of_all(prefix: str | None, hop: str) -> None:
    """It may remove the routes that drop private addresses."""
    target = target_of("10.9.0.1", "westeurope")
    found = routing(table((prefix, hop)), SEEN, target)
    is_read = prefix == ALL and hop != "Wedged"
    assert found.unread == (Addresses() if is_read else target.addresses)


PREFIXES = ("0.0.0.0/0", "0.0.0.0/1", "20.0.0.0/6", "10.0.0.0/8", "Storage", "Sql", "20.60.0.0/16")
ROUTES = st.lists(
    st.tuples(st.sampled_from(PREFIXES), st.sampled_from(("None", "Internet", "VirtualAppliance"))),
    max_size=5,
    unique_by=lambda route: route[0],
)


@given(ROUTES, st.randoms())
def test_the_order_of_routes_is_ignored(routes: list[tuple[str, str]], shuffle: Any) -> None:
    before = by_kind(*routes)
    shuffle.shuffle(routes)
    assert by_kind(*routes) == before


@given(ROUTES)
def test_hops_are_disjoint_and_cover_the_target(routes: list[tuple[str, str]]) -> None:
    found = taken(*routes)
    for index, hop in enumerate(found):
        assert not any(hop.addresses & other.addresses for other in found[index + 1 :])
    assert Addresses.union(hop.addresses for hop in found) == TARGET.addresses
