"""Where a subnet's route table sends packets for a target.

The longest prefix wins; what no route of the table covers leaves by the system's default route to
the internet. Routes learnt by BGP are not visible in configuration.
"""

from __future__ import annotations

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.gap import present
from scanner.inventory.records.network import RouteTable
from scanner.network.memo import once
from scanner.network.prefixes import Addresses
from scanner.network.rules import part_of
from scanner.network.service_tags import Target

_LONGEST = 32


class Hop(Struct, frozen=True, gc=False):
    """A route and the part of the target it takes."""

    route: str
    kind: str
    """``internet``, ``none``, ``virtualappliance``, ``virtualnetworkgateway`` or ``vnetlocal``."""
    next_hop: str | None
    addresses: Addresses
    id: ArmId | None
    """The route's own id, or its table's; None for the system's default route."""


def hops(table: RouteTable | None, source: Source, target: Target) -> tuple[Hop, ...]:
    """The routes that take the target, together all of it.

    Raises ``Unseen`` where a route lacks its prefix or its next hop.
    """
    if table is None:
        return (_default(target.addresses),)
    return _hops(table, source, target, 443)


def _default(addresses: Addresses) -> Hop:
    return Hop("the system's default route", "internet", None, addresses, None)


@once
def _hops(table: RouteTable, source: Source, target: Target, _port: int) -> tuple[Hop, ...]:
    remaining = target.addresses
    taken: list[Hop] = []
    # The sort keeps the order of writing among equals.
    for _, hop in sorted(_routes(table, source, target), key=lambda each: -each[0]):
        hit = remaining & hop.addresses
        if hit:
            taken.append(Hop(hop.route, hop.kind, hop.next_hop, hit, hop.id))
            remaining = remaining - hit
    if remaining:
        taken.append(_default(remaining))
    return tuple(taken)


def _routes(table: RouteTable, source: Source, target: Target) -> list[tuple[int, Hop]]:
    """Each route with the length of its prefix; a service tag is a route per prefix of its own."""
    properties = present(table.properties, source, "properties", "network")
    routes = present(properties.routes, source, "properties.routes", "network")
    found = []
    for index, route in enumerate(routes):
        at = source.at(f"properties.routes[{index}].properties")
        body = present(route.properties, at, "", "network")
        prefix = present(body.address_prefix or None, at, "addressPrefix", "network")
        kind = present(body.next_hop_type or None, at, "nextHopType", "network").lower()
        name, route_id = route.name or prefix, route.id or table.id
        for each in target.prefixes if target.tagged(prefix) else (prefix,):
            hit = part_of(target, (each,))
            found.append((_length(each), Hop(name, kind, body.next_hop_ip_address, hit, route_id)))
    return found


def _length(prefix: str) -> int:
    _, slash, length = prefix.partition("/")
    return int(length) if slash and length.isdigit() else _LONGEST
