"""What Azure itself answers about a way, next to what its configuration says.

Network Watcher answers about one IPv4 address at a time (Network Watchers, Get Next Hop and Verify
IP Flow, 2024-05-01). Its answers are shown. They never change a verdict.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.facts.network import Network
from scanner.inventory.gap import Gap, require
from scanner.inventory.records.network import IpFlow, NextHop
from scanner.network.addresses import EVERY_IPV4, Addresses, address_text
from scanner.network.asked import as_asked
from scanner.network.egress import Egress, way_to
from scanner.network.ports import CLIENT_PORTS
from scanner.network.routes import NEXT_HOPS
from scanner.network.steps import Step
from scanner.network.target import Protocol, Target
from scanner.network.wireserver import is_wireserver

_ENDPOINT = "virtualnetworkserviceendpoint"
_HOPS = {**NEXT_HOPS, _ENDPOINT: "VirtualNetworkServiceEndpoint"}
_SAME = {
    "virtualapplianceecmp": "virtualappliance",
    "hypernetgateway": "virtualnetworkgateway",
    "virtualnetwork": "vnetlocal",
    "virtualnetworkpeering": "vnetpeering",
}
"""Other names of next hops that Azure answers ("What is next hop in Azure Network Watcher?")."""


class Question(Struct, frozen=True):
    """What Network Watcher is asked: packets of a VM to one address."""

    vm: ArmId
    nic: ArmId
    source: str
    source_port: int
    address: str
    protocol: Protocol
    port: int


class AzureAnswer(Struct, frozen=True, kw_only=True):
    """What Network Watcher answers about one address, and what configuration says of it."""

    address: str
    access: str | None = None
    """``Allow`` or ``Deny``, by the security rules. None if Azure did not answer."""
    rule: str | None = None
    """The rule that decides."""
    next_hop: str | None = None
    """The type of the next hop, in Azure's spelling."""
    next_hop_address: str | None = None
    route_table: str | None = None
    """The id of the route table. None for a system route."""
    our_access: str | None = None
    """What configuration says. None if it leaves that open."""
    our_next_hop: str | None = None
    """The same of configuration, with the address of an appliance."""
    differs: tuple[str, ...] = ()
    """A sentence for every difference."""
    unanswered: tuple[str, ...] = ()
    """Why Azure did not answer."""


class AzureView(Struct, frozen=True, kw_only=True):
    """Azure's own answers about a way."""

    watcher: str | None = None
    """The Network Watcher that was asked."""
    answers: tuple[AzureAnswer, ...] = ()
    not_asked: str | None = None
    """Why Azure was not asked."""


def questions(vm: ArmId, network: Network, target: Target) -> tuple[Question, ...] | str:
    """What to ask about a target: an address that is reached, and one that is not.

    A sentence if Azure is not to be asked. Raises ``Unseen`` if the interface was not read.
    """
    if is_wireserver(target):
        return f"Azure is not asked about {target.text}, to which no route applies."
    if target.is_storage and not target.published:
        return "Azure is not asked: the addresses of Azure Storage in this region are not known."
    if not target.addresses & EVERY_IPV4:
        return "Azure is not asked: Network Watcher answers about IPv4 alone."
    nic = network.nic
    source = require(nic.known_address)
    passes = way_to(as_asked(network, target), target).passes
    parts = (passes & EVERY_IPV4, target.addresses - passes & EVERY_IPV4)
    first_port, _ = CLIENT_PORTS[network.family]
    return tuple(
        Question(vm, nic.id, source, first_port, address_text(part.intervals[0][0]),
                 target.protocol, target.port)
        for part in parts if part
    )  # fmt: skip


def answer(
    network: Network, target: Target, question: Question, hop: NextHop | Gap, flow: IpFlow | Gap
) -> AzureAnswer:
    """Azure's answers about one address of the target, compared with configuration."""
    one = target.narrowed(Addresses.of(question.address), question.address)
    found = way_to(as_asked(network, one), one)
    our_access, step = _access(found), _hop(found)
    theirs = None if type(hop) is Gap else hop
    rule = None if type(flow) is Gap else flow
    table = theirs.route_table_id if theirs else None
    return AzureAnswer(
        address=question.address,
        access=rule.access if rule else None,
        # Azure puts the kind of its list before the name of a rule.
        rule=(rule.rule_name or "").rpartition("/")[2] or None if rule else None,
        next_hop=theirs.next_hop_type if theirs else None,
        next_hop_address=theirs.next_hop_ip_address or None if theirs else None,
        route_table=table if table and table.startswith("/") else None,
        our_access=our_access,
        our_next_hop=_our_hop(step, theirs),
        differs=(*_access_differs(found, our_access, rule), *_hop_differs(question, step, theirs)),
        unanswered=tuple(_unanswered(question, hop, flow)),
    )


def _unanswered(question: Question, hop: NextHop | Gap, flow: IpFlow | Gap) -> Iterator[str]:
    """Why an answer is missing: a gap, or a result without the member that has it."""
    empty = f"Network Watcher's answer about {question.address} has no"
    if type(hop) is Gap:
        yield hop.remedy
    elif not hop.next_hop_type:
        yield f"{empty} nextHopType. Ask again."
    if type(flow) is Gap:
        yield flow.remedy
    elif not flow.access:
        yield f"{empty} access. Ask again."


def _access(found: Egress) -> str | None:
    """What the security groups do with one address. None if that is open."""
    groups = [stage for stage in found.stages if stage.name in ("NIC", "subnet")]
    if any(stage.stops for stage in groups):
        return "Deny"
    return None if any(stage.partly or stage.unread for stage in groups) else "Allow"


def _hop(found: Egress) -> Step | None:
    """The route of one address. None if that is open."""
    routes = [stage for stage in found.stages if stage.name == "routes"]
    steps = [step for stage in routes if not stage.unread for step in stage.steps]
    return steps[0] if len(steps) == 1 else None


def _kind(step: Step | None) -> str | None:
    if step is None:
        return None
    return step.route.kind if step.route else _ENDPOINT


def _our_hop(step: Step | None, hop: NextHop | None) -> str | None:
    """The next hop of configuration, in the spelling of Azure's answer if that is the same."""
    kind = _kind(step)
    if step is None or kind not in _HOPS:
        return None
    spelt = hop.next_hop_type if hop and hop.next_hop_type else ""
    name = spelt if _same(spelt) == kind else _HOPS[kind]
    return " ".join(filter(None, (name, step.route.next_hop if step.route else None)))


def _same(hop: str) -> str:
    """The kind of a next hop by one of its names."""
    return _SAME.get(hop.lower(), hop.lower())


def _access_differs(found: Egress, ours: str | None, flow: IpFlow | None) -> Iterator[str]:
    theirs = flow.access.lower() if flow and flow.access else None
    if ours is None or theirs not in ("allow", "deny") or theirs == ours.lower():
        return
    verbs = {"allow": "allows", "deny": "denies"}
    yield (
        f"Azure {verbs[theirs]} {found.target}, and the security groups that were read"
        f" {'deny' if theirs == 'allow' else 'allow'} it: a security admin rule, or a later change,"
        " may be why."
    )


def _hop_differs(question: Question, step: Step | None, hop: NextHop | None) -> Iterator[str]:
    ours = _kind(step)
    theirs = _same(hop.next_hop_type or "") if hop else ""
    if step is None or ours not in _HOPS or theirs not in _HOPS or hop is None:
        return
    our_address = step.route.next_hop if step.route else None
    has_addresses = theirs == "virtualappliance" and our_address and hop.next_hop_ip_address
    if theirs == ours and not (has_addresses and our_address != hop.next_hop_ip_address):
        return
    to = " ".join(filter(None, (hop.next_hop_type, hop.next_hop_ip_address)))
    our_to = _our_hop(step, hop)
    yield (
        f"Azure sends packets to {question.address} to {to}, and the routes that were read send"
        f" them to {our_to}: a route learnt by BGP, or a later change, may be why."
    )
