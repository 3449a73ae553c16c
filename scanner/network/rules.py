"""Which outbound rules of a network security group decide about a target.

Rules are processed by priority, the lowest number first, and the first match decides. A rule that
matches a part of the target decides that part (network security groups overview, 2025-07-15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, catch_gap, present, require, unrecorded
from scanner.inventory.records.network import (
    NetworkSecurityGroup,
    SecurityRuleProperties,
)
from scanner.inventory.words import word
from scanner.network.memo import memoized
from scanner.network.prefixes import EVERY, Addresses, ipv4_addresses
from scanner.network.service_tags import StorageTarget

# Windows and Linux pick the source ports of connections from this range by default.
_CLIENT_PORTS = (32768, 65535)
_OWN_TAGS = ("*", "virtualnetwork")
_FACT = "network"
_End = Literal["source", "destination"]
_PRIORITIES = range(1, 65501)
"""The last default rule has 65500. The order of a rule without a positive number is not known."""
# Enumerations of the REST API reference (Network Security Groups, 2024-03-01).
_IS_OUTBOUND = {"outbound": True, "inbound": False}
_IS_ALLOWED = {"allow": True, "deny": False}
_IS_TCP = {"*": True, "tcp": True, "udp": False, "icmp": False, "esp": False, "ah": False}


class Flow(Struct, frozen=True, gc=False):
    """TCP connections from a NIC to one port of a target."""

    known_addresses: tuple[str, ...] | Gap
    """The NIC's private addresses. Needed only if a rule names source addresses."""
    asgs: frozenset[ArmId]
    """The application security groups that the NIC is in."""
    target: StorageTarget
    port: int = 443


class DecidingRule(Struct, frozen=True, gc=False):
    """A rule and the part of the target that it decides."""

    rule: str
    priority: int
    allows: bool
    addresses: Addresses
    id: ArmId
    """The rule's own id. The group's if ARM gives the rule none."""


def deciding_rules(
    group: NetworkSecurityGroup, source: Source, flow: Flow
) -> tuple[DecidingRule, ...]:
    """The rules that decide, by priority. Together they cover the whole target.

    Raises ``Unseen`` if a rule that may matter lacks a member.
    """
    for_any_nic = _deciding_for_any_nic(group, source, flow.target, flow.port)
    if for_any_nic is not None:
        return for_any_nic
    rules = _matching_rules(group, source, flow.target, flow.port)
    return _deciding_rules(group, rules, flow.target, lambda rule: _is_from(rule, flow))


@memoized
def _deciding_for_any_nic(
    group: NetworkSecurityGroup, source: Source, target: StorageTarget, port: int
) -> tuple[DecidingRule, ...] | None:
    """The rules that decide for every NIC behind the group. None if a rule names sources."""
    rules = _matching_rules(group, source, target, port)
    if not all(_is_from_any_nic(match.rule) for match in rules):
        return None
    return _deciding_rules(group, rules, target, lambda _: True)


def _deciding_rules(
    group: NetworkSecurityGroup,
    rules: tuple[_MatchingRule, ...],
    target: StorageTarget,
    is_from_nic: Callable[[_OutboundRule], bool],
) -> tuple[DecidingRule, ...]:
    """The rules that the packets of the NIC meet first, each with the addresses it decides."""
    remaining = target.addresses
    deciding: list[DecidingRule] = []
    for match in rules:
        rule = match.rule
        decided = remaining & require(match.known_part) if remaining else remaining
        if decided and is_from_nic(rule):
            deciding.append(DecidingRule(rule.name, rule.priority, rule.allows, decided, rule.id))
            remaining = remaining - decided
    if remaining:
        # Every group ends with this default rule, even if the body does not list it.
        deciding.append(DecidingRule("DenyAllOutBound", 65500, False, remaining, group.id))
    return tuple(deciding)


class _OutboundRule(Struct, frozen=True, gc=False):
    """An outbound rule of a network security group's body."""

    name: str
    priority: int
    allows: bool
    id: ArmId
    properties: SecurityRuleProperties
    at: Source
    """The place of the properties."""


class _MatchingRule(Struct, frozen=True, gc=False):
    """A rule that matches a part of the target, or may."""

    rule: _OutboundRule
    known_part: Addresses | Gap


@memoized
def _matching_rules(
    group: NetworkSecurityGroup, source: Source, target: StorageTarget, port: int
) -> tuple[_MatchingRule, ...]:
    """The rules that match a part of the target from some NIC, by priority."""
    outbound = sorted(_outbound_rules(group, source), key=lambda rule: rule.priority)
    parts = ((rule, catch_gap(_matched_part, rule, target, port)) for rule in outbound)
    return tuple(_MatchingRule(rule, part) for rule, part in parts if part)


def _outbound_rules(group: NetworkSecurityGroup, source: Source) -> Iterator[_OutboundRule]:
    """The outbound rules of a group. Raises ``Unseen`` if a rule lacks what every rule has."""
    properties = present(group.properties, source, "properties", _FACT)
    rules_by_path = {
        "properties.securityRules": properties.security_rules,
        "properties.defaultSecurityRules": properties.default_security_rules,
    }
    for path, rules in rules_by_path.items():
        for index, rule in enumerate(present(rules, source, path, _FACT)):
            at = source.at(f"{path}[{index}].properties")
            members = present(rule.properties, at, "", _FACT)
            if not word(members.direction, _IS_OUTBOUND, at, "direction", _FACT):
                continue
            priority = _documented_priority(members.priority, at)
            yield _OutboundRule(
                name=rule.name or f"rule {priority}",
                priority=priority,
                allows=word(members.access, _IS_ALLOWED, at, "access", _FACT),
                id=parse_id(rule.id) or group.id,
                properties=members,
                at=at,
            )


def _documented_priority(priority: int | None, at: Source) -> int:
    found = present(priority, at, "priority", _FACT)
    if found not in _PRIORITIES:
        raise unrecorded(at, f"priority that is documented, only {found}", _FACT)
    return found


def _matched_part(rule: _OutboundRule, target: StorageTarget, port: int) -> Addresses:
    """The part of the target that the destination of a rule matches. Empty if the ports differ.

    Raises ``Unseen`` if a member that decides is missing or unreadable.
    """
    members = rule.properties
    if (
        word(members.protocol, _IS_TCP, rule.at, "protocol", _FACT)
        and not members.destination_application_security_groups
        and _contains_ports(rule, "destination", port, port)
        # The system picks the source port: a rule for some of these ports does not decide.
        and _contains_ports(rule, "source", *_CLIENT_PORTS)
    ):
        path, prefixes = _address_prefixes(rule, "destination")
        return _read_prefixes(target.part_in, prefixes, rule.at, path)
    return Addresses()


def _is_from_any_nic(rule: _OutboundRule) -> bool:
    """True if the source of a rule certainly matches every NIC behind its group."""
    members = rule.properties
    prefixes = members.source_address_prefixes or (members.source_address_prefix or "",)
    has_own_tag = any(prefix.strip().lower() in _OWN_TAGS for prefix in prefixes)
    return not members.source_application_security_groups and (
        has_own_tag or catch_gap(_source_addresses, rule) == EVERY
    )


def _is_from(rule: _OutboundRule, flow: Flow) -> bool:
    """True if the source of a rule matches the NIC. Raises ``Unseen`` if that is not known."""
    if asgs := rule.properties.source_application_security_groups:
        path = "sourceApplicationSecurityGroups.id"
        return any(present(asg.id, rule.at, path, _FACT) in flow.asgs for asg in asgs)
    if _is_from_any_nic(rule):
        return True
    sources = _source_addresses(rule)
    return bool(sources and Addresses.of(*require(flow.known_addresses)) & sources)


def _source_addresses(rule: _OutboundRule) -> Addresses:
    path, prefixes = _address_prefixes(rule, "source")
    return _read_prefixes(ipv4_addresses, prefixes, rule.at, path)


def _read_prefixes(
    read: Callable[[tuple[str, ...]], Addresses], prefixes: tuple[str, ...], at: Source, path: str
) -> Addresses:
    """The addresses of prefixes. Raises ``Unseen`` if one of them cannot be read."""
    try:
        return read(prefixes)
    except ValueError as error:
        raise unrecorded(at, f"{path} that is a prefix or a tag ({error})", _FACT) from None


def _address_prefixes(rule: _OutboundRule, end: _End) -> tuple[str, tuple[str, ...]]:
    members = rule.properties
    if end == "source":
        values = members.source_address_prefix, members.source_address_prefixes
    else:
        values = members.destination_address_prefix, members.destination_address_prefixes
    return _one_or_many(*values, rule.at, f"{end}AddressPrefix")


def _contains_ports(rule: _OutboundRule, end: _End, lowest: int, highest: int) -> bool:
    """True if one of the port ranges contains lowest to highest."""
    members = rule.properties
    if end == "source":
        values = members.source_port_range, members.source_port_ranges
    else:
        values = members.destination_port_range, members.destination_port_ranges
    path, ranges = _one_or_many(*values, rule.at, f"{end}PortRange")
    return any(_port_range_contains(text, lowest, highest, rule.at, path) for text in ranges)


def _one_or_many(
    singular: str | None, plural: tuple[str, ...] | None, at: Source, path: str
) -> tuple[str, tuple[str, ...]]:
    """The member that ARM fills, singular or plural, and its values.

    ARM leaves the other one out or empty. Raises ``Unseen`` if neither has a value.
    """
    if plural:
        return f"{path}{'es' if path.endswith('x') else 's'}", plural
    return path, (present(singular or None, at, path, _FACT),)


def _port_range_contains(ports: str, lowest: int, highest: int, at: Source, path: str) -> bool:
    """True if a port range of ARM (``*``, ``443``, ``80-90``) contains lowest to highest."""
    first, _, last = ports.strip().partition("-")
    if first == "*":
        return True
    try:
        return int(first) <= lowest and highest <= int(last or first)
    except ValueError:
        raise unrecorded(at, f"{path} that is a port range, only {ports!r}", _FACT) from None
