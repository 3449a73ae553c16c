"""What the outbound rules of a network security group say, before a target is asked for.

What cannot be read of a rule never stops the reading: a gap is in the place of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, catch_gap, present, unrecorded
from scanner.inventory.records.network import (
    NetworkSecurityGroup,
    SecurityRule,
    SecurityRuleProperties,
)
from scanner.inventory.words import word
from scanner.network.addresses import NONE, Addresses
from scanner.network.memo import memoized
from scanner.network.ports import Ports, port_range
from scanner.network.service_tags import is_known

FACT = "network"
_OWN_TAGS = ("*", "virtualnetwork")
"""Sources that every NIC of a virtual network is in."""
_PRIORITIES = range(1, 65501)
"""The last default rule has 65500. The order of a rule without a positive number is not known."""
_DEFAULTS = "properties.defaultSecurityRules"
_FIRST_DEFAULT = 65000
"""The priority of the first default rule. All rules of users come before it."""
# Enumerations of the REST API reference (Network Security Groups, 2024-03-01).
_IS_OUTBOUND = {"outbound": True, "inbound": False}
_IS_ALLOWED = {"allow": True, "deny": False}
_PROTOCOLS = {"*": "*", "tcp": "tcp", "udp": "udp", "icmp": "icmp", "esp": "esp", "ah": "ah"}


class Terms(Struct, frozen=True, gc=False):
    """An outbound rule, as far as it was read."""

    name: str
    id: ArmId
    """The rule's own id. The group's if ARM gives the rule none."""
    at: Source
    """The rule's properties in the body of the group."""
    outbound: Gap | None
    """Why it may be an inbound rule."""
    priority: int | Gap
    allows: bool | Gap
    protocol: str | Gap
    to_ports: tuple[Ports, ...] | Gap
    """The destination's ports."""
    ports: tuple[Ports, ...] | Gap
    """The source's ports."""
    prefixes: tuple[str, ...]
    """Prefixes and tags of the destination."""
    prefixes_path: str
    to_groups: bool
    """True if the destination is application security groups, in place of prefixes."""
    sources: Addresses | frozenset[ArmId] | None
    """Source addresses, or application security groups. None for every NIC of the network."""
    unread_sources: Gap | None
    """Why it may have more sources."""


class UnreadTerms(Struct, frozen=True, gc=False):
    """In place of a list of rules that was not read."""

    gap: Gap
    priority: int | None
    """None if its rules may come before all others."""


@memoized
def terms_of(group: NetworkSecurityGroup, source: Source) -> tuple[Terms | UnreadTerms, ...]:
    """All outbound rules of a group, in the order of the body.

    Default rules come after all others (Network security groups overview, "Default security
    rules").
    """
    return tuple(_terms(group, source))


def _terms(group: NetworkSecurityGroup, source: Source) -> Iterator[Terms | UnreadTerms]:
    properties = catch_gap(present, group.properties, source, "properties", FACT)
    if type(properties) is Gap:
        yield UnreadTerms(properties, None)
        return
    lists = {
        "properties.securityRules": properties.security_rules,
        _DEFAULTS: properties.default_security_rules,
    }
    for path, rules in lists.items():
        if rules is None:
            priority = _FIRST_DEFAULT if path == _DEFAULTS else None
            yield UnreadTerms(unrecorded(source, path, FACT).gap, priority)
        for index, rule in enumerate(rules or ()):
            found = _read(rule, group.id, source.at(f"{path}[{index}].properties"))
            if found is not None:
                yield found


def _read(rule: SecurityRule, group: ArmId, at: Source) -> Terms | None:
    """What a rule says. None for an inbound rule."""
    members = rule.properties or SecurityRuleProperties()
    outbound = catch_gap(word, members.direction, _IS_OUTBOUND, at, "direction", FACT)
    if outbound is False:
        return None
    priority = catch_gap(_documented_priority, members.priority, at)
    sources, unread_sources = _sources(members, at)
    return Terms(
        name=rule.name or ("rule" if type(priority) is Gap else f"rule {priority}"),
        id=parse_id(rule.id) or group,
        at=at,
        outbound=outbound if type(outbound) is Gap else None,
        priority=priority,
        allows=catch_gap(word, members.access, _IS_ALLOWED, at, "access", FACT),
        protocol=catch_gap(word, members.protocol, _PROTOCOLS, at, "protocol", FACT),
        to_ports=catch_gap(
            _port_ranges, members.destination_ports, at,
            _path("destinationPortRange", members.destination_port_ranges),
        ),
        ports=catch_gap(
            _port_ranges, members.source_ports, at,
            _path("sourcePortRange", members.source_port_ranges),
        ),
        prefixes=members.destination_prefixes,
        prefixes_path=_path("destinationAddressPrefix", members.destination_address_prefixes),
        to_groups=bool(members.destination_application_security_groups),
        sources=sources,
        unread_sources=unread_sources,
    )  # fmt: skip


def _documented_priority(priority: int | None, at: Source) -> int:
    found = present(priority, at, "priority", FACT)
    if found not in _PRIORITIES:
        raise unrecorded(at, f"priority that is documented, only {found}", FACT)
    return found


def _port_ranges(ranges: tuple[str, ...], at: Source, path: str) -> tuple[Ports, ...]:
    if not ranges:
        raise unrecorded(at, path, FACT)
    return tuple([port_range(text, at, path) for text in ranges])


def _path(singular: str, plural: tuple[str, ...] | None) -> str:
    """The member that ARM fills, singular or plural: it leaves the other one out or empty."""
    if not plural:
        return singular
    return f"{singular}{'es' if singular.endswith('x') else 's'}"


def _sources(
    members: SecurityRuleProperties, at: Source
) -> tuple[Addresses | frozenset[ArmId] | None, Gap | None]:
    """The sources of a rule, and why there may be more."""
    if asgs := members.source_application_security_groups:
        path = "sourceApplicationSecurityGroups.id"
        unnamed = any(asg.id is None for asg in asgs)
        gap = unrecorded(at, path, FACT).gap if unnamed else None
        return frozenset(asg.id for asg in asgs if asg.id), gap
    prefixes = members.source_prefixes
    path = _path("sourceAddressPrefix", members.source_address_prefixes)
    if not prefixes:
        return NONE, unrecorded(at, path, FACT).gap
    if any(prefix.strip().lower() in _OWN_TAGS for prefix in prefixes):
        return None, None
    sources, gap = NONE, None
    for prefix in prefixes:
        try:
            sources |= NONE if is_known(prefix) else Addresses.of(prefix)
        except ValueError as error:
            what = f"{path} that is a prefix or a tag ({error})"
            gap = unrecorded(at, what, FACT).gap
    return sources, gap
