"""Which outbound rules of a network security group decide about a target.

Rules are processed by priority, the lowest number first, and the first match decides. A rule that
matches a part of the target decides that part (network security groups overview, 2025-07-15).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, unrecorded
from scanner.inventory.records.network import NetworkSecurityGroup
from scanner.network.addresses import NONE, Addresses
from scanner.network.memo import memoized
from scanner.network.outbound import OutboundRule, Reach, read_rules
from scanner.network.ports import Ports, segments
from scanner.network.target import Target

_LAST = 65500
"""The priority of the last default rule."""


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
    rules = read_rules(group, source, flow.target, flow.reach)
    matches = tuple(_matches(rule, flow) for rule in rules if _names_sources(rule))
    return _outcome(group, source, flow.target, flow.client_ports, flow.reach, matches)


def _names_sources(rule: OutboundRule) -> bool:
    return rule.sources is not None and bool(rule.sure or rule.maybe)


def _matches(rule: OutboundRule, flow: Flow) -> bool | Gap:
    """True if the sources of a rule have the NIC, or why that is not known."""
    if isinstance(rule.sources, frozenset):
        return not rule.sources.isdisjoint(flow.asgs)
    if isinstance(rule.sources, Gap):
        return rule.sources
    if isinstance(flow.address, Gap):
        return flow.address if rule.sources else False
    return bool(rule.sources and rule.sources & _one(flow.address))


@memoized
def _outcome(
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
        (rule, next(named) if _names_sources(rule) else True)
        for rule in read_rules(group, source, target, reach)
    ]
    meeting = [(rule, match) for rule, match in rules if match is not False]
    parts = segments(client_ports, (cut for rule, _ in meeting for cut in rule.ports))
    walks = [_Walk(target.addresses, source) for _ in parts]
    every = ((0, 65535),)
    # Every group ends with this default rule, even if the body does not list it.
    closing = OutboundRule(
        "DenyAllOutBound", _LAST, False, group.id, target.addresses, NONE, every, None
    )
    for walk, (first, last) in zip(walks, parts, strict=True):
        for _, ranked in groupby(meeting, key=lambda pair: pair[0].priority or -id(pair[0])):
            walk.meet([pair for pair in ranked if _has_ports(pair[0], first, last)])
        walk.meet([(closing, True)])
    allowed = Addresses.union(walk.may_allow for walk in walks)
    denied = Addresses.union(walk.may_deny for walk in walks)
    both = allowed & denied
    unread = both & Addresses.union(walk.unread for walk in walks)
    return Outcome(allowed - denied, denied - allowed, both - unread, unread,
                   tuple(_merged(walks, parts)))  # fmt: skip


class _Walk:
    """The target on its way through the rules, for one segment of the source ports."""

    def __init__(self, target: Addresses, source: Source) -> None:
        self.source = source
        self.undecided = target
        self.may_allow = NONE
        self.may_deny = NONE
        self.unread = NONE
        self.decisions: list[tuple[OutboundRule, Addresses, Gap | None]] = []

    def meet(self, ranked: list[tuple[OutboundRule, bool | Gap]]) -> None:
        """Lets rules of one priority decide. Two of one priority is a state that ARM refuses."""
        decided, by_access = NONE, {True: NONE, False: NONE}
        for rule, match in ranked:
            gap = rule.gap or (match if isinstance(match, Gap) else None)
            hit = self.undecided & (rule.sure | rule.maybe)
            if not hit:
                continue
            if rule.allows is not False:
                self.may_allow |= hit
            if rule.allows is not True:
                self.may_deny |= hit
            is_certain = match is True and rule.priority is not None
            if rule.allows is not None:
                opposed = by_access[not rule.allows] & hit
                if opposed:
                    gap = gap or self._same_priority()
                    self.unread |= opposed
                by_access[rule.allows] |= hit
            if gap:
                self.unread |= hit - rule.sure if is_certain and rule.allows is not None else hit
            self.decisions.append((rule, hit, gap))
            if is_certain:
                decided |= rule.sure
        self.undecided -= decided

    def _same_priority(self) -> Gap:
        what = "properties.securityRules with a priority for each"
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


@lru_cache
def _one(address: str) -> Addresses:
    return Addresses.of(address)
