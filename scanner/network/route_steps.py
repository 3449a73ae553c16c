"""The steps of routes: what a route, or a service endpoint, does with a part of the target."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.facts.network import StorageEndpoint, Subnet
from scanner.inventory.gap import Gap, Reason
from scanner.network.addresses import EVERY_IPV4, NONE, Addresses
from scanner.network.local_space import OF_NETWORKS, LocalSpace
from scanner.network.memo import memoized
from scanner.network.routes import NEXT_HOPS, DecidingRoute, routing
from scanner.network.steps import Fate, Stage, Step
from scanner.network.target import Target
from scanner.network.wireserver import PLATFORM

_FATES: dict[str | None, Fate] = {"none": "stops", None: "unread", "vnetpeering": "passes"}


def through_routes(subnet: Subnet, target: Target) -> Stage:
    """Where routes send the target, but for the part that a service endpoint leads to."""
    return _through_routes(subnet, subnet.source, target)


@memoized
def _through_routes(subnet: Subnet, _: Source, target: Target) -> Stage:
    by_endpoint, may_be, unread_endpoint = endpoint_parts(subnet, target)
    endpoint = subnet.known_endpoint
    steps: list[Step] = []
    if by_endpoint and isinstance(endpoint, StorageEndpoint):
        text = f"the service endpoint of the subnet {subnet.id.name}"
        steps.append(Step(text, "passes", by_endpoint, endpoint.evidence))
    rest = target.addresses - by_endpoint
    table = subnet.known_routes
    if not rest:
        return Stage("routes", tuple(steps))
    if type(table) is Gap:
        return Stage("routes", tuple(steps), unread=rest, gap=table)
    found = routing(table, subnet.routes_source, target, _space(subnet))
    routed = [step for route in found.routes for step in _route_steps(route, subnet, target, rest)]
    steps += routed
    stops = Addresses.union(step.addresses for step in routed if step.fate == "stops")
    leaves = Addresses.union(step.addresses for step in routed if step.fate == "leaves")
    open_by_endpoint = may_be - leaves
    # What has a name, such as the internet, has no address of the platform.
    platform = NONE if target.contained_in else rest & PLATFORM
    unread = found.unread & rest | open_by_endpoint | platform
    gap = found.gap if found.unread & rest else unread_endpoint if open_by_endpoint else None
    if platform and not gap:
        gap = _of_platform(subnet)
    return Stage("routes", tuple(steps), stops - unread, NONE, unread, gap, leaves)


def endpoint_parts(subnet: Subnet, target: Target) -> tuple[Addresses, Addresses, Gap | None]:
    """The part of the target that a service endpoint leads to, what it may lead to, and why.

    "Service endpoint routes override any BGP or user-defined routes (UDRs) for the address prefix
    match of an Azure service" (Virtual network service endpoints, 2025-07-22). They are of IPv4.
    """
    endpoint = subnet.known_endpoint
    if endpoint is None:
        return NONE, NONE, None
    storage = target.storage_in(None) & EVERY_IPV4
    if type(endpoint) is Gap:
        return NONE, storage, endpoint
    if endpoint.is_global and target.knows_storage:
        return storage, NONE, None
    sure = Addresses.union(target.storage_in(region) for region in endpoint.regions) & EVERY_IPV4
    if endpoint.is_global or endpoint.may_lead_elsewhere or not target.knows_storage:
        return sure, storage - sure, _other_regions(subnet)
    return sure, NONE, None


def _other_regions(subnet: Subnet) -> Gap:
    """Why an endpoint may lead to Storage of a region that is not certain."""
    remedy = (
        "The service endpoint of the subnet certainly leads to Azure Storage of the own region, and"
        " ARM does not show to which other ones. Look at the effective routes of the interface."
    )
    return Gap(subnet.id.text, "network", Reason.NOT_RECORDED, None, remedy, "endpoint")


def _space(subnet: Subnet) -> LocalSpace:
    return LocalSpace(
        subnet.prefixes, subnet.peered_prefixes, subnet.own_prefixes, subnet.unread_space
    )


def _of_platform(subnet: Subnet) -> Gap:
    """Why it is open what becomes of the platform's addresses in a wider target."""
    remedy = (
        "The target has an address of the platform, to which routes and most rules do not apply."
        " Ask about that address alone."
    )
    return Gap(subnet.id.text, "network", Reason.NOT_RECORDED, None, remedy, "the platform")


_NOT_CARRIED = ", and the internet carries public addresses alone"


def _route_steps(
    route: DecidingRoute, subnet: Subnet, target: Target, rest: Addresses
) -> Iterator[Step]:
    """What a route does with its parts of the target that no service endpoint leads to."""
    for fate, part, why in _fates(route, subnet, target):
        if part & rest:
            yield _route_step(route, subnet, fate, part & rest, why)


def _fates(
    route: DecidingRoute, subnet: Subnet, target: Target
) -> Iterator[tuple[Fate, Addresses, str]]:
    """A route's parts of the target, with what becomes of them and why.

    What gives routes by BGP may lead to private addresses that no longer prefix has.
    """
    may_be_learnt = OF_NETWORKS if subnet.hidden_routes and _is_widest(route) else NONE
    for fate, part, why in _fates_by_kind(route, subnet, target):
        learnt = part & may_be_learnt if fate == "stops" else NONE
        yield fate, part - learnt, why
        yield "detours", learnt, ", or by a route learnt by BGP"


def _is_widest(route: DecidingRoute) -> bool:
    """True for a route of the system or of all addresses: a learnt one has a longer prefix."""
    return route.id is None or (route.prefix or "").strip() in ("0.0.0.0/0", "::/0")


def _fates_by_kind(
    route: DecidingRoute, subnet: Subnet, target: Target
) -> Iterator[tuple[Fate, Addresses, str]]:
    part = route.addresses
    if route.gap:
        yield "unread", part, ""
    elif route.kind == "internet":
        yield "leaves", part & target.public, ""
        yield "stops", part - target.public, _NOT_CARRIED
    elif route.kind == "vnetlocal":
        # Only what is of the network certainly stays in it.
        own = (
            part
            if route.id is None
            else part & Addresses.of(*subnet.prefixes, *subnet.own_prefixes)
        )
        yield "passes", own, ""
        yield "detours", part - own, ""
    else:
        yield _FATES.get(route.kind, "detours"), part, ""


def _route_step(
    route: DecidingRoute, subnet: Subnet, fate: Fate, part: Addresses, why: str
) -> Step:
    kind = NEXT_HOPS[route.kind] if route.kind else "an unknown next hop"
    to = " ".join(found for found in (kind, route.next_hop) if found)
    source = subnet.routes_source
    if route.id is None:
        evidence = source.evidence("routeTable" if subnet.known_routes is None else "", None)
        if subnet.known_routes is not None:
            evidence = Evidence(source.id, "properties.nextHopType", to, source.seen_at)
        text = f"{route.route} (to {to}){why}"
        return Step(text, fate, part, evidence, route=route)
    owner = dict(subnet.hops).get(route.next_hop or "")
    place = f" of {source.id.name} on the subnet {subnet.id.name}"
    text = f"route {route.route} (to {to}{f', {owner}' if owner else ''}){place}{why}"
    evidence = Evidence(route.id, "properties.nextHopType", to, source.seen_at)
    return Step(text, fate, part, evidence, route.id, route=route)
