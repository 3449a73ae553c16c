"""The steps of a way: what a rule, a route or a way out does with a part of the target."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.facts.network import (
    Association,
    Network,
    Nic,
    Subnet,
)
from scanner.inventory.gap import Gap, require
from scanner.inventory.records.network import NetworkSecurityGroup
from scanner.network.addresses import EVERY_IPV4, NONE, Addresses
from scanner.network.local_space import OF_NETWORKS
from scanner.network.memo import memoized
from scanner.network.outbound import Reach, tells_apart
from scanner.network.ports import CLIENT_PORTS, Ports, ports_text
from scanner.network.routes import DecidingRoute, user_routed
from scanner.network.rules import DecidingRule, Flow, Outcome, matches_of, outcome_for
from scanner.network.target import Target, storage_of

Fate = Literal["passes", "leaves", "detours", "stops", "may stop", "unread"]
"""``leaves`` to the internet, ``detours`` to an appliance or a gateway."""


class Step(Struct, frozen=True, gc=False):
    """A rule, a route or a way out, and what it does with the part of the target it decides."""

    text: str
    fate: Fate
    addresses: Addresses
    evidence: Evidence
    root: ArmId | None = None
    """The rule, the route or the subnet to change."""
    is_disputed: bool = False
    """True if the documents can be read in two ways."""
    route: DecidingRoute | None = None
    """The route. None for a rule, a service endpoint or a way out."""


class Stage(Struct, frozen=True, gc=False):
    """All steps at one place of the way, in the order in which they decide."""

    name: Literal["NIC", "subnet", "routes", "way out"]
    """The security group of the NIC or of the subnet, the routes, or the way out."""
    steps: tuple[Step, ...] = ()
    stops: Addresses = NONE
    partly: Addresses = NONE
    """Stopped for some connections, or by one reading of the documents."""
    unread: Addresses = NONE
    """What depends on something that was not read."""
    gap: Gap | None = None
    """What was not read."""
    leaves: Addresses = NONE
    """What routes send to the internet."""
    shown: tuple[Evidence, ...] = ()
    """Rules that deny TCP 8443, which the article of 2018 requires: shown, never judged."""


_MANAGED_DISKS_PORT = 8443


def flow_of(network: Network, nic: Nic, target: Target) -> Flow:
    """The connections of a NIC to a target."""
    subnet = nic.known_subnet
    reach = Reach(NONE, subnet) if type(subnet) is Gap else _reach(subnet, subnet.source, target)
    return Flow(nic.known_address, nic.asgs, target, CLIENT_PORTS[network.family], reach)


@memoized
def _reach(subnet: Subnet, _: Source, target: Target) -> Reach:
    """The part of the target in the tag ``VirtualNetwork``."""
    spaces = subnet.prefixes + subnet.peered_prefixes + subnet.own_prefixes
    local = target.addresses & Addresses.of(*spaces) if spaces else NONE
    gap = subnet.unread_space
    unread = (target.addresses & OF_NETWORKS) - local if gap else NONE
    table = subnet.known_routes
    if type(table) is Gap:
        return Reach(local, table, unread, gap if unread else None)
    routed = user_routed(table, subnet.routes_source, target)
    if subnet.hidden_routes:
        # The tag has "all connected on-premises address spaces" (Virtual network service tags).
        routed |= target.addresses & OF_NETWORKS
    return Reach(local, routed, unread, gap if unread else None)


def through_group(place: Association, flow: Flow) -> Stage:
    """What a security group does. Without a group everything passes."""
    everything = flow.target.addresses
    if type(place.known_group) is Gap:
        return Stage(place.level, unread=everything, gap=place.known_group)
    if place.known_group is None:
        without = _subnet_without_group if place.level == "subnet" else _without_group
        return without(place, place.source, everything)
    matches = matches_of(place.known_group, place.source, flow)
    stage = _subnet_stage if place.level == "subnet" else _group_stage
    return stage(place, place.source, flow.target, flow.client_ports, flow.reach, matches)


def _without_group(place: Association, source: Source, everything: Addresses) -> Stage:
    no_group = source.evidence("networkSecurityGroup", None)
    step = Step(f"no security group on {place}", "passes", everything, no_group)
    return Stage(place.level, (step,))


_subnet_without_group = memoized(_without_group)
"""As ``_without_group``. VMs share subnets, and no NIC."""


def _group_stage(
    place: Association,
    source: Source,
    target: Target,
    client_ports: Ports,
    reach: Reach,
    matches: tuple[bool | Gap, ...],
) -> Stage:
    group = require(place.known_group)
    found, also = _outcomes(group, source, target, client_ports, reach, matches)
    steps = tuple([_rule_step(rule, place) for rule in found.rules])
    port = f"TCP {_MANAGED_DISKS_PORT}: "
    shown = tuple([rule_evidence(rule, place, port) for rule in also])
    return Stage(
        place.level, steps, found.stops, found.partly, found.unread, found.gap, shown=shown
    )


_subnet_stage = memoized(_group_stage)
"""As ``_group_stage``. VMs share subnets, and no NIC."""


@memoized
def _outcomes(
    group: NetworkSecurityGroup,
    source: Source,
    target: Target,
    client_ports: Ports,
    reach: Reach,
    matches: tuple[bool | Gap, ...],
) -> tuple[Outcome, tuple[DecidingRule, ...]]:
    """What a group does with the target, and its rules that deny TCP 8443 to Storage."""
    found = outcome_for(group, source, target, client_ports, reach, matches)
    if not target.is_storage or target.port == _MANAGED_DISKS_PORT:
        return found, ()
    also = found
    if tells_apart(group, source, target.port, _MANAGED_DISKS_PORT):
        other = storage_of(target.region, target.tags, port=_MANAGED_DISKS_PORT)
        also = outcome_for(group, source, other, client_ports, reach, matches)
    return found, tuple(rule for rule in also.rules if rule.allows is False)


def _rule_step(rule: DecidingRule, place: Association) -> Step:
    group = place.source.id.name
    order = "of unknown order" if rule.priority is None else f"priority {rule.priority}"
    ports = f" for source ports {ports_text(rule.ports)}" if rule.ports else ""
    return Step(
        f"rule {rule.rule} ({order}) of {group} on {place}{ports}",
        rule.fate,
        rule.addresses,
        rule_evidence(rule, place),
        rule.id,
        rule.is_disputed,
    )


def rule_evidence(rule: DecidingRule, place: Association, port: str = "") -> Evidence:
    """A rule as evidence, with its priority and the place of its group."""
    access = {True: "Allow", False: "Deny", None: "Unknown"}[rule.allows]
    order = "unknown priority" if rule.priority is None else f"priority {rule.priority}"
    value = f"{port}{access}, {order}, on {place}"
    return Evidence(rule.id, "properties.access", value, place.source.seen_at)


def without_ipv6(nic: Nic, target: Target) -> Stage:
    """A NIC without an IPv6 address sends no packet to one."""
    at = nic.association.source.seen_at
    evidence = Evidence(nic.id, "properties.ipConfigurations", "no IPv6 address", at)
    text = f"the NIC {nic.id.name}, which has no IPv6 address"
    step = Step(text, "stops", target.addresses, evidence, nic.id)
    return Stage("NIC", (step,), stops=target.addresses)


def way_out(network: Network, nic: Nic, subnet: Subnet, leaving: Addresses) -> Stage:
    """How packets to the internet leave the subnet.

    Explicit ways come before default outbound access, which a private subnet, a member of a
    flexible scale set and a member of a Standard load balancer's pool do not have (Default outbound
    access in Azure, 2026-01-30).
    """
    if not leaving:
        return Stage("way out")
    ways = {
        "its public IP address": nic.public_ips,
        "the NAT gateway of the subnet": subnet.nat_gateways,
        "a rule of its load balancer": nic.outbound_rules,
    }
    for text, way in ways.items():
        if type(way) is not Gap and way:
            return Stage("way out", (Step(text, "leaves", leaving, way[0]),))
    unread = next((way for way in ways.values() if type(way) is Gap), None)
    closed = _without_default(network, nic, subnet, leaving)
    if closed is None:
        if type(nic.standard_pools) is Gap:
            return Stage("way out", unread=leaving, gap=nic.standard_pools)
        default = subnet.source.evidence("defaultOutboundAccess", None)
        return Stage("way out", (Step(DEFAULT_ACCESS, "leaves", leaving, default),))
    if unread:
        return Stage("way out", unread=leaving, gap=unread)
    return Stage("way out", (closed,), partly=leaving)


DEFAULT_ACCESS = "default outbound access, which new virtual networks lack since 2026-03-31"


def _without_default(network: Network, nic: Nic, subnet: Subnet, leaving: Addresses) -> Step | None:
    """Why there is no default outbound access. None if there is, or may be.

    IPv6 has none: connectivity "is only established when you explicitly request it" (What is IPv6
    for Azure Virtual Network).
    """
    if not leaving & EVERY_IPV4:
        at = nic.association.source.seen_at
        shown = Evidence(nic.id, "properties.ipConfigurations", "no public IPv6 address", at)
        text = f"The NIC {nic.id.name} has no default outbound access by IPv6"
        return Step(text, "may stop", leaving, shown, nic.id)
    if subnet.is_private:
        private = subnet.source.evidence("defaultOutboundAccess", False)
        text = f"The subnet {subnet.id.name} is private"
        return Step(text, "may stop", leaving, private, subnet.id)
    if network.scale_set:
        text = "The VM is in a flexible scale set, which has no default outbound access"
        return Step(text, "may stop", leaving, network.scale_set, subnet.id)
    pools = nic.standard_pools
    if type(pools) is not Gap and pools:
        text = "The VM is in a pool of a Standard load balancer, which ends default outbound access"
        return Step(text, "may stop", leaving, pools[0], pools[0].id)
    return None
