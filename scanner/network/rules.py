"""What a network security group lets out to a target.

Rules count from the lowest priority number up and the first that matches decides, per address:
a rule on a part of the target decides that part (network security groups overview, 2025-07-15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, catch_gap, present, require, unrecorded
from scanner.inventory.records.network import (
    NetworkSecurityGroup,
    SecurityRule,
    SecurityRuleProperties,
)
from scanner.network.memo import once
from scanner.network.prefixes import EVERY, Addresses
from scanner.network.service_tags import Target

# What Windows and Linux pick from by default lies in this range.
_CLIENT_PORTS = (32768, 65535)
_OWN_TAGS = ("*", "virtualnetwork")
_ACCESS = ("allow", "deny")


class Flow(Struct, frozen=True, gc=False):
    """Connections that are judged: TCP, from a NIC's own addresses to one port of a target."""

    known_addresses: tuple[str, ...] | Gap
    """The NIC's private addresses; needed only where a rule is about some addresses."""
    asgs: frozenset[ArmId]
    """Application security groups the NIC is in."""
    target: Target
    port: int = 443


class Decision(Struct, frozen=True, gc=False):
    """A rule and the part of the target it decides."""

    rule: str
    priority: int
    allows: bool
    addresses: Addresses
    id: ArmId
    """The rule's own id; the group's where ARM gives the rule none."""


def decide(group: NetworkSecurityGroup, source: Source, flow: Flow) -> tuple[Decision, ...]:
    """The rules that decide, in their order; together they cover the whole target.

    Raises ``Unseen`` where a rule that may matter lacks a member.
    """
    for_all = _decided_for_all(group, source, flow.target, flow.port)
    if for_all is not None:
        return for_all
    rules = _matching(group, source, flow.target, flow.port)
    return _decided(group, rules, flow.target, lambda rule: _is_from(rule, flow))


@once
def _decided_for_all(
    group: NetworkSecurityGroup, source: Source, target: Target, port: int
) -> tuple[Decision, ...] | None:
    """What the group decides for whatever NIC; None where a rule is about some addresses."""
    rules = _matching(group, source, target, port)
    if not all(_is_from_any(rule.body) for rule in rules):
        return None
    return _decided(group, rules, target, lambda _: True)


def _decided(
    group: NetworkSecurityGroup,
    rules: tuple[_Rule, ...],
    target: Target,
    is_about: Callable[[SecurityRuleProperties], bool],
) -> tuple[Decision, ...]:
    remaining = target.addresses
    decisions: list[Decision] = []
    for rule in rules:
        hit = remaining & require(rule.reached) if remaining else remaining
        if hit and is_about(rule.body):
            allows = (rule.body.access or "").lower() == "allow"
            decisions.append(Decision(rule.name, rule.priority, allows, hit, rule.id))
            remaining = remaining - hit
    if remaining:
        # Every group ends with a default that denies; a body without it still has it.
        decisions.append(Decision("DenyAllOutBound", 65500, False, remaining, group.id))
    return tuple(decisions)


class _Rule(Struct, frozen=True, gc=False):
    """An outbound rule that reaches a part of the target, or may."""

    name: str
    priority: int
    id: ArmId
    reached: Addresses | Gap
    body: SecurityRuleProperties


@once
def _matching(
    group: NetworkSecurityGroup, source: Source, target: Target, port: int
) -> tuple[_Rule, ...]:
    """The rules that may decide a part of the target, in their order."""
    rules = []
    for priority, rule, body in sorted(_outbound(group, source), key=lambda each: each[0]):
        reached = catch_gap(_reached, body, source, target, port)
        if reached:
            name, rule_id = rule.name or f"rule {priority}", rule.id or group.id
            rules.append(_Rule(name, priority, rule_id, reached, body))
    return tuple(rules)


def _outbound(
    group: NetworkSecurityGroup, source: Source
) -> Iterator[tuple[int, SecurityRule, SecurityRuleProperties]]:
    properties = present(group.properties, source, "properties", "network")
    kinds = {
        "properties.securityRules": properties.security_rules,
        "properties.defaultSecurityRules": properties.default_security_rules,
    }
    for path, rules in kinds.items():
        for index, rule in enumerate(present(rules, source, path, "network")):
            at = source.at(f"{path}[{index}].properties")
            body = present(rule.properties, at, "", "network")
            if present(body.direction, at, "direction", "network").lower() != "outbound":
                continue
            if present(body.access, at, "access", "network").lower() not in _ACCESS:
                raise unrecorded(at, f"known access but {body.access!r}", "network")
            yield present(body.priority, at, "priority", "network"), rule, body


def _reached(rule: SecurityRuleProperties, source: Source, target: Target, port: int) -> Addresses:
    """The part of the target that the rule is about."""
    ports = _all(rule.destination_port_range, rule.destination_port_ranges)
    from_ports = _all(rule.source_port_range, rule.source_port_ranges)
    matches = (
        (rule.protocol or "*").lower() in ("*", "tcp")
        and any(_holds(each, port, port, source) for each in ports)
        # A client leaves from a port that the system picks: a rule on some ports is not about it.
        and any(_holds(each, *_CLIENT_PORTS, source) for each in from_ports)
        and not rule.destination_application_security_groups
    )
    if not matches:
        return Addresses()
    written = _all(rule.destination_address_prefix, rule.destination_address_prefixes)
    return part_of(target, written)


def part_of(target: Target, prefixes: tuple[str, ...]) -> Addresses:
    """The part of the target in any of the prefixes and tags; unknown tags are other services."""
    if any(target.tagged(prefix) for prefix in prefixes):
        return target.addresses
    return target.addresses & _plain(prefixes)


def _is_from_any(rule: SecurityRuleProperties) -> bool:
    """Whether a rule is about whatever NIC its group lies over."""
    written = _all(rule.source_address_prefix, rule.source_address_prefixes)
    own = any(source.strip().lower() in _OWN_TAGS for source in written)
    return not rule.source_application_security_groups and (own or _plain(written) == EVERY)


def _is_from(rule: SecurityRuleProperties, flow: Flow) -> bool:
    """Whether a rule is about the NIC."""
    if rule.source_application_security_groups:
        asgs = (reference.id for reference in rule.source_application_security_groups)
        return any(asg in flow.asgs for asg in asgs if asg)
    if _is_from_any(rule):
        return True
    sources = _plain(_all(rule.source_address_prefix, rule.source_address_prefixes))
    return bool(sources and Addresses.of(*require(flow.known_addresses)) & sources)


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


def _holds(ports: str, lowest: int, highest: int, source: Source) -> bool:
    """Whether a range as ARM writes it holds all ports from the lowest to the highest."""
    first, _, last = ports.strip().partition("-")
    if first == "*":
        return True
    try:
        return int(first) <= lowest and highest <= int(last or first)
    except ValueError:
        raise unrecorded(source, f"port range but {ports!r}", "network") from None
