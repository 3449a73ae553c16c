"""The way from a VM to a target, place by place: what a rule, a route or a way out does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence
from scanner.inventory.facts.network import Association, Network
from scanner.inventory.gap import Gap, Unseen
from scanner.inventory.records.network import RouteTable
from scanner.network.addresses import Addresses
from scanner.network.asked import as_asked
from scanner.network.azure_view import AzureView
from scanner.network.egress import Egress, way_to
from scanner.network.outbound import OutboundRule, read_rules
from scanner.network.ports import ports_text
from scanner.network.proxies import Proxy, proxies
from scanner.network.routes import NEXT_HOPS
from scanner.network.rules import DecidingRule, Flow, matches_of, outcome
from scanner.network.steps import Fate, Stage, Step, flow_of
from scanner.network.target import Target
from scanner.network.wireserver import is_wireserver, of_the_platform

Verdict = Literal["reached", "stopped", "possible", "unknown"]
"""``possible``: a part is stopped, or goes a way that configuration does not show."""
Access = Literal["Allow", "Deny"]


class Passage(Struct, frozen=True, kw_only=True):
    """A rule, a route or a way out, and what it does with the part of the target it decides."""

    name: str
    effect: Fate | Literal["no match"]
    share: str | None = None
    """How much of the target it decides, in percent."""
    why: str | None = None
    """Why a rule matches nothing, or only may decide."""
    id: str | None = None
    """The rule, the route or the subnet to change. None for what the system gives."""
    priority: int | None = None
    access: Access | None = None
    source_ports: str | None = None
    """The source ports for which a rule decides. None for all of the guest's."""
    prefix: str | None = None
    next_hop: str | None = None


class Place(Struct, frozen=True):
    """A place on the way, with what decides there, in order."""

    name: Literal["NIC", "subnet", "routes", "way out"]
    """The security group of the NIC or of the subnet, the routes, or the way out."""
    resource: str | None
    """The security group or the route table. None if there is none, or it was not read."""
    passages: tuple[Passage, ...]
    unread: str | None = None
    """What was not read there, and what to do."""


class Way(Struct, frozen=True, kw_only=True):
    """How a VM reaches a target, or what stops it."""

    vm: str
    target: str
    protocol: str
    port: int
    service_tags: str | None
    """The publication that the target's addresses are from. None if it is no service tag."""
    verdict: Verdict
    passes: str | None
    """How much of the target is certainly reached, in percent. None if that is not known."""
    why: tuple[str, ...]
    roots: tuple[str, ...]
    """The rules, the routes or the subnets to change."""
    interface: str | None = None
    address: str | None = None
    """The address that packets leave by."""
    places: tuple[Place, ...] = ()
    unread: tuple[str, ...] = ()
    """What was needed and not read."""
    proxies: tuple[Proxy, ...] = ()
    """Private addresses behind a denial that may be an HTTP proxy. Only the guest shows that."""
    azure: AzureView | None = None
    """Azure's own answers. None if they were not wanted."""
    not_visible: tuple[str, ...] = ()
    """What may change the answer and no configuration that is read shows."""


def way_of(vm: ArmId, network: Network | Gap, target: Target) -> Way:
    """The way of a VM to a target. What was not read of its network makes it unknown."""
    target = of_the_platform(target)
    try:
        if type(network) is Gap:
            raise Unseen(network)
        known = as_asked(network, target)
        return _way(vm, known, way_to(known, target))
    except Unseen as unseen:
        return unknown_way(vm, target.text, target.protocol, target.port, unseen.gap)


def unknown_way(vm: ArmId, target: str, protocol: str, port: int, gap: Gap) -> Way:
    """The way of a VM of which too little was read."""
    return Way(
        vm=vm.text,
        target=target,
        protocol=protocol,
        port=port,
        service_tags=None,
        verdict="unknown",
        passes=None,
        why=(gap.remedy,),
        roots=(),
        unread=(gap.remedy,),
        not_visible=_not_visible(()),
    )


def _way(vm: ArmId, network: Network, found: Egress) -> Way:
    nic, target = found.interface, found.target
    unseen = found.unseen
    verdict, why = _verdict(found, unseen)
    address = nic.known_address
    return Way(
        vm=vm.text,
        target=target.text,
        protocol=target.protocol,
        port=target.port,
        service_tags=target.published,
        verdict=verdict,
        passes=None if verdict == "unknown" else _share(found.passes, target),
        why=why,
        roots=tuple({root.text: None for it in found.obstacles for root in it.roots}),
        interface=nic.id.text,
        address=None if type(address) is Gap else address,
        places=tuple(_places(network, found)),
        unread=(unseen.remedy,) if unseen and verdict != "stopped" else (),
        proxies=() if is_wireserver(target) else proxies(network, found),
        not_visible=_not_visible(found.hidden, by_routes=not is_wireserver(target)),
    )


_DISPUTED_PLATFORM = (
    "The documents disagree on it: by one page such a rule stops it, and by another no security"
    " group applies to it."
)
"""Network security groups overview, 2025-07-15; What is IP address 168.63.129.16?, 2023-03-30."""


def _verdict(found: Egress, unseen: Gap | None) -> tuple[Verdict, tuple[str, ...]]:
    messages = tuple(obstacle.message for obstacle in found.obstacles)
    stops = Addresses.union(stage.stops for stage in found.stages)
    if stops == found.target.addresses:
        if is_wireserver(found.target):
            return "possible", (*messages, _DISPUTED_PLATFORM)
        return "stopped", messages
    whys = (*messages, unseen.remedy) if unseen else messages
    # A part that is certainly stopped outranks one that is not known.
    if messages or (not unseen and found.passes != found.target.addresses):
        return "possible", whys
    if unseen:
        return "unknown", whys
    return "reached", (f"{found.target} is allowed and routed.",)


def _places(network: Network, found: Egress) -> Iterator[Place]:
    nic, target = found.interface, found.target
    subnet = nic.known_subnet
    flow = flow_of(network, nic, target)
    for stage in found.stages:
        gap = stage.gap
        unread = gap.remedy if gap else None
        if stage.name == "NIC":
            yield _group_place(nic.association, flow, stage, unread)
        elif type(subnet) is Gap:
            yield Place(stage.name, None, (), unread)
        elif stage.name == "subnet":
            yield _group_place(subnet.association, flow, stage, unread)
        elif stage.name == "routes":
            passages = tuple(_route(step, target, dict(subnet.hops)) for step in stage.steps)
            has_table = isinstance(subnet.known_routes, RouteTable)
            table = subnet.routes_source.id.text if has_table else None
            yield Place(stage.name, table, passages, unread)
        elif stage.steps or unread:
            out = tuple(_passage(step, target) for step in stage.steps)
            yield Place(stage.name, None, out, unread)


def _group_place(place: Association, flow: Flow, stage: Stage, unread: str | None) -> Place:
    """A security group with its rules until nothing is undecided."""
    if type(place.known_group) is Gap or place.known_group is None:
        passages = tuple(_passage(step, flow.target) for step in stage.steps)
        return Place(place.level, None, passages, unread)
    return Place(place.level, place.source.id.text, tuple(_rules(place, flow)), unread)


def _rules(place: Association, flow: Flow) -> Iterator[Passage]:
    group = place.group
    if group is None:
        return
    decided = outcome(group, place.source, flow).rules
    deciding = [*decided]
    last = max((rule.priority or 0 for rule in decided), default=0)
    matches = iter(matches_of(group, place.source, flow))
    for rule in read_rules(group, place.source, flow.target, flow.reach):
        match = True if rule.sources is None else next(matches)
        key = rule.id, rule.name, rule.priority
        found = next((it for it in deciding if (it.id, it.rule, it.priority) == key), None)
        if found:
            deciding.remove(found)
            yield _deciding(found, flow.target)
        elif (rule.priority or 0) < last:
            yield Passage(
                name=rule.name, effect="no match", why=_why_not(rule, match, flow),
                id=rule.id.text, priority=rule.priority, access=_access(rule.allows),
            )  # fmt: skip
    # The last default rule holds even if the body does not list it.
    yield from (_deciding(rule, flow.target) for rule in deciding)


_DISPUTED = (
    "the tag VirtualNetwork may contain it: the documents can be read in two ways, and a gateway"
    " may add addresses"
)


def _deciding(rule: DecidingRule, target: Target) -> Passage:
    disputed = _DISPUTED if rule.is_disputed and rule.fate == "may stop" else None
    return Passage(
        name=rule.rule, effect=rule.fate, share=target.share(rule.addresses),
        why=rule.gap.remedy if rule.gap else disputed, id=rule.id.text, priority=rule.priority,
        access=_access(rule.allows), source_ports=ports_text(rule.ports) or None,
    )  # fmt: skip


def _access(allows: bool | None) -> Access | None:
    return None if allows is None else "Allow" if allows else "Deny"


def _why_not(rule: OutboundRule, match: bool | Gap, flow: Flow) -> str:
    if rule.why_not:
        return rule.why_not
    if match is False:
        return "its source is another one"
    first, last = flow.client_ports
    if not any(low <= last and first <= high for low, high in rule.ports):
        return "the guest does not use its source ports"
    return "earlier rules decide all that it matches"


def _route(step: Step, target: Target, owners: Mapping[str, str]) -> Passage:
    route = step.route
    if route is None:
        return _passage(step, target)
    owner = owners.get(route.next_hop or "")
    hop = (NEXT_HOPS.get(route.kind or ""), route.next_hop, f"({owner})" if owner else None)
    return replace(
        _passage(step, target), name=route.route, prefix=route.prefix,
        next_hop=" ".join(filter(None, hop)) or None, why=route.gap.remedy if route.gap else None,
    )  # fmt: skip


def _passage(step: Step, target: Target) -> Passage:
    return Passage(
        name=step.text,
        effect=step.fate,
        share=target.share(step.addresses),
        id=step.root.text if step.root else None,
    )


def _share(part: Addresses, target: Target) -> str:
    return target.share(part) if part else "0 %"


def _not_visible(hidden: tuple[Evidence, ...], *, by_routes: bool = True) -> tuple[str, ...]:
    """What no configuration that is read shows. ``hidden`` may give routes by BGP."""
    givers = ", ".join(dict.fromkeys(map(_giver, hidden)))
    learnt = f"Routes that are learnt by BGP{f', which this may give: {givers}' if givers else ''}."
    return (
        "Security admin rules of Azure Virtual Network Manager, which come before security groups.",
        *((learnt,) if by_routes else ()),
        "The guest: its firewall, its proxy, its own routes and its DNS.",
        "What the target itself refuses, such as the firewall of a storage account.",
    )


def _giver(shown: Evidence) -> str:
    """The subnet of a gateway or a route server, or a peered network."""
    if isinstance(shown.value, str):
        return shown.value.rpartition("/")[2]
    return "the gateway of a peered network"
