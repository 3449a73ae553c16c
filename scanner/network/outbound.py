"""The outbound rules of a network security group, read for one target.

What cannot be read of a rule never stops the reading: the rule may then match more than it does
for certain, and has the gap that says why.
"""

from __future__ import annotations

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, Reason, unrecorded
from scanner.inventory.records.network import NetworkSecurityGroup
from scanner.network.addresses import NONE, Addresses
from scanner.network.memo import memoized
from scanner.network.ports import EVERY_PORT, Ports
from scanner.network.target import Target
from scanner.network.terms import FACT, Terms, UnreadTerms, terms_of

_VIRTUAL_NETWORK = "virtualnetwork"


class Reach(Struct, frozen=True, gc=False, cache_hash=True):
    """The part of a target that is in the tag ``VirtualNetwork``, of one subnet."""

    local: Addresses = NONE
    """In the address space of the network or of a peered one."""
    routed: Addresses | Gap = NONE
    """In a prefix of a user-defined route, or of addresses that a gateway may connect, by which the
    tag may contain it."""
    unread: Addresses = NONE
    """In address spaces of the network or of a peered one that were not read, maybe."""
    gap: Gap | None = None
    """What was not read of them."""


class OutboundRule(Struct, frozen=True, gc=False):
    """An outbound rule, as far as it was read."""

    name: str
    priority: int | None
    """None if it is not known. The rule may come before every other one."""
    allows: bool | None
    """None if it is not known."""
    id: ArmId
    """The rule's own id. The group's if ARM gives the rule none."""
    sure: Addresses
    """The part of the target that it matches, by protocol, destination and port."""
    maybe: Addresses
    """What it may match beyond that."""
    ports: tuple[Ports, ...]
    """Its source ports."""
    sources: Addresses | frozenset[ArmId] | None
    """Source addresses, or application security groups. None for every NIC of the network."""
    unread_sources: Gap | None = None
    """Why it may have more sources."""
    gap: Gap | None = None
    """What of it could not be read."""
    why_not: str = ""
    """Why it matches nothing of the target."""


@memoized
def read_rules(
    group: NetworkSecurityGroup, source: Source, target: Target, reach: Reach
) -> tuple[OutboundRule, ...]:
    """All outbound rules of a group: rules of unknown order first, then by priority.

    Where a list of rules is missing, a rule of unknown effect is in its place.
    """
    rules = [
        _unread(terms, group.id, target)
        if isinstance(terms, UnreadTerms)
        else _read(terms, target, reach)
        for terms in terms_of(group, source)
    ]
    return tuple(sorted(rules, key=lambda rule: rule.priority or 0))


def tells_apart(group: NetworkSecurityGroup, source: Source, port: int, other: int) -> bool:
    """True if a rule of a group is for one of two ports alone."""
    return any(
        _has_port(terms.to_ports, port) is not _has_port(terms.to_ports, other)
        for terms in terms_of(group, source)
        if not isinstance(terms, UnreadTerms) and type(terms.to_ports) is not Gap
    )


def _unread(terms: UnreadTerms, group: ArmId, target: Target) -> OutboundRule:
    """In place of rules that were not read: they may decide what earlier rules leave open."""
    return OutboundRule(
        name=f"{'default ' if terms.priority else ''}rules that were not read",
        priority=terms.priority,
        allows=None,
        id=group,
        sure=NONE,
        maybe=target.addresses,
        ports=(EVERY_PORT,),
        sources=None,
        gap=terms.gap,
    )


def _read(terms: Terms, target: Target, reach: Reach) -> OutboundRule:
    """A rule with what it matches of the target."""
    matches = _is_for(terms, target)
    sure, maybe, unread = _destination(terms, target, reach) if matches else (NONE, NONE, None)
    priority, allows, ports, sources = terms.priority, terms.allows, terms.ports, terms.sources
    why_not = "" if matches else f"it is not for {target.protocol.upper()} {target.port}"
    if not sure and not maybe:
        why_not = why_not or "its destination is another one"
    gap = None
    if not why_not:
        known = terms.outbound, priority, matches, ports
        gap = next((found for found in known if type(found) is Gap), None)
        if gap:
            sure, maybe = NONE, sure | maybe
    gap = gap or (allows if type(allows) is Gap else None) or unread
    if isinstance(sources, Addresses) and sources.covers(target.families):
        sources = None
    return OutboundRule(
        name=terms.name,
        priority=None if type(priority) is Gap else priority,
        allows=None if type(allows) is Gap else allows,
        id=terms.id,
        sure=sure,
        maybe=maybe,
        ports=(EVERY_PORT,) if type(ports) is Gap else ports,
        sources=sources,
        unread_sources=None if sources is None else terms.unread_sources,
        gap=gap,
        why_not=why_not,
    )


def _is_for(terms: Terms, target: Target) -> bool | Gap:
    """True if a rule is for the protocol and the port, or why that is not known."""
    protocol = terms.protocol
    if protocol not in ("*", target.protocol) and type(protocol) is not Gap:
        return False
    if type(terms.to_ports) is Gap:
        return terms.to_ports
    if not _has_port(terms.to_ports, target.port):
        return False
    return protocol if type(protocol) is Gap else True


def _has_port(ranges: tuple[Ports, ...], port: int) -> bool:
    return any(first <= port <= last for first, last in ranges)


def _destination(
    terms: Terms, target: Target, reach: Reach
) -> tuple[Addresses, Addresses, Gap | None]:
    """What the destination of a rule matches of the target, what it may match, and why only may.

    No gap of the latter if the documents leave it open: ``VirtualNetwork`` has "address prefixes
    used on user-defined routes" and "might also contain default routes" (Virtual network service
    tags), which one page reads as all of 0.0.0.0/0 and another as none of it.
    """
    at, path = terms.at, terms.prefixes_path
    sure, maybe, gap = NONE, NONE, None
    if terms.to_groups:
        # Its members are interfaces, which have private addresses.
        private = target.addresses - target.public
        return NONE, private, _of_members(at) if private else None
    if not terms.prefixes:
        return NONE, target.addresses, unrecorded(at, path, FACT).gap
    for prefix in terms.prefixes:
        if prefix.strip().lower() == _VIRTUAL_NETWORK:
            sure |= reach.local
            if type(reach.routed) is Gap:
                maybe, gap = target.addresses, gap or reach.routed
            else:
                maybe |= reach.routed
            if reach.unread - sure:
                maybe, gap = maybe | reach.unread, gap or reach.gap
            continue
        try:
            sure |= target.part_in(prefix)
        except ValueError as error:
            what = f"{path} that is a prefix or a tag ({error})"
            maybe, gap = target.addresses, unrecorded(at, what, FACT).gap
    return sure, maybe - sure, gap if maybe - sure else None


def _of_members(at: Source) -> Gap:
    """Why a rule to application security groups only may match a private address."""
    remedy = (
        "The rule is for the interfaces of an application security group, whose addresses are not"
        " compared. Look at the group in Azure."
    )
    path = "destinationApplicationSecurityGroups"
    return Gap(at.id.text, FACT, Reason.NOT_RECORDED, None, remedy, path)
