"""Whether a VM's primary interface reaches Azure Storage of its region over TCP 443.

Both security groups must allow it, and a route must lead there: what either keeps back counts
together. What was read may decide before what was not; only then does a gap.
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
from scanner.network.routes import hops
from scanner.network.rules import Decision, Flow, decide
from scanner.network.service_tags import Target, storage_of

_MANAGED_DISKS_PORT = 8443
_NAMED = 3

Fate = Literal["passes", "leaves", "detours", "stops"]
_FATES: dict[str, Fate] = {"internet": "leaves", "none": "stops"}

Condition = Literal[
    "storage-unreachable", "storage-partly-unreachable", "storage-by-another-way", "private-subnet"
]


Ways = tuple[tuple[Evidence, ...] | Gap, ...]


class Obstacle(Struct, frozen=True, gc=False):
    """What stands between a VM and Azure Storage: a condition of the catalogue, with its proof."""

    condition: Condition
    message: str
    evidence: tuple[Evidence, ...]
    roots: tuple[ArmId, ...]
    """The rules, the routes or the subnet behind it."""


class Egress(Struct, frozen=True, gc=False):
    """How a VM stands to Azure Storage of its region."""

    target: str
    """The target in words."""
    obstacles: tuple[Obstacle, ...]
    evidence: tuple[Evidence, ...]
    """What was seen on the way, what stops first."""
    unseen: Gap | None
    """Why there may be more; None where all was seen, or what was seen decides."""

    @property
    def is_open(self) -> bool:
        """Whether nothing stands in the way; raises ``Unseen`` where there may be more."""
        if self.unseen:
            raise Unseen(self.unseen)
        return not self.obstacles


class _Step(Struct, frozen=True, gc=False):
    """A rule or a route on the way, and what becomes of the part of the target it decides."""

    says: str
    fate: Fate
    addresses: Addresses
    evidence: Evidence
    root: ArmId | None = None


def egress(network: Network) -> Egress:
    """The way to Azure Storage; raises ``Unseen`` where not even the NIC was read."""
    nic, target = network.nic, storage_of(network.location)
    ways = [
        catch_gap(_through_group, nic.association, nic, target),
        catch_gap(lambda: _through_group(nic.subnet.association, nic, target)),
        catch_gap(lambda: _through_routes(nic.subnet, target)),
    ]
    steps = sorted((step for way in ways if not isinstance(way, Gap) for step in way), key=_order)
    evidence = (*(step.evidence for step in steps), *_of_managed_disks(nic, target))
    stopped = _together(step.addresses for step in steps if step.fate == "stops")
    result = partial(Egress, _words(target), evidence=evidence)
    if stopped == target.addresses:
        stop = _obstacle("storage-unreachable", f"TCP 443 to {_words(target)} is stopped by", steps)
        return result((stop,), unseen=None)
    obstacles = list(_in_part(steps, stopped, target))
    private = catch_gap(_private_subnet, nic, steps, target)
    obstacles += () if isinstance(private, Gap) else private
    unseen = next((way for way in (*ways, private) if isinstance(way, Gap)), None)
    return result(tuple(obstacles), unseen=unseen)


def _order(step: _Step) -> int:
    return ("stops", "detours", "leaves", "passes").index(step.fate)


def _together(parts: Iterable[Addresses]) -> Addresses:
    return reduce(or_, parts, Addresses())


def _words(target: Target) -> str:
    unknown = "" if target.published else ", whose addresses are not built in,"
    return f"Azure Storage in {target.region}{unknown}"


def _through_group(place: Association, nic: Nic, target: Target) -> list[_Step]:
    """The rules of one security group; without a group everything passes."""
    if place.group is None:
        nothing = place.source.evidence("networkSecurityGroup", None)
        return [_Step("", "passes", target.addresses, nothing)]
    return [_rule(each, place) for each in decide(place.group, place.source, _flow(nic, target))]


def _flow(nic: Nic, target: Target, port: int = 443) -> Flow:
    return Flow(nic.known_addresses, nic.asgs, target, port)


def _rule(decision: Decision, place: Association, port: str = "") -> _Step:
    access = "Allow" if decision.allows else "Deny"
    group = place.source.id.name
    seen = Evidence(
        decision.id,
        "properties.access",
        f"{port}{access}, priority {decision.priority}, on {place}",
        place.source.seen_at,
    )
    says = f"rule {decision.rule} (priority {decision.priority}) of {group} on {place}"
    fate: Fate = "passes" if decision.allows else "stops"
    return _Step(says, fate, decision.addresses, seen, decision.id)


def _through_routes(subnet: Subnet, target: Target) -> list[_Step]:
    """The routes of the subnet; those of a service endpoint cannot be overridden by a table."""
    if subnet.storage_endpoint:
        return [_Step("", "passes", target.addresses, subnet.storage_endpoint)]
    table, source = subnet.routes, subnet.routes_source
    if table is None:
        nothing = source.evidence("routeTable", None)
        return [_Step("", "leaves", target.addresses, nothing)]
    steps = []
    for hop in hops(table, source, target):
        fate: Fate = _FATES.get(hop.kind, "detours")
        of = f" of {table.id.name} on the subnet {subnet.id.name}" if hop.id else ""
        to = " ".join(part for part in (hop.kind, hop.next_hop) if part)
        seen = Evidence(hop.id or table.id, "properties.nextHopType", to, source.seen_at)
        steps.append(_Step(f"route {hop.route} (to {to}){of}", fate, hop.addresses, seen, hop.id))
    return steps


def _in_part(steps: list[_Step], stopped: Addresses, target: Target) -> Iterator[Obstacle]:
    if stopped:
        ranges = f" (service tags {target.published})" if target.published else ""
        part = (
            f"{_share(stopped, target)} of {_words(target)}{ranges} cannot be reached over TCP 443"
        )
        yield _obstacle("storage-partly-unreachable", f"{part}, by", steps)
    detours = [step for step in steps if step.fate == "detours"]
    if detours:
        to = f"TCP 443 to {_words(target)} goes elsewhere by"
        yield _obstacle("storage-by-another-way", to, steps, fate="detours")


def _share(part: Addresses, target: Target) -> str:
    share = 100 * len(part) / len(target.addresses)
    return f"{share:.0f} %" if 1 <= share <= 99 else "Under 1 %" if share < 1 else "Over 99 %"


def _obstacle(
    condition: Condition,
    before: str,
    steps: list[_Step],
    fate: Literal["stops", "detours"] = "stops",
) -> Obstacle:
    """What those steps do that meet this fate; all others are evidence too."""
    those = [step for step in steps if step.fate == fate]
    named = [step.says for step in those[:_NAMED]]
    more = f" and {len(those) - _NAMED} more" if len(those) > _NAMED else ""
    first = (*those, *(step for step in steps if step.fate != fate))
    return Obstacle(
        condition,
        f"{before} {', '.join(named)}{more}.",
        tuple(step.evidence for step in first),
        tuple({step.root: None for step in those if step.root}),
    )


def _private_subnet(nic: Nic, steps: list[_Step], target: Target) -> tuple[Obstacle, ...]:
    """A subnet without default outbound access, and nothing else that leads out of it."""
    subnet = nic.subnet
    leaving = any(step.fate == "leaves" for step in steps)
    ways: Ways = (nic.public_ips, subnet.nat_gateways, nic.outbound_rules)
    if not (subnet.is_private and leaving) or any(not isinstance(way, Gap) and way for way in ways):
        return ()
    for way in ways:
        require(way)
    message = (
        f"The subnet {subnet.id.name} is private, and no public IP address, NAT gateway or outbound"
        f" rule of a load balancer leads out of it; {_words(target)} may still be reached."
    )
    private = subnet.source.evidence("defaultOutboundAccess", False)
    return (
        Obstacle(
            "private-subnet",
            message,
            (private, *(step.evidence for step in steps)),
            (subnet.id,),
        ),
    )


def _of_managed_disks(nic: Nic, target: Target) -> Iterator[Evidence]:
    """Rules that deny TCP 8443, which the article of 2018 asks for: shown, never judged."""
    subnet = nic.known_subnet
    for place in (nic.association, *(() if isinstance(subnet, Gap) else (subnet.association,))):
        group = place.known_group
        if group is None or isinstance(group, Gap):
            continue
        flow = _flow(nic, target, _MANAGED_DISKS_PORT)
        decided = catch_gap(decide, group, place.source, flow)
        for each in () if isinstance(decided, Gap) else decided:
            if not each.allows:
                yield _rule(each, place, f"TCP {_MANAGED_DISKS_PORT}: ").evidence
