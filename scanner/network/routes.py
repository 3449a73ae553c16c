"""Where a subnet's route table sends packets for a target.

The longest prefix wins; what no route of the table covers leaves by the system's default route to
the internet. Routes learnt by BGP are not visible in configuration.
"""

from __future__ import annotations

from msgspec import Struct

from scanner.inventory.network_records import RouteTable
from scanner.network.prefixes import Addresses
from scanner.network.rules import Unreadable, part_of
from scanner.network.service_tags import Target


class Hop(Struct, frozen=True):
    """A route and the part of the target it takes."""

    route: str
    kind: str
    """``internet``, ``none``, ``virtualappliance``, ``virtualnetworkgateway`` or ``vnetlocal``."""
    next_hop: str | None
    addresses: Addresses


def hops(table: RouteTable | None, target: Target) -> tuple[Hop, ...]:
    """The routes that take the target, together all of it; raises ``Unreadable``."""
    remaining = target.addresses
    taken: list[Hop] = []
    # The sort keeps the order of writing among equals.
    for _, route in sorted(_routes(table, target), key=lambda each: -each[0]):
        hit = remaining & route.addresses
        if hit:
            taken.append(Hop(route.route, route.kind, route.next_hop, hit))
            remaining = remaining - hit
    if remaining:
        taken.append(Hop("system default", "internet", None, remaining))
    return tuple(taken)


def _routes(table: RouteTable | None, target: Target) -> list[tuple[int, Hop]]:
    """Each route with the length of its prefix; a service tag is a route per prefix of its own."""
    if table is None:
        return []
    if table.properties is None or table.properties.routes is None:
        raise Unreadable("properties.routes")
    found = []
    for index, route in enumerate(table.properties.routes):
        properties = route.properties
        if properties is None or not properties.address_prefix or not properties.next_hop_type:
            raise Unreadable(f"properties.routes[{index}].properties")
        prefix, kind = properties.address_prefix, properties.next_hop_type.lower()
        written = target.prefixes if target.tagged(prefix) else (prefix,)
        found += [
            (
                _length(each),
                Hop(
                    route.name or prefix,
                    kind,
                    properties.next_hop_ip_address,
                    part_of(target, (each,)),
                ),
            )
            for each in written
        ]
    return found


def _length(prefix: str) -> int:
    _, slash, length = prefix.partition("/")
    return int(length) if slash and length.isdigit() else 32
