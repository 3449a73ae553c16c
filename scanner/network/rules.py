"""What a network security group lets out to a target.

Rules count from the lowest priority number up and the first that matches decides, per address:
a rule on a part of the target decides that part (network security groups overview, 2025-07-15).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.network_records import (
    NetworkSecurityGroup,
    SecurityRule,
    SecurityRuleProperties,
)
from scanner.network.prefixes import Addresses
from scanner.network.service_tags import Target

PORT = 443
_ANY_PORT = ("*", "0-65535")
_OWN_TAGS = ("*", "virtualnetwork")


class Unreadable(Exception):  # noqa: N818 - the caller makes it a gap
    """A body leaves out what decides; ``str()`` is the property path."""


class Flow(Struct, frozen=True):
    """A connection that is judged: from a NIC's own addresses to a target, TCP 443."""

    addresses: Addresses
    """The NIC's private addresses."""
    asgs: frozenset[ArmId]
    """Application security groups the NIC is in."""
    target: Target


class Decision(Struct, frozen=True):
    """A rule and the part of the target it decides."""

    rule: str
    priority: int
    allows: bool
    addresses: Addresses


def decide(group: NetworkSecurityGroup, flow: Flow) -> tuple[Decision, ...]:
    """The rules that decide, in their order; together they cover the whole target.

    Raises ``Unreadable`` where a rule that may matter lacks a member.
    """
    remaining = flow.target.addresses
    decisions: list[Decision] = []
    for priority, name, rule in _outbound(group):
        hit = remaining & _reached(rule, flow)
        if hit:
            allows = (rule.access or "").lower() == "allow"
            decisions.append(Decision(name, priority, allows, hit))
            remaining = remaining - hit
    if remaining:
        # Every group ends with a default that denies; a body without it still has it.
        decisions.append(Decision("DenyAllOutBound", 65500, False, remaining))
    return tuple(decisions)


def _outbound(group: NetworkSecurityGroup) -> list[tuple[int, str, SecurityRuleProperties]]:
    if group.properties is None or group.properties.security_rules is None:
        raise Unreadable("properties.securityRules")
    defaults = group.properties.default_security_rules
    if defaults is None:
        raise Unreadable("properties.defaultSecurityRules")
    rules = [*_read(group.properties.security_rules), *_read(defaults)]
    return sorted(rules, key=lambda each: each[0])


def _read(rules: tuple[SecurityRule, ...]) -> Iterator[tuple[int, str, SecurityRuleProperties]]:
    for index, rule in enumerate(rules):
        path, properties = f"securityRules[{index}].properties", rule.properties
        if properties is None or properties.direction is None:
            raise Unreadable(f"{path}.direction")
        if properties.direction.lower() == "outbound":
            if properties.priority is None or properties.access is None:
                raise Unreadable(f"{path}.priority")
            yield properties.priority, rule.name or f"rule {properties.priority}", properties


def _reached(rule: SecurityRuleProperties, flow: Flow) -> Addresses:
    """The part of the target that the rule is about."""
    matches = (
        (rule.protocol or "*").lower() in ("*", "tcp")
        and _has_port(_all(rule.destination_port_range, rule.destination_port_ranges))
        # A client leaves from a port that the system picks: no rule on one port is about it.
        and set(_all(rule.source_port_range, rule.source_port_ranges)) & set(_ANY_PORT)
        and _is_from(rule, flow)
    )
    if not matches or rule.destination_application_security_groups:
        return Addresses()
    return part_of(
        flow.target, _all(rule.destination_address_prefix, rule.destination_address_prefixes)
    )


def part_of(target: Target, prefixes: tuple[str, ...]) -> Addresses:
    """The part of the target in any of the prefixes and tags; unknown tags are other services."""
    if any(target.tagged(prefix) for prefix in prefixes):
        return target.addresses
    return target.addresses & _plain(prefixes)


def _is_from(rule: SecurityRuleProperties, flow: Flow) -> bool:
    if rule.source_application_security_groups:
        asgs = (reference.id for reference in rule.source_application_security_groups)
        return any(asg in flow.asgs for asg in asgs if asg)
    sources = _all(rule.source_address_prefix, rule.source_address_prefixes)
    if any(source.strip().lower() in _OWN_TAGS for source in sources):
        return True
    return bool(flow.addresses & _plain(sources))


def _plain(prefixes: tuple[str, ...]) -> Addresses:
    found = Addresses()
    for prefix in prefixes:
        try:
            found = found | Addresses.of(prefix)
        except ValueError:
            continue  # a service tag, or IPv6
    return found


def _all(one: str | None, several: tuple[str, ...] | None) -> tuple[str, ...]:
    """ARM fills the singular member or the plural one, and leaves the other out or empty."""
    return several or ((one,) if one else ())


def _has_port(ranges: tuple[str, ...]) -> bool:
    for each in ranges:
        first, _, last = each.strip().partition("-")
        if first == "*" or int(first) <= PORT <= int(last or first):
            return True
    return False
