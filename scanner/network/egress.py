"""Egress: does a VM's primary interface reach Azure Storage of its region over TCP 443?

Both security groups must allow the traffic, and a route must lead to it. What the groups and the
routes stop adds up. If that is already the whole target, a gap elsewhere does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial, reduce
from operator import or_
from typing import Literal

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence
from scanner.inventory.facts.network import Association, Network, Nic, Subnet
from scanner.inventory.gap import Gap, Unseen, catch_gap, require
from scanner.network.prefixes import Addresses
from scanner.network.routes import deciding_routes
from scanner.network.rules import DecidingRule, Flow, deciding_rules
from scanner.network.service_tags import StorageTarget, storage_of

_MANAGED_DISKS_PORT = 8443
_MOST_NAMED = 3
"""Rules or routes that a message names."""

Fate = Literal["passes", "leaves", "detours", "stops"]
"""``leaves`` to the internet, ``detours`` to an appliance or a gateway."""
_FATES: dict[str, Fate] = {"internet": "leaves", "none": "stops"}
_WORST_FIRST: tuple[Fate, ...] = ("stops", "detours", "leaves", "passes")

Condition = Literal[
    "storage-unreachable", "storage-partly-unreachable", "storage-by-another-way", "private-subnet"
]


class Obstacle(Struct, frozen=True, gc=False):
    """A reason why a VM may not reach Azure Storage: a condition of the catalogue, with proof."""

    condition: Condition
    message: str
    evidence: tuple[Evidence, ...]
    roots: tuple[ArmId, ...]
    """The rules, the routes or the subnet to change."""


class Egress(Struct, frozen=True, gc=False):
    """How a VM reaches Azure Storage of its region."""

    target: str
    """The target in words."""
    obstacles: tuple[Obstacle, ...]
    evidence: tuple[Evidence, ...]
    """The rules and routes that decide, those that stop traffic first."""
    unseen: Gap | None
    """Why there may be more obstacles. None if all was read or the obstacles are decisive."""

    @property
    def is_open(self) -> bool:
        """True if there is no obstacle. Raises ``Unseen`` if there may be more."""
        if self.unseen:
            raise Unseen(self.unseen)
        return not self.obstacles


class _Step(Struct, frozen=True, gc=False):
    """A rule or a route, and what it does with the part of the target that it decides."""

    text: str
    fate: Fate
    addresses: Addresses
    evidence: Evidence
    root: ArmId | None = None


def egress(network: Network) -> Egress:
    """How a VM reaches Azure Storage. Raises ``Unseen`` if its NIC or its region was not read."""
    nic, target = network.nic, storage_of(network.location)
    known_steps = [
        catch_gap(_through_group, nic.association, nic, target),
        catch_gap(lambda: _through_group(nic.subnet.association, nic, target)),
        catch_gap(lambda: _through_routes(nic.subnet, target)),
    ]
    steps = [step for known in known_steps if not isinstance(known, Gap) for step in known]
    steps.sort(key=lambda step: _WORST_FIRST.index(step.fate))
    evidence = (*(step.evidence for step in steps), *_managed_disks_evidence(nic, target))
    stopped = _union(step.addresses for step in steps if step.fate == "stops")
    result = partial(Egress, _storage_text(target), evidence=evidence)
    if stopped == target.addresses:
        before = f"TCP 443 to {_storage_text(target)} is stopped by"
        return result((_obstacle("storage-unreachable", before, steps),), unseen=None)
    obstacles = list(_partial_obstacles(steps, stopped, target))
    private = catch_gap(_private_subnet, nic, steps, target)
    obstacles += () if isinstance(private, Gap) else private
    unseen = next((known for known in (*known_steps, private) if isinstance(known, Gap)), None)
    return result(tuple(obstacles), unseen=unseen)


def _union(parts: Iterable[Addresses]) -> Addresses:
    return reduce(or_, parts, Addresses())


def _storage_text(target: StorageTarget) -> str:
    """The target in a sentence, and that we do not know its addresses if so."""
    unknown = "" if target.published else ", whose addresses are not built in,"
    return f"Azure Storage in {target.region}{unknown}"


def _through_group(place: Association, nic: Nic, target: StorageTarget) -> list[_Step]:
    """The deciding rules of one security group. Without a group everything passes."""
    if place.group is None:
        no_group = place.source.evidence("networkSecurityGroup", None)
        return [_Step("", "passes", target.addresses, no_group)]
    rules = deciding_rules(place.group, place.source, _flow_from_nic(nic, target))
    return [_rule_step(rule, place) for rule in rules]


def _flow_from_nic(nic: Nic, target: StorageTarget, port: int = 443) -> Flow:
    return Flow(nic.known_addresses, nic.asgs, target, port)


def _rule_step(rule: DecidingRule, place: Association, port: str = "") -> _Step:
    access = "Allow" if rule.allows else "Deny"
    group = place.source.id.name
    evidence = Evidence(
        rule.id,
        "properties.access",
        f"{port}{access}, priority {rule.priority}, on {place}",
        place.source.seen_at,
    )
    text = f"rule {rule.rule} (priority {rule.priority}) of {group} on {place}"
    fate: Fate = "passes" if rule.allows else "stops"
    return _Step(text, fate, rule.addresses, evidence, rule.id)


def _through_routes(subnet: Subnet, target: StorageTarget) -> list[_Step]:
    """The deciding routes of a subnet. A table cannot override those of a service endpoint."""
    endpoint = subnet.storage_endpoint
    if endpoint:
        return [_Step("", "passes", target.addresses, endpoint)]
    table, source = subnet.routes, subnet.routes_source
    if table is None:
        no_table = source.evidence("routeTable", None)
        return [_Step("", "leaves", target.addresses, no_table)]
    steps = []
    for route in deciding_routes(table, source, target):
        fate: Fate = _FATES.get(route.kind, "detours")
        place = f" of {table.id.name} on the subnet {subnet.id.name}" if route.id else ""
        to = " ".join(part for part in (route.kind, route.next_hop) if part)
        text = f"route {route.route} (to {to}){place}"
        evidence = Evidence(route.id or table.id, "properties.nextHopType", to, source.seen_at)
        steps.append(_Step(text, fate, route.addresses, evidence, route.id))
    return steps


def _partial_obstacles(
    steps: list[_Step], stopped: Addresses, target: StorageTarget
) -> Iterator[Obstacle]:
    """A part of the target that is stopped, and a part that is routed elsewhere."""
    if stopped:
        ranges = f" (service tags {target.published})" if target.published else ""
        part = f"{_share_text(stopped, target)} of {_storage_text(target)}{ranges}"
        before = f"{part} cannot be reached over TCP 443, by"
        yield _obstacle("storage-partly-unreachable", before, steps)
    if any(step.fate == "detours" for step in steps):
        before = f"TCP 443 to {_storage_text(target)} goes elsewhere by"
        yield _obstacle("storage-by-another-way", before, steps, fate="detours")


def _share_text(part: Addresses, target: StorageTarget) -> str:
    """How much of the target a part is, in percent."""
    share = 100 * len(part) / len(target.addresses)
    return f"{share:.0f} %" if 1 <= share <= 99 else "Under 1 %" if share < 1 else "Over 99 %"


def _obstacle(
    condition: Condition,
    before: str,
    steps: list[_Step],
    fate: Literal["stops", "detours"] = "stops",
) -> Obstacle:
    """An obstacle made by the steps with this fate. The other steps are evidence, too."""
    causing = [step for step in steps if step.fate == fate]
    named = [step.text for step in causing[:_MOST_NAMED]]
    more = f" and {len(causing) - _MOST_NAMED} more" if len(causing) > _MOST_NAMED else ""
    ordered = (*causing, *(step for step in steps if step.fate != fate))
    return Obstacle(
        condition,
        f"{before} {', '.join(named)}{more}.",
        tuple(step.evidence for step in ordered),
        tuple({step.root: None for step in causing if step.root}),
    )


def _private_subnet(nic: Nic, steps: list[_Step], target: StorageTarget) -> tuple[Obstacle, ...]:
    """The obstacle of a subnet without default outbound access and without another way out."""
    subnet = nic.subnet
    needs_internet = any(step.fate == "leaves" for step in steps)
    ways_out = (nic.public_ips, subnet.nat_gateways, nic.outbound_rules)
    has_way_out = any(not isinstance(way, Gap) and way for way in ways_out)
    if not (subnet.is_private and needs_internet) or has_way_out:
        return ()
    for way in ways_out:
        require(way)
    message = (
        f"The subnet {subnet.id.name} is private, and no public IP address, NAT gateway or outbound"
        f" rule of a load balancer leads out of it; {_storage_text(target)} may still be reached."
    )
    private = subnet.source.evidence("defaultOutboundAccess", False)
    evidence = (private, *(step.evidence for step in steps))
    return (Obstacle("private-subnet", message, evidence, (subnet.id,)),)


def _managed_disks_evidence(nic: Nic, target: StorageTarget) -> Iterator[Evidence]:
    """Rules that deny TCP 8443, which the article of 2018 requires: shown, never judged."""
    subnet = nic.known_subnet
    for place in (nic.association, *(() if isinstance(subnet, Gap) else (subnet.association,))):
        group = place.known_group
        if group is None or isinstance(group, Gap):
            continue
        flow = _flow_from_nic(nic, target, _MANAGED_DISKS_PORT)
        rules = catch_gap(deciding_rules, group, place.source, flow)
        for rule in () if isinstance(rules, Gap) else rules:
            if not rule.allows:
                yield _rule_step(rule, place, f"TCP {_MANAGED_DISKS_PORT}: ").evidence
