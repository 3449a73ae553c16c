"""Where a subnet's route table sends packets for a target.

The longest prefix wins. Addresses that no route of the table covers leave by the system's default
route to the internet. Configuration does not show routes that are learnt by BGP.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.evidence import Source
from scanner.inventory.gap import present, unrecorded
from scanner.inventory.records.network import Route, RouteTable
from scanner.inventory.words import by_lower_case, word
from scanner.network.memo import memoized
from scanner.network.prefixes import Addresses
from scanner.network.service_tags import StorageTarget

_FACT = "network"
_LONGEST = 32
# Enumeration of the REST API reference (Route Tables, 2024-03-01).
_NEXT_HOPS = by_lower_case(
    "internet", "none", "virtualappliance", "virtualnetworkgateway", "vnetlocal"
)


class DecidingRoute(Struct, frozen=True, gc=False):
    """A route and the part of the target that it takes."""

    route: str
    kind: str
    """``internet``, ``none``, ``virtualappliance``, ``virtualnetworkgateway`` or ``vnetlocal``."""
    next_hop: str | None
    """The IP address of an appliance."""
    addresses: Addresses
    id: ArmId | None
    """The route's own id, or its table's. None for the system's default route."""


def deciding_routes(
    table: RouteTable | None, source: Source, target: StorageTarget
) -> tuple[DecidingRoute, ...]:
    """The routes that take a part of the target. Together they take all of it.

    Raises ``Unseen`` if the prefix or the next hop of a route is missing or unreadable.
    """
    if table is None:
        return (_default_route(target.addresses),)
    return _deciding_routes(table, source, target, 443)


def _default_route(addresses: Addresses) -> DecidingRoute:
    return DecidingRoute("the system's default route", "internet", None, addresses, None)


@memoized
def _deciding_routes(
    table: RouteTable, source: Source, target: StorageTarget, _port: int
) -> tuple[DecidingRoute, ...]:
    remaining = target.addresses
    deciding: list[DecidingRoute] = []
    # The sort is stable: routes with equally long prefixes keep the order of the table.
    for _, route in sorted(_routes(table, source, target), key=lambda pair: -pair[0]):
        taken = remaining & route.addresses
        if taken:
            deciding.append(DecidingRoute(route.route, route.kind, route.next_hop, taken, route.id))
            remaining = remaining - taken
    if remaining:
        deciding.append(_default_route(remaining))
    return tuple(deciding)


def _routes(
    table: RouteTable, source: Source, target: StorageTarget
) -> list[tuple[int, DecidingRoute]]:
    """The routes of the table, each with the length of its prefix."""
    properties = present(table.properties, source, "properties", _FACT)
    routes = present(properties.routes, source, "properties.routes", _FACT)
    return [
        pair
        for index, route in enumerate(routes)
        for pair in _by_prefix(
            route, table, source.at(f"properties.routes[{index}].properties"), target
        )
    ]


def _by_prefix(
    route: Route, table: RouteTable, at: Source, target: StorageTarget
) -> Iterator[tuple[int, DecidingRoute]]:
    """A route by its prefix. A service tag is a route for each of the tag's own prefixes."""
    properties = present(route.properties, at, "", _FACT)
    prefix = present(properties.address_prefix or None, at, "addressPrefix", _FACT)
    kind = word(properties.next_hop_type, _NEXT_HOPS, at, "nextHopType", _FACT)
    name, route_id = route.name or prefix, parse_id(route.id) or table.id
    for part in target.prefixes if target.is_in_tag(prefix) else (prefix,):
        try:
            addresses = target.part_in((part,))
        except ValueError as error:
            what = f"addressPrefix that is a prefix or a tag ({error})"
            raise unrecorded(at, what, _FACT) from None
        next_hop = properties.next_hop_ip_address
        yield _prefix_length(part), DecidingRoute(name, kind, next_hop, addresses, route_id)


def _prefix_length(prefix: str) -> int:
    """The length of a route's prefix; a service tag counts as the longest."""
    _, slash, length = prefix.partition("/")
    return int(length) if slash else _LONGEST
