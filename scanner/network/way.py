"""The way from a VM to a target, place by place: what a rule, a route or a way out does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.evidence import Evidence
from scanner.inventory.facts.network import Association, Network, Nic, Subnet
from scanner.inventory.gap import Gap, Reason, Unseen
from scanner.inventory.records.network import RouteTable
from scanner.network.addresses import EVERY_IPV4, Addresses
from scanner.network.egress import Egress, egress
from scanner.network.outbound import OutboundRule, read_rules
from scanner.network.rules import DecidingRule, Flow, matches_of, outcome
from scanner.network.steps import Fate, Stage, Step, flow_of
from scanner.network.target import Target

Verdict = Literal["reached", "stopped", "possible", "unknown"]
"""``possible``: a part is stopped, or goes a way that configuration does not show."""
Access = Literal["Allow", "Deny"]
_FACT = "network"


class Passage(Struct, frozen=True, kw_only=True):
    """A rule, a route or a way out, and what it does with the part of the target it decides."""

    name: str
    effect: Fate | Literal["no match"]
    share: str | None = None
    """How much of the target it decides, in percent."""
    why: str | None = None
    """Why a rule matches nothing."""
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
    on: str
    """The name of the security group, of the route table or of the subnet."""
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
    not_visible: tuple[str, ...] = ()
    """What may change the answer and no configuration that is read shows."""


def way_of(vm: ArmId, network: Network | Gap, target: Target) -> Way:
    """The way of a VM to a target. What was not read of its network makes it unknown."""
    try:
        if isinstance(network, Gap):
            raise Unseen(network)
        known = _as_asked(network, target)
        return _way(vm, known, egress(known, target))
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
    unseen = found.unseen or _unread_ipv6(nic, target)
    verdict, why = _verdict(found, unseen)
    address = nic.known_address
    return Way(
        vm=vm.text,
        target=target.text,
        protocol=target.protocol,
        port=target.port,
        service_tags=target.published,
        verdict=verdict,
        passes=None if verdict == "unknown" else target.share(found.passes),
        why=why,
        roots=tuple({root.text: None for it in found.obstacles for root in it.roots}),
        interface=nic.id.text,
        address=None if isinstance(address, Gap) else address,
        places=tuple(_places(network, found)),
        unread=(unseen.remedy,) if unseen and verdict == "unknown" else (),
        not_visible=_not_visible(found.hidden),
    )


def _verdict(found: Egress, unseen: Gap | None) -> tuple[Verdict, tuple[str, ...]]:
    messages = tuple(obstacle.message for obstacle in found.obstacles)
    stops = Addresses.union(stage.stops for stage in found.stages)
    if stops == found.target.addresses:
        if _endpoint_may_lead(found):
            return "possible", (*messages, _ENDPOINT)
        return "stopped", messages
    if unseen:
        return "unknown", (*messages, unseen.remedy)
    if messages or found.passes != found.target.addresses:
        return "possible", messages
    return "reached", (f"{found.target} is allowed and routed.",)


_ENDPOINT = "A service endpoint of the subnet may lead to a part of it, whatever the routes say."


def _endpoint_may_lead(found: Egress) -> bool:
    """True if a service endpoint may lead to what routes stop. It comes before all routes."""
    groups = Addresses.union(s.stops for s in found.stages if s.name in ("NIC", "subnet"))
    subnet = found.interface.known_subnet
    if found.target.is_storage or isinstance(subnet, Gap) or subnet.known_endpoint is None:
        return False
    storage = found.target.tags.addresses("storage")
    return bool(storage and (found.target.addresses - groups) & storage)


def _as_asked(network: Network, target: Target) -> Network:
    """The network without what does not hold for the target.

    A service endpoint leads to Storage of some regions (Virtual network service endpoints). The
    address of the interface that is read is of IPv4.
    """
    nic, subnet = network.nic, network.nic.known_subnet
    gap = _unread_ipv6(nic, target)
    if gap:
        nic = replace(nic, known_address=gap)
    is_of_many_regions = target.is_storage and not target.region
    if is_of_many_regions and not isinstance(subnet, Gap) and subnet.known_endpoint is not None:
        remedy = (
            "A service endpoint leads to Azure Storage of some regions, and the target is of all"
            " regions. Name the region, such as --to Storage.westeurope."
        )
        of_some = Gap(subnet.id.text, _FACT, Reason.NOT_RECORDED, None, remedy, "endpoint")
        nic = replace(nic, known_subnet=replace(subnet, known_endpoint=of_some))
    return replace(network, known_nic=nic)


def _unread_ipv6(nic: Nic, target: Target) -> Gap | None:
    """Why the way of IPv6 is not known. None for a target of IPv4."""
    if not target.addresses - EVERY_IPV4:
        return None
    remedy = (
        "The IPv6 address of the interface and its way out for IPv6 are not read."
        " Look at the interface in Azure."
    )
    return Gap(nic.id.text, _FACT, Reason.NOT_RECORDED, None, remedy, "the IPv6 address")


def _places(network: Network, found: Egress) -> Iterator[Place]:
    nic, target = found.interface, found.target
    subnet = nic.known_subnet
    flow = flow_of(network, nic, target)
    for stage in found.stages:
        gap = stage.gap
        unread = gap.remedy if gap else None
        if stage.name == "NIC":
            yield _group_place(nic.association, flow, stage, unread)
        elif isinstance(subnet, Gap):
            yield Place(stage.name, "", (), unread)
        elif stage.name == "subnet":
            yield _group_place(subnet.association, flow, stage, unread)
        elif stage.name == "routes":
            passages = tuple(_route(step, subnet, target) for step in stage.steps)
            name = "" if subnet.known_routes is None else subnet.routes_source.id.name
            yield Place(stage.name, name or f"system routes of {subnet.id.name}", passages, unread)
        elif stage.steps or unread:
            ipv6 = _unread_ipv6(nic, target)
            steps = () if ipv6 else stage.steps
            out = tuple(_passage(step, target) for step in steps)
            yield Place(stage.name, subnet.id.name, out, ipv6.remedy if ipv6 else unread)


def _group_place(place: Association, flow: Flow, stage: Stage, unread: str | None) -> Place:
    """A security group with its rules until nothing is undecided."""
    if isinstance(place.known_group, Gap) or place.known_group is None:
        passages = tuple(_passage(step, flow.target) for step in stage.steps)
        return Place(place.level, place.on.name, passages, unread)
    return Place(place.level, place.source.id.name, tuple(_rules(place, flow)), unread)


def _rules(place: Association, flow: Flow) -> Iterator[Passage]:
    group = place.group
    if group is None:
        return
    decided = outcome(group, place.source, flow).rules
    deciding = {(rule.id, rule.rule, rule.priority): rule for rule in decided}
    last = max((rule.priority or 0 for rule in decided), default=0)
    matches = iter(matches_of(group, place.source, flow))
    for rule in read_rules(group, place.source, flow.target, flow.reach):
        match = True if rule.sources is None else next(matches)
        found = deciding.pop((rule.id, rule.name, rule.priority), None)
        if found:
            yield _deciding(found, flow.target)
        elif (rule.priority or 0) < last:
            yield Passage(
                name=rule.name, effect="no match", why=_why_not(rule, match, flow),
                id=rule.id.text, priority=rule.priority, access=_access(rule.allows),
            )  # fmt: skip
    # The last default rule holds even if the body does not list it.
    yield from (_deciding(rule, flow.target) for rule in deciding.values())


def _deciding(rule: DecidingRule, target: Target) -> Passage:
    ports = ", ".join(f"{first}-{last}" for first, last in rule.ports)
    return Passage(
        name=rule.rule, effect=rule.fate, share=target.share(rule.addresses),
        why=rule.gap.remedy if rule.gap else None, id=rule.id.text, priority=rule.priority,
        access=_access(rule.allows), source_ports=ports or None,
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
        return "its source ports are not those of the guest"
    return "earlier rules decide all that it matches"


def _route(step: Step, subnet: Subnet, target: Target) -> Passage:
    """A route with its prefix and its next hop, as the table has them."""
    table = subnet.known_routes
    routes = table.properties.routes if isinstance(table, RouteTable) and table.properties else ()
    for route in routes or ():
        members = route.properties
        if members and step.root is not None and parse_id(route.id) == step.root:
            hop = " ".join(filter(None, (members.next_hop_type, members.next_hop_ip_address)))
            return replace(
                _passage(step, target), prefix=members.address_prefix, next_hop=hop or None
            )
    return _passage(step, target)


def _passage(step: Step, target: Target) -> Passage:
    return Passage(
        name=step.text,
        effect=step.fate,
        share=target.share(step.addresses),
        id=step.root.text if step.root else None,
    )


def _not_visible(hidden: tuple[Evidence, ...]) -> tuple[str, ...]:
    """What no configuration that is read shows. ``hidden`` may give routes by BGP."""
    givers = ", ".join(dict.fromkeys(f"{shown.value or shown.id.name}" for shown in hidden))
    return (
        "Security admin rules of Azure Virtual Network Manager, which come before security groups.",
        f"Routes that are learnt by BGP{f', which this may give: {givers}' if givers else ''}.",
        "The guest: its firewall, its proxy, its own routes and its DNS.",
        "What the target itself refuses, such as the firewall of a storage account.",
    )
