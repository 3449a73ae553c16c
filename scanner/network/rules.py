"""Which outbound rules of a network security group decide about a target.

Rules are processed by priority, the lowest number first, and the first match decides. A rule that
matches a part of the target decides that part (network security groups overview, 2025-07-15).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, map_value, unrecorded
from scanner.inventory.records.network import NetworkSecurityGroup
from scanner.network.addresses import NONE, Addresses, number
from scanner.network.memo import memoized
from scanner.network.outbound import OutboundRule, Reach, read_rules
from scanner.network.ports import EVERY_PORT, Ports, segments
from scanner.network.target import Target

_LAST = 65500
"""The priority of the last default rule."""


RuleFate = Literal["passes", "stops", "may stop", "unread"]


class Flow(Struct, frozen=True, gc=False):
    """Connections from a NIC to a target."""

    address: str | Gap
    """The address that packets leave by: the primary one. Needed only for rules that name some."""
    asgs: frozenset[ArmId]
    """The application security groups that the NIC is in."""
    target: Target
    client_ports: Ports
    """The range of the guest's source ports."""
    reach: Reach = Reach()


class DecidingRule(Struct, frozen=True, gc=False):
    """A rule, and the part of the target that it decides for all or some source ports."""

    rule: str
    priority: int | None
    allows: bool | None
    addresses: Addresses
    id: ArmId
    ports: tuple[Ports, ...] = ()
    """The source ports for which it decides. Empty: all of the guest's."""
    gap: Gap | None = None
    """Why it only may decide."""
    is_disputed: bool = False
    """True if by one reading of the documents it decides, and by another it does not."""
    fate: RuleFate = "passes"
    """What becomes of its part."""


class Outcome(Struct, frozen=True, gc=False):
    """What a group does with the target. The parts are disjoint and cover it."""

    passes: Addresses
    stops: Addresses
    partly: Addresses
    """Stopped for some source ports, or by one reading of the documents alone."""
    unread: Addresses
    """What depends on something that was not read."""
    rules: tuple[DecidingRule, ...]
    """The rules that decide, in their order."""

    @property
    def gap(self) -> Gap | None:
        """What was not read, if something depends on it."""
        return next((rule.gap for rule in self.rules if rule.gap), None) if self.unread else None


def outcome(group: NetworkSecurityGroup, source: Source, flow: Flow) -> Outcome:
    """What a group does with connections of a NIC to the target."""
    matches = matches_of(group, source, flow)
    return outcome_for(group, source, flow.target, flow.client_ports, flow.reach, matches)


def matches_of(group: NetworkSecurityGroup, source: Source, flow: Flow) -> tuple[bool | Gap, ...]:
    """Which rules that name sources match the NIC. For every target the same."""
    rules = _rules_with_sources(group, source, flow.target, flow.reach)
    if not rules:
        return ()
    own = map_value(flow.address, number)
    return tuple([_matches(rule, own, flow.asgs) for rule in rules])


@memoized
def _rules_with_sources(
    group: NetworkSecurityGroup, source: Source, target: Target, reach: Reach
) -> tuple[OutboundRule, ...]:
    rules = read_rules(group, source, target, reach)
    return tuple(rule for rule in rules if rule.sources is not None)


def _matches(rule: OutboundRule, own: int | Gap, asgs: frozenset[ArmId]) -> bool | Gap:
    """True if the sources of a rule have the NIC, or why that is not known."""
    if isinstance(rule.sources, frozenset):
        known: bool | Gap = not rule.sources.isdisjoint(asgs)
    elif type(own) is Gap:
        known = own if rule.sources else False
    else:
        known = rule.sources is not None and own in rule.sources
    return known or rule.unread_sources or False


@memoized
def outcome_for(
    group: NetworkSecurityGroup,
    source: Source,
    target: Target,
    client_ports: Ports,
    reach: Reach,
    matches: tuple[bool | Gap, ...],
) -> Outcome:
    """The outcome for NICs whose addresses and groups match the same rules."""
    named = iter(matches)
    rules = [
        (rule, True if rule.sources is None else next(named))
        for rule in read_rules(group, source, target, reach)
    ]
    meeting = [(rule, match) for rule, match in rules if match is not False]
    parts = segments(client_ports, (cut for rule, _ in meeting for cut in rule.ports))
    walks = [_Walk(target.addresses, source) for _ in parts]
    # Every group ends with this default rule, even if the body does not list it.
    closing = OutboundRule(
        "DenyAllOutBound", _LAST, False, group.id, target.addresses, NONE, (EVERY_PORT,), None
    )
    for walk, (first, last) in zip(walks, parts, strict=True):
        for _, ranked in groupby(meeting, key=lambda pair: pair[0].priority or -id(pair[0])):
            walk.meet([pair for pair in ranked if _has_ports(pair[0], first, last)])
        walk.meet([(closing, True)])
    allowed = Addresses.union(part for walk in walks for part in walk.may_allow)
    denied = Addresses.union(part for walk in walks for part in walk.may_deny)
    both = allowed & denied
    unread = both & Addresses.union(part for walk in walks for part in walk.unread)
    stops = denied - both
    deciding = tuple(
        replace(rule, fate=_fate(rule, stops, unread)) for rule in _merged(walks, parts)
    )
    return Outcome(allowed - both, stops, both - unread, unread, deciding)


def _fate(rule: DecidingRule, stops: Addresses, unread: Addresses) -> RuleFate:
    if (rule.gap or rule.allows is None) and rule.addresses & unread:
        return "unread"
    if rule.allows:
        return "passes"
    return "stops" if rule.addresses & stops else "may stop"


class _Walk:
    """The target on its way through the rules, for one segment of the source ports."""

    def __init__(self, target: Addresses, source: Source) -> None:
        self.source = source
        self.undecided = target
        self.may_allow: list[Addresses] = []
        self.may_deny: list[Addresses] = []
        self.unread: list[Addresses] = []
        self.decisions: list[tuple[OutboundRule, Addresses, Gap | None]] = []

    def meet(self, ranked: list[tuple[OutboundRule, bool | Gap]]) -> None:
        """Lets rules of one priority decide. Two of one priority is a state that ARM refuses."""
        decided: list[Addresses] = []
        hits: list[tuple[bool, Addresses]] = []
        for rule, match in ranked:
            gap = rule.gap or (match if type(match) is Gap else None)
            hit = self.undecided & (rule.sure | rule.maybe)
            if not hit.intervals:
                continue
            if rule.allows is not False:
                self.may_allow.append(hit)
            if rule.allows is not True:
                self.may_deny.append(hit)
            is_certain = match is True and rule.priority is not None
            if rule.allows is not None:
                opposed = Addresses.union(
                    hit & other for allows, other in hits if allows is not rule.allows
                )
                if opposed:
                    gap = gap or self._same_priority()
                    self.unread.append(opposed)
                hits.append((rule.allows, hit))
            if gap:
                is_sure = is_certain and rule.allows is not None
                self.unread.append(hit - rule.sure if is_sure else hit)
            self.decisions.append((rule, hit, gap))
            if is_certain:
                decided.append(rule.sure)
        self.undecided -= Addresses.union(decided)

    def _same_priority(self) -> Gap:
        what = "properties.securityRules of different priorities"
        return unrecorded(self.source, what, "network").gap


def _has_ports(rule: OutboundRule, first: int, last: int) -> bool:
    return any(low <= first and last <= high for low, high in rule.ports)


def _merged(walks: list[_Walk], parts: tuple[Ports, ...]) -> Iterator[DecidingRule]:
    """The decisions of all segments, a rule once."""
    found: dict[int, tuple[OutboundRule, list[Addresses], list[Ports], Gap | None]] = {}
    for walk, segment in zip(walks, parts, strict=True):
        for rule, hit, gap in walk.decisions:
            entry = found.setdefault(id(rule), (rule, [], [], gap))
            entry[1].append(hit)
            entry[2].append(segment)
    for rule, hits, ports, gap in sorted(found.values(), key=lambda entry: entry[0].priority or 0):
        some = tuple(ports) if len(ports) < len(parts) else ()
        part = Addresses.union(hits)
        yield DecidingRule(rule.name, rule.priority, rule.allows, part, rule.id, some, gap,
                           bool(rule.maybe) and rule.gap is None)  # fmt: skip
