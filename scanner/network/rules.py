"""Which outbound rules of a network security group decide about a target.

Rules are processed by priority, the lowest number first, and the first match decides. A rule that
matches a part of the target decides that part (network security groups overview, 2025-07-15).
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
from scanner.network.memo import memoized
from scanner.network.prefixes import EVERY, Addresses, ipv4_addresses
from scanner.network.service_tags import StorageTarget

# Windows and Linux pick the source ports of connections from this range by default.
_CLIENT_PORTS = (32768, 65535)
_OWN_TAGS = ("*", "virtualnetwork")
_ACCESS = ("allow", "deny")


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
    if not all(_is_from_any_nic(rule.properties) for rule in rules):
        return None
    return _deciding_rules(group, rules, target, lambda _: True)


def _deciding_rules(
    group: NetworkSecurityGroup,
    rules: tuple[_MatchingRule, ...],
    target: StorageTarget,
    is_from_nic: Callable[[SecurityRuleProperties], bool],
) -> tuple[DecidingRule, ...]:
    """The rules that the packets of the NIC meet first, each with the addresses it decides."""
    remaining = target.addresses
    deciding: list[DecidingRule] = []
    for rule in rules:
        decided = remaining & require(rule.known_part) if remaining else remaining
        if decided and is_from_nic(rule.properties):
            allows = (rule.properties.access or "").lower() == "allow"
            deciding.append(DecidingRule(rule.name, rule.priority, allows, decided, rule.id))
            remaining = remaining - decided
    if remaining:
        # Every group ends with this default rule, even if the body does not list it.
        deciding.append(DecidingRule("DenyAllOutBound", 65500, False, remaining, group.id))
    return tuple(deciding)


class _MatchingRule(Struct, frozen=True, gc=False):
    """An outbound rule that matches a part of the target, or may."""

    name: str
    priority: int
    id: ArmId
    known_part: Addresses | Gap
    properties: SecurityRuleProperties


@memoized
def _matching_rules(
    group: NetworkSecurityGroup, source: Source, target: StorageTarget, port: int
) -> tuple[_MatchingRule, ...]:
    """The rules that match a part of the target from some NIC, by priority."""
    rules = []
    outbound = sorted(_outbound_rules(group, source), key=lambda entry: entry[0])
    for priority, rule, properties in outbound:
        part = catch_gap(_matched_part, properties, source, target, port)
        if part:
            name, rule_id = rule.name or f"rule {priority}", rule.id or group.id
            rules.append(_MatchingRule(name, priority, rule_id, part, properties))
    return tuple(rules)


def _outbound_rules(
    group: NetworkSecurityGroup, source: Source
) -> Iterator[tuple[int, SecurityRule, SecurityRuleProperties]]:
    """The outbound rules of a network security group's body, each with its priority."""
    properties = present(group.properties, source, "properties", "network")
    rules_by_path = {
        "properties.securityRules": properties.security_rules,
        "properties.defaultSecurityRules": properties.default_security_rules,
    }
    for path, rules in rules_by_path.items():
        for index, rule in enumerate(present(rules, source, path, "network")):
            at = source.at(f"{path}[{index}].properties")
            members = present(rule.properties, at, "", "network")
            if present(members.direction, at, "direction", "network").lower() != "outbound":
                continue
            if present(members.access, at, "access", "network").lower() not in _ACCESS:
                raise unrecorded(at, f"known access but {members.access!r}", "network")
            yield present(members.priority, at, "priority", "network"), rule, members


def _matched_part(
    rule: SecurityRuleProperties, source: Source, target: StorageTarget, port: int
) -> Addresses:
    """The part of the target that the destination of a rule matches. Empty if the ports differ."""
    ports = _members(rule.destination_port_range, rule.destination_port_ranges)
    source_ports = _members(rule.source_port_range, rule.source_port_ranges)
    matches = (
        (rule.protocol or "*").lower() in ("*", "tcp")
        and any(_port_range_contains(text, port, port, source) for text in ports)
        # The system picks the source port: a rule for some of these ports does not decide.
        and any(_port_range_contains(text, *_CLIENT_PORTS, source) for text in source_ports)
        and not rule.destination_application_security_groups
    )
    if not matches:
        return Addresses()
    prefixes = _members(rule.destination_address_prefix, rule.destination_address_prefixes)
    return target.part_in(prefixes)


def _is_from_any_nic(rule: SecurityRuleProperties) -> bool:
    """True if the source of a rule matches every NIC behind its group."""
    prefixes = _members(rule.source_address_prefix, rule.source_address_prefixes)
    has_own_tag = any(prefix.strip().lower() in _OWN_TAGS for prefix in prefixes)
    return not rule.source_application_security_groups and (
        has_own_tag or ipv4_addresses(prefixes) == EVERY
    )


def _is_from(rule: SecurityRuleProperties, flow: Flow) -> bool:
    """True if the source of a rule matches the NIC."""
    if rule.source_application_security_groups:
        asgs = (reference.id for reference in rule.source_application_security_groups)
        return any(asg in flow.asgs for asg in asgs if asg)
    if _is_from_any_nic(rule):
        return True
    prefixes = _members(rule.source_address_prefix, rule.source_address_prefixes)
    sources = ipv4_addresses(prefixes)
    return bool(sources and Addresses.of(*require(flow.known_addresses)) & sources)


def _members(singular: str | None, plural: tuple[str, ...] | None) -> tuple[str, ...]:
    """ARM fills the singular member or the plural one, and leaves the other out or empty."""
    return plural or ((singular,) if singular else ())


def _port_range_contains(ports: str, lowest: int, highest: int, source: Source) -> bool:
    """True if a port range of ARM (``*``, ``443``, ``80-90``) contains lowest to highest."""
    first, _, last = ports.strip().partition("-")
    if first == "*":
        return True
    try:
        return int(first) <= lowest and highest <= int(last or first)
    except ValueError:
        raise unrecorded(source, f"port range but {ports!r}", "network") from None
