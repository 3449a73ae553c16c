"""Where a subnet's routes send packets for a target.

The longest prefix wins. If routes have the same prefix, a user-defined route comes before a system
route. User-defined ones come in this order: an explicit prefix, a regional tag, a top-level tag, a
regional tag of ``AzureCloud``, ``AzureCloud`` (Virtual network traffic routing, "How Azure selects
a route" and "Service tags for user-defined routes"). Configuration does not show routes that are
learnt by BGP.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, catch_gap, present, unrecorded
from scanner.inventory.records.network import Route, RouteTable
from scanner.inventory.words import by_lower_case, word
from scanner.network.addresses import NONE, Addresses, by_length
from scanner.network.local_space import LocalSpace, system_prefixes, unread_part
from scanner.network.memo import memoized
from scanner.network.target import Target

_FACT = "network"
# Enumeration of the REST API reference (Route Tables, 2024-03-01).
_NEXT_HOPS = by_lower_case(
    "internet", "none", "virtualappliance", "virtualnetworkgateway", "vnetlocal"
)
NEXT_HOPS = {
    "internet": "Internet",
    "none": "None",
    "virtualappliance": "VirtualAppliance",
    "virtualnetworkgateway": "VirtualNetworkGateway",
    "vnetlocal": "VnetLocal",
    "vnetpeering": "VNetPeering",
}
"""The kinds of next hops as Azure spells them."""
_AZURE_CLOUD = "azurecloud"
_OF_NETWORK = ("virtualnetwork", "internet", "azureloadbalancer")
"""Tags of a network itself. A route cannot have them."""
_UNPUBLISHED = 8
"""The length of a tag's prefixes if they are not known: longer than a default route's."""


class DecidingRoute(Struct, frozen=True, gc=False):
    """A route and the part of the target that it takes."""

    route: str
    kind: str | None
    """``internet``, ``none``, ``virtualappliance``, ``virtualnetworkgateway``, ``vnetlocal`` or
    ``vnetpeering``. None if it is not known."""
    next_hop: str | None
    """The IP address of an appliance."""
    addresses: Addresses
    id: ArmId | None
    """The route's own id, or its table's. None for a system route."""
    gap: Gap | None = None
    """Why it only may take them."""
    prefix: str | None = None
    """Its prefix or service tag. None if it was not read."""


class Routing(Struct, frozen=True, gc=False):
    """Where the target goes."""

    routes: tuple[DecidingRoute, ...]
    """Together they take all of it, but for what is unread."""
    unread: Addresses
    """The part that goes another way if what was not read says so."""

    @property
    def gap(self) -> Gap | None:
        """What was not read, if something depends on it."""
        return next((route.gap for route in self.routes if route.gap), None)


_NO_SPACE = LocalSpace()


class _Entry(Struct, frozen=True, gc=False):
    """The prefixes of one length that one route has, as far as the target is in them."""

    route: DecidingRoute
    """With all of the target, or what of it the route has."""
    part: Addresses
    length: int
    rank: int
    """The order of routes with one prefix."""


_SYSTEM = 9
"""The rank of system routes."""


def routing(
    table: RouteTable | None, source: Source, target: Target, space: LocalSpace = _NO_SPACE
) -> Routing:
    """The routes that take a part of the target. Without a table only system routes do."""
    return _routing(table, source, target, space)


@memoized
def _routing(
    table: RouteTable | None, source: Source, target: Target, space: LocalSpace
) -> Routing:
    of_user, not_read = _user_entries(table, source, target)
    # A route that cannot be read opposes the routes that drop, unless it drops, too.
    has_default = any(entry.length == 0 for entry in of_user)
    entries = [*of_user, *_system_entries(target, space, drops=not has_default)]
    unreadable = [*not_read, *_unread_space(target, space, of_user)]
    remaining, unread = target.addresses, NONE
    taken: dict[tuple[object, ...], tuple[DecidingRoute, list[Addresses]]] = {}
    order = sorted(entries, key=lambda entry: (-entry.length, entry.rank))
    for _, equal in groupby(order, key=lambda entry: (entry.length, entry.rank)):
        taken_here: list[tuple[DecidingRoute, Addresses]] = []
        for entry in equal:
            route = entry.route
            hit = remaining & entry.part
            if not hit:
                continue
            opposed = Addresses.union(
                hit & part for other, part in taken_here if _hop(other) != _hop(route)
            )
            if opposed:
                # Two routes of one prefix is a state that ARM refuses.
                unread |= opposed
                unreadable.append(_with_gap(route, _same_prefix(source), opposed))
            if route.kind is None:
                unread |= hit
            if taken_here:
                hit -= Addresses.union(part for _, part in taken_here)
            key = route.id, route.route, _hop(route)
            taken.setdefault(key, (route, []))[1].append(hit)
            taken_here.append((route, hit))
        remaining -= Addresses.union(part for _, part in taken_here)
    found = [_with_part(route, Addresses.union(parts)) for route, parts in taken.values()]
    for route in unreadable:
        unread |= Addresses.union(
            other.addresses & route.addresses for other in found if other.kind != route.kind
        )
    return Routing((*found, *unreadable), unread)


def user_routed(table: RouteTable | None, source: Source, target: Target) -> Addresses:
    """The part of the target that the prefixes of user-defined routes name, or may name."""
    return _user_routed(table, source, target)


@memoized
def _user_routed(table: RouteTable | None, source: Source, target: Target) -> Addresses:
    entries, unreadable = _user_entries(table, source, target)
    return Addresses.union(
        (*(entry.part for entry in entries), *(found.addresses for found in unreadable))
    )


@memoized
def _user_entries(
    table: RouteTable | None, source: Source, target: Target
) -> tuple[tuple[_Entry, ...], tuple[DecidingRoute, ...]]:
    """The routes of a table, and its routes with unreadable prefixes: these may take anything."""
    if table is None:
        return (), ()
    properties = catch_gap(present, table.properties, source, "properties", _FACT)
    routes = (
        properties
        if type(properties) is Gap
        else catch_gap(present, properties.routes, source, "properties.routes", _FACT)
    )
    if type(routes) is Gap:
        name = f"routes of {table.id.name} that were not read"
        return (), (DecidingRoute(name, None, None, target.addresses, table.id, routes),)
    entries: list[_Entry] = []
    unreadable: list[DecidingRoute] = []
    for index, route in enumerate(routes):
        at = source.at(f"properties.routes[{index}].properties")
        found = _read(route, table.id, at, target)
        if isinstance(found, DecidingRoute):
            unreadable.append(found)
        else:
            entries += found
    return tuple(entries), tuple(unreadable)


def _read(route: Route, table: ArmId, at: Source, target: Target) -> list[_Entry] | DecidingRoute:
    """A route by the lengths of its prefixes: a tag has its own. Whole if they are not known."""
    properties = catch_gap(present, route.properties, at, "", _FACT)
    if type(properties) is Gap:
        return DecidingRoute(
            route.name or "route", None, None, target.addresses, parse_id(route.id) or table,
            properties,
        )  # fmt: skip
    prefix = properties.address_prefix or ""
    kind = catch_gap(word, properties.next_hop_type, _NEXT_HOPS, at, "nextHopType", _FACT)
    whole = DecidingRoute(
        route.name or prefix,
        None if type(kind) is Gap else kind,
        properties.next_hop_ip_address,
        target.addresses,
        parse_id(route.id) or table,
        kind if type(kind) is Gap else None,
        prefix or None,
    )
    if not prefix:
        return _with_gap(whole, unrecorded(at, "addressPrefix", _FACT).gap, target.addresses)
    try:
        parts, rank = _parts_of(prefix, target)
    except ValueError as error:
        what = f"addressPrefix that is a prefix or a tag with published prefixes ({error})"
        return _with_gap(whole, unrecorded(at, what, _FACT).gap, target.addresses)
    return [_Entry(whole, part, length, rank) for length, part in parts]


def _rank(tag: str) -> int:
    service, _, region = tag.partition(".")
    return (1 if region else 2) if service != _AZURE_CLOUD else (3 if region else 4)


def _parts_of(prefix: str, target: Target) -> tuple[tuple[tuple[int, Addresses], ...], int]:
    """The parts of the target in a route, by the lengths of its prefixes; and the route's rank.

    A tag is a route for each of its own prefixes. Raises ``ValueError`` if the text is neither a
    prefix nor a tag, or a tag whose prefixes are not known and may have a part of the target.
    """
    tag = target.tags.name(prefix)
    published = target.by_length(tag)
    if published is not None:
        return published, _rank(tag)
    if tag in target.contained_in and tag != "internet":
        return ((_UNPUBLISHED, target.addresses),), _rank(tag)
    if target.lacks(prefix) and tag not in _OF_NETWORK:
        return (), 0
    return _by_length((prefix,), target), 0


def _by_length(prefixes: tuple[str, ...], target: Target) -> tuple[tuple[int, Addresses], ...]:
    parts = ((length, target.addresses & found) for length, found in by_length(prefixes))
    return tuple((length, part) for length, part in parts if part)


def _system_entries(target: Target, space: LocalSpace, *, drops: bool) -> list[_Entry]:
    entries = [
        _Entry(_system(prefix, kind, part), part, length, _SYSTEM + rank)
        for rank, (kind, prefixes) in enumerate(system_prefixes(space, drops=drops).items())
        for prefix in prefixes
        for length, part in _by_length((prefix,), target)
    ]
    default = _Entry(
        DecidingRoute(
            "the system's default route", "internet", None, target.addresses, None,
            prefix="::/0" if target.is_ipv6 else "0.0.0.0/0",
        ),
        target.addresses,
        0,
        _SYSTEM,
    )  # fmt: skip
    return [*entries, default]


def _unread_space(
    target: Target, space: LocalSpace, of_user: tuple[_Entry, ...]
) -> Iterator[DecidingRoute]:
    """The routes of the system that address spaces may add which were not read."""
    if space.unread is None:
        return
    routed = Addresses.union(entry.part for entry in of_user if entry.length)
    if part := unread_part(target.addresses, space, routed):
        name = "the system's routes to address spaces that were not read"
        yield DecidingRoute(name, None, None, part, None, space.unread)


def _system(prefix: str, kind: str, part: Addresses) -> DecidingRoute:
    name = f"the system's route to {prefix}"
    return DecidingRoute(name, kind, None, part, None, prefix=prefix)


def _hop(route: DecidingRoute) -> tuple[str | None, str | None]:
    """Where a route leads. Two routes of one prefix that lead to one place do not differ."""
    return route.kind, route.next_hop or None


def _with_part(route: DecidingRoute, part: Addresses) -> DecidingRoute:
    return replace(route, addresses=part)


def _with_gap(route: DecidingRoute, gap: Gap, part: Addresses) -> DecidingRoute:
    return replace(route, addresses=part, gap=gap)


def _same_prefix(source: Source) -> Gap:
    return unrecorded(source, "properties.routes with different prefixes", _FACT).gap
