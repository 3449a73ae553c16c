"""Egress: does a VM's primary interface reach a target, such as Azure Storage of its region?

Both security groups must allow the traffic, a route must lead to it, and there must be a way out.
What they stop adds up. If that is already the whole target, a gap elsewhere does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence
from scanner.inventory.facts.network import Network, Nic, PublishedTags
from scanner.inventory.gap import Gap, Unseen
from scanner.network.addresses import NONE, Addresses
from scanner.network.asked import as_asked
from scanner.network.route_steps import through_routes
from scanner.network.service_tags import tags_of
from scanner.network.steps import (
    Fate,
    Stage,
    Step,
    flow_of,
    through_group,
    way_out,
    without_ipv6,
)
from scanner.network.target import (
    STORAGE,
    TARGETS_KEPT,
    Protocol,
    Target,
    region_of,
    target_of,
)
from scanner.network.wireserver import is_wireserver, of_the_platform

_MOST_NAMED = 3
"""Rules or routes that a message names."""
_WORST_FIRST: dict[Fate, int] = {
    "stops": 0, "may stop": 1, "unread": 2, "detours": 3, "leaves": 4, "passes": 5
}  # fmt: skip
_FINE: frozenset[Fate] = frozenset(("leaves", "passes"))

Condition = Literal[
    "storage-unreachable",
    "storage-partly-unreachable",
    "storage-by-another-way",
    "virtual-network-tag",
    "private-subnet",
    "no-default-outbound",
]


class Obstacle(Struct, frozen=True, gc=False):
    """A reason why a VM may not reach its target: a condition of the catalogue, with proof."""

    condition: Condition
    message: str
    evidence: tuple[Evidence, ...]
    roots: tuple[ArmId, ...]
    """The rules, the routes or the subnet to change."""


class Egress(Struct, frozen=True, gc=False):
    """How a VM reaches a target."""

    target: Target
    interface: Nic
    """The NIC that packets leave by."""
    stages: tuple[Stage, ...]
    """The way: security group of the NIC, that of the subnet, routes, way out. The platform's
    addresses have the former two alone."""
    obstacles: tuple[Obstacle, ...]
    unseen: Gap | None
    """Why there may be more obstacles. None if all was read or the obstacles are decisive."""
    hidden: tuple[Evidence, ...] = ()
    """What may give routes that no configuration shows: gateways, hubs, route servers."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The rules and routes that decide. What stops traffic comes first."""
        steps = _worst_first(self.stages)
        shown = [found for stage in self.stages for found in stage.shown]
        return (*[step.evidence for step in steps], *shown, *self.hidden)

    @property
    def is_open(self) -> bool:
        """True if there is no obstacle. Raises ``Unseen`` if there may be more."""
        if self.unseen:
            raise Unseen(self.unseen)
        return not self.obstacles

    @property
    def passes(self) -> Addresses:
        """The part of the target that is certainly reached, if no hidden route leads elsewhere."""
        kept = self.target.addresses
        for stage in self.stages:
            detours = (step.addresses for step in stage.steps if step.fate == "detours")
            lost = (stage.stops, stage.partly, stage.unread, *detours)
            kept -= Addresses.union(lost)
        return kept


def egress(
    network: Network, to: str = STORAGE, port: int = 443, protocol: Protocol = "tcp"
) -> Egress:
    """How a VM reaches a service tag or a prefix: Azure Storage of its region, unless given.

    ``{region}`` in a tag is the VM's region. Security groups hold for the platform's addresses
    as ``wireserver`` says. Raises ``Unseen`` if its NIC or its region was not read, and
    ``ValueError`` if ``to`` is neither a prefix nor a tag that is published.
    """
    target = _target(to, network.location, network.service_tags, port, protocol)
    return way_to(as_asked(network, target), target)


@lru_cache(TARGETS_KEPT)
def _target(
    to: str, location: str, published: PublishedTags | None, port: int, protocol: Protocol
) -> Target:
    tags = tags_of(published, region_of(location))
    return of_the_platform(target_of(to, location, tags, protocol, port))


def way_to(network: Network, to: Target) -> Egress:
    """How a VM reaches a target. Raises ``Unseen`` if its NIC was not read."""
    nic = network.nic
    stages = _stages(network, nic, to)
    subnet = nic.known_subnet
    hidden = () if type(subnet) is Gap else subnet.hidden_routes
    stopped = _stopped(stages, to)
    asked = _Asked(to, network)
    if stopped == to.addresses:
        steps = _worst_first(stages)
        before = f"{asked.part(stopped)} cannot be reached {asked.over}, by"
        blocked = asked.obstacle("storage-unreachable", before, steps, ("stops",))
        return Egress(to, nic, stages, (blocked,), None, hidden)
    obstacles = tuple(_partial_obstacles(stages, stopped, asked))
    unread = (stage.gap for stage in stages if stage.gap and stage.unread - stopped)
    return Egress(to, nic, stages, obstacles, next(unread, None), hidden)


def _worst_first(stages: tuple[Stage, ...]) -> list[Step]:
    """All steps, by what becomes of their part."""
    steps = [step for stage in stages for step in stage.steps]
    return sorted(steps, key=lambda step: _WORST_FIRST[step.fate])


def _stopped(stages: tuple[Stage, ...], to: Target) -> Addresses:
    """What all stages stop together. Most often one stops all of the target."""
    stops = [stage.stops for stage in stages if stage.stops.intervals]
    if not stops:
        return NONE
    return to.addresses if to.addresses in stops else Addresses.union(stops)


def _stages(network: Network, nic: Nic, target: Target) -> tuple[Stage, ...]:
    flow = flow_of(network, nic, target)
    if target.is_ipv6 and nic.known_ipv6 is None:
        first = without_ipv6(nic, target)
    else:
        first = through_group(nic.association, flow)
    subnet = nic.known_subnet
    if type(subnet) is Gap:
        return first, Stage("subnet", unread=target.addresses, gap=subnet)
    second = through_group(subnet.association, flow)
    if is_wireserver(target):
        # No route applies to it.
        return first, second
    routes = through_routes(subnet, target)
    return first, second, routes, way_out(network, nic, subnet, routes.leaves)


class _Asked(Struct, frozen=True, gc=False):
    """A target and the interface that is to reach it, as messages and evidence name them."""

    target: Target
    network: Network

    @property
    def over(self) -> str:
        """Such as ``over TCP 443 from the NIC nic-web``."""
        target = self.target
        return (
            f"over {target.protocol.upper()} {target.port} from the NIC {self.network.nic.id.name}"
        )

    def part(self, part: Addresses) -> str:
        """A part of the target with its share, such as ``40 % of Azure Storage in westeurope``."""
        target = self.target
        if target.addresses.count == 1:
            return target.text
        ranges = f" (service tags {target.published})" if target.published else ""
        return f"{target.share(part)} of {target.text}{ranges}"

    def obstacle(
        self,
        condition: Condition,
        before: str,
        steps: list[Step],
        fates: tuple[Fate, ...],
        causing: list[Step] | None = None,
    ) -> Obstacle:
        """An obstacle made by the steps with these fates. The other steps are evidence, too."""
        causes = causing or [step for step in steps if step.fate in fates]
        named = [step.text for step in causes[:_MOST_NAMED]]
        more = f" and {len(causes) - _MOST_NAMED} more" if len(causes) > _MOST_NAMED else ""
        return self.made_by(causes, steps, condition, f"{before} {', '.join(named)}{more}.")

    def made_by(
        self, causes: list[Step], steps: list[Step], condition: Condition, message: str
    ) -> Obstacle:
        """An obstacle with its causes first, then the other steps, then the interface."""
        ordered = (*causes, *[step for step in steps if step not in causes])
        return Obstacle(
            condition,
            message,
            (*[step.evidence for step in ordered], self.network.evidence),
            tuple({step.root: None for step in causes if step.root}),
        )


def _partial_obstacles(
    stages: tuple[Stage, ...], stopped: Addresses, asked: _Asked
) -> Iterator[Obstacle]:
    """A part of the target that is stopped, and a part that goes elsewhere or may be stopped.

    The worst step comes first."""
    if _FINE.issuperset([step.fate for stage in stages for step in stage.steps]):
        return
    steps = _worst_first(stages)
    groups = [stage for stage in stages if stage.name in ("NIC", "subnet")]
    disputed = [step for stage in groups if stage.partly - stopped
                for step in stage.steps if step.is_disputed]  # fmt: skip
    partly = Addresses.union(stage.partly for stage in groups) - stopped
    if stopped:
        before = f"{asked.part(stopped)} cannot be reached {asked.over}, by"
        yield asked.obstacle("storage-partly-unreachable", before, steps, ("stops",))
    if disputed:
        before = f"{asked.part(partly)} may be out of reach {asked.over}, by"
        yield asked.obstacle("virtual-network-tag", before, steps, ("may stop",), disputed)
    elif partly:
        before = f"{asked.part(partly)} cannot be reached {asked.over} by some connections, by"
        yield asked.obstacle("storage-partly-unreachable", before, steps, ("may stop", "stops"),
                             [step for stage in groups if stage.partly for step in stage.steps
                              if step.fate in ("stops", "may stop")])  # fmt: skip
    detoured = Addresses.union(step.addresses for step in steps if step.fate == "detours")
    if detoured:
        before = f"{asked.part(detoured)} is routed elsewhere {asked.over}, by"
        yield asked.obstacle("storage-by-another-way", before, steps, ("detours",))
    yield from _without_way_out(stages, steps, stopped, asked)


def _without_way_out(
    stages: tuple[Stage, ...], steps: list[Step], stopped: Addresses, asked: _Asked
) -> Iterator[Obstacle]:
    """The obstacle of a subnet without default outbound access and without another way out."""
    closed = [stage for stage in stages if stage.name == "way out" and stage.partly - stopped]
    for stage in closed:
        for step in stage.steps:
            message = (
                f"{step.text}, and no public IP address, NAT gateway or rule of a load balancer"
                f" leads out; {asked.part(stage.partly - stopped)} may still be reached"
                f" {asked.over}."
            )
            is_private = step.evidence.path.endswith("defaultOutboundAccess")
            condition: Condition = "private-subnet" if is_private else "no-default-outbound"
            yield asked.made_by([step], steps, condition, message)
