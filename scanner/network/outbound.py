"""The outbound rules of a network security group, read for one target.

What cannot be read of a rule never stops the reading: the rule may then match more than it does
for certain, and has the gap that says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, Reason, Unseen, catch_gap, present, unrecorded
from scanner.inventory.records.network import (
    NetworkSecurityGroup,
    SecurityRule,
    SecurityRuleProperties,
)
from scanner.inventory.words import word
from scanner.network.addresses import NONE, Addresses
from scanner.network.memo import memoized
from scanner.network.ports import EVERY_PORT, Ports, port_range
from scanner.network.service_tags import is_known
from scanner.network.target import Target

_OWN_TAGS = ("*", "virtualnetwork")
"""Sources that every NIC of a virtual network is in."""
_VIRTUAL_NETWORK = "virtualnetwork"
_FACT = "network"
_End = Literal["source", "destination"]
_PRIORITIES = range(1, 65501)
"""The last default rule has 65500. The order of a rule without a positive number is not known."""
_DEFAULTS = "properties.defaultSecurityRules"
_FIRST_DEFAULT = 65000
"""The priority of the first default rule. All rules of users come before it."""
# Enumerations of the REST API reference (Network Security Groups, 2024-03-01).
_IS_OUTBOUND = {"outbound": True, "inbound": False}
_IS_ALLOWED = {"allow": True, "deny": False}
_PROTOCOLS = {"*": "*", "tcp": "tcp", "udp": "udp", "icmp": "icmp", "esp": "esp", "ah": "ah"}


class Reach(Struct, frozen=True, gc=False):
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

    Where a list of rules is missing, a rule of unknown effect is in its place: default rules come
    after all others (Network security groups overview, "Default security rules").
    """
    rules = tuple(_rules(group, source, target, reach))
    return tuple(sorted(rules, key=lambda rule: rule.priority or 0))


def _rules(
    group: NetworkSecurityGroup, source: Source, target: Target, reach: Reach
) -> Iterator[OutboundRule]:
    properties = catch_gap(present, group.properties, source, "properties", _FACT)
    if isinstance(properties, Gap):
        yield _unread_rules(group, target, properties)
        return
    lists = {
        "properties.securityRules": properties.security_rules,
        _DEFAULTS: properties.default_security_rules,
    }
    for path, rules in lists.items():
        if rules is None:
            priority = _FIRST_DEFAULT if path == _DEFAULTS else None
            yield _unread_rules(group, target, unrecorded(source, path, _FACT).gap, priority)
        for index, rule in enumerate(rules or ()):
            at = source.at(f"{path}[{index}].properties")
            found = _read(rule, group.id, at, target, reach)
            if found is not None:
                yield found


def _unread_rules(
    group: NetworkSecurityGroup, target: Target, gap: Gap, priority: int | None = None
) -> OutboundRule:
    """In place of rules that were not read: they may decide what earlier rules leave open."""
    return OutboundRule(
        name=f"{'default ' if priority else ''}rules that were not read",
        priority=priority,
        allows=None,
        id=group.id,
        sure=NONE,
        maybe=target.addresses,
        ports=(EVERY_PORT,),
        sources=None,
        gap=gap,
    )


def _read(
    rule: SecurityRule, group: ArmId, at: Source, target: Target, reach: Reach
) -> OutboundRule | None:
    """A rule with what it matches of the target. None for an inbound rule."""
    members = rule.properties or SecurityRuleProperties()
    outbound = catch_gap(word, members.direction, _IS_OUTBOUND, at, "direction", _FACT)
    if outbound is False:
        return None
    priority = catch_gap(_documented_priority, members.priority, at)
    allows = catch_gap(word, members.access, _IS_ALLOWED, at, "access", _FACT)
    matches = catch_gap(_is_for, members, at, target)
    sure, maybe, unread = _destination(members, at, target, reach)
    ports = catch_gap(_port_ranges, members, "source", at)
    sources, unread_sources = _sources(members, at, target)
    gaps = [known for known in (outbound, priority, matches, ports) if isinstance(known, Gap)]
    why_not = "" if matches else f"it is not for {target.protocol.upper()} {target.port}"
    if not sure and not maybe:
        why_not = why_not or "its destination is another one"
    if why_not:
        sure, maybe, gaps, unread = NONE, NONE, [], None
    elif gaps:
        sure, maybe = NONE, sure | maybe
    if isinstance(allows, Gap):
        gaps.append(allows)
    if unread:
        gaps.append(unread)
    return OutboundRule(
        name=rule.name or ("rule" if isinstance(priority, Gap) else f"rule {priority}"),
        priority=None if isinstance(priority, Gap) else priority,
        allows=None if isinstance(allows, Gap) else allows,
        id=parse_id(rule.id) or group,
        sure=sure,
        maybe=maybe,
        ports=(EVERY_PORT,) if isinstance(ports, Gap) else ports,
        sources=sources,
        unread_sources=unread_sources,
        gap=gaps[0] if gaps else None,
        why_not=why_not,
    )


def _documented_priority(priority: int | None, at: Source) -> int:
    found = present(priority, at, "priority", _FACT)
    if found not in _PRIORITIES:
        raise unrecorded(at, f"priority that is documented, only {found}", _FACT)
    return found


def _is_for(members: SecurityRuleProperties, at: Source, target: Target) -> bool:
    """True if a rule is for the protocol and the port."""
    protocol = catch_gap(word, members.protocol, _PROTOCOLS, at, "protocol", _FACT)
    if protocol not in ("*", target.protocol) and not isinstance(protocol, Gap):
        return False
    ranges = _port_ranges(members, "destination", at)
    if not any(first <= target.port <= last for first, last in ranges):
        return False
    if isinstance(protocol, Gap):
        raise Unseen(protocol)
    return True


def _destination(
    members: SecurityRuleProperties, at: Source, target: Target, reach: Reach
) -> tuple[Addresses, Addresses, Gap | None]:
    """What the destination of a rule matches of the target, what it may match, and why only may.

    No gap of the latter if the documents leave it open: ``VirtualNetwork`` has "address prefixes
    used on user-defined routes" and "might also contain default routes" (Virtual network service
    tags), which one page reads as all of 0.0.0.0/0 and another as none of it.
    """
    path, prefixes = _one_or_many(members, "AddressPrefix", "destination")
    sure, maybe, gap = NONE, NONE, None
    if members.destination_application_security_groups:
        # Its members are interfaces, which have private addresses.
        private = target.addresses - target.public
        return NONE, private, _of_members(at) if private else None
    if not prefixes:
        return NONE, target.addresses, unrecorded(at, path, _FACT).gap
    for prefix in prefixes:
        if prefix.strip().lower() == _VIRTUAL_NETWORK:
            sure |= reach.local
            if isinstance(reach.routed, Gap):
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
            maybe, gap = target.addresses, unrecorded(at, what, _FACT).gap
    return sure, maybe - sure, gap if maybe - sure else None


def _of_members(at: Source) -> Gap:
    """Why a rule to application security groups only may match a private address."""
    remedy = (
        "The rule is for the interfaces of an application security group, whose addresses are not"
        " compared. Look at the group in Azure."
    )
    path = "destinationApplicationSecurityGroups"
    return Gap(at.id.text, _FACT, Reason.NOT_RECORDED, None, remedy, path)


def _sources(
    members: SecurityRuleProperties, at: Source, target: Target
) -> tuple[Addresses | frozenset[ArmId] | None, Gap | None]:
    """The sources of a rule, and why there may be more. Packets and target are of one family."""
    if asgs := members.source_application_security_groups:
        path = "sourceApplicationSecurityGroups.id"
        unnamed = any(asg.id is None for asg in asgs)
        gap = unrecorded(at, path, _FACT).gap if unnamed else None
        return frozenset(asg.id for asg in asgs if asg.id), gap
    path, prefixes = _one_or_many(members, "AddressPrefix", "source")
    if not prefixes:
        return NONE, unrecorded(at, path, _FACT).gap
    if any(prefix.strip().lower() in _OWN_TAGS for prefix in prefixes):
        return None, None
    sources, gap = NONE, None
    for prefix in prefixes:
        try:
            sources |= NONE if is_known(prefix) else Addresses.of(prefix)
        except ValueError as error:
            what = f"{path} that is a prefix or a tag ({error})"
            gap = unrecorded(at, what, _FACT).gap
    return (None, None) if sources.covers(target.families) else (sources, gap)


def _port_ranges(members: SecurityRuleProperties, end: _End, at: Source) -> tuple[Ports, ...]:
    path, ranges = _one_or_many(members, "PortRange", end)
    if not ranges:
        raise unrecorded(at, path, _FACT)
    return tuple(port_range(text, at, path) for text in ranges)


def _one_or_many(
    members: SecurityRuleProperties, member: Literal["AddressPrefix", "PortRange"], end: _End
) -> tuple[str, tuple[str, ...]]:
    """The member that ARM fills, singular or plural, and its values.

    ARM leaves the other one out or empty. No values if neither has one.
    """
    field, many = {
        "AddressPrefix": ("address_prefix", "es"), "PortRange": ("port_range", "s")
    }[member]  # fmt: skip
    path = f"{end}{member}"
    plural: tuple[str, ...] | None = getattr(members, f"{end}_{field}{many}")
    if plural:
        return f"{path}{many}", plural
    singular: str | None = getattr(members, f"{end}_{field}")
    return path, ((singular,) if singular else ())
