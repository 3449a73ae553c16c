"""Private addresses that rules of security groups allow by name: an HTTP proxy may be there.

Where a group denies the way to Azure, the article of 2018-01 asks for an HTTP proxy server (method
B). If a guest uses one is a setting of the guest, so an address is a candidate and no way.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.evidence import Source
from scanner.inventory.facts.network import Association, Network
from scanner.inventory.gap import Gap
from scanner.inventory.records.network import NetworkSecurityGroup, SecurityRuleProperties
from scanner.network.addresses import Addresses
from scanner.network.egress import Egress
from scanner.network.memo import memoized
from scanner.network.service_tags import ServiceTags
from scanner.network.steps import flow_of, through_group
from scanner.network.target import Target

_SHORTEST = 24
"""The length of the widest prefix that may name a proxy. A wider one names a whole network."""
_GROUPS = ("NIC", "subnet")
_MOST_LISTED = 10
"""Candidates that are listed. The last one has the number of the others."""
_MOST_PORTS = 32
"""Ports of one security group whose candidates are judged."""


class Proxy(Struct, frozen=True):
    """A private address that may be a proxy."""

    address: str
    """An address, or a prefix."""
    ports: str
    """As the rule has them: ``*``, ``3128`` or ``8080-8090``."""
    rule: str
    id: str
    """The rule that allows it."""
    others: int = 0
    """Further candidates that are not listed. Only the last one that is listed has them."""

    def __str__(self) -> str:
        ports = "any port" if self.ports == "*" else f"TCP {self.ports}"
        group = ArmId(self.id).parent
        of = f" of {group.name}" if group else ""
        more = f", and {self.others:,} more" if self.others else ""
        return f"{self.address} over {ports}, which the rule {self.rule}{of} allows{more}"


class _Batch(Struct, frozen=True, gc=False):
    """The candidates of a group that have one port, judged together as one target."""

    target: Target
    named: tuple[tuple[Proxy, Addresses], ...]


def is_denied(way: Egress) -> bool:
    """True if security groups stop a part of the target."""
    return any(stage.stops for stage in way.stages if stage.name in _GROUPS)


def proxies(network: Network, way: Egress) -> tuple[Proxy, ...]:
    """The first candidates behind a denial. The last one has the number of the others."""
    found = candidates(network, way)
    first = tuple(islice(found, _MOST_LISTED))
    others = sum(1 for _ in found)
    return (*first[:-1], replace(first[-1], others=others)) if others else first


def candidates(network: Network, way: Egress) -> Iterator[Proxy]:
    """The candidates behind a denial, every one once. None if no group denies anything.

    A route that is learnt by BGP may lead to one, as to a proxy on-premises: only the security
    groups are judged. Candidates of more ports of one group than the first 32 are left out.
    """
    if not is_denied(way):
        return
    nic, subnet = way.interface, way.interface.known_subnet
    places = (nic.association, *(() if type(subnet) is Gap else (subnet.association,)))
    seen = set[tuple[str, str]]()
    for place in places:
        group = place.known_group
        if group is None or type(group) is Gap:
            continue
        for batch in _batches(group, place.source, way.target.tags, way.target.port):
            kept = _let_pass(network, way, places, batch.target)
            for proxy, addresses in batch.named:
                key = proxy.address, proxy.ports
                if key not in seen and kept.covers(addresses):
                    seen.add(key)
                    yield proxy


def _let_pass(
    network: Network, way: Egress, places: tuple[Association, ...], target: Target
) -> Addresses:
    """The part of a target that the security groups let pass, or may."""
    flow = flow_of(network, way.interface, target)
    stages = [through_group(place, flow) for place in places]
    lost = (part for stage in stages for part in (stage.stops, stage.partly))
    return target.addresses - Addresses.union(lost)


@memoized
def _batches(
    group: NetworkSecurityGroup, _: Source, tags: ServiceTags, port: int
) -> tuple[_Batch, ...]:
    """The candidates of a group by port. ``port`` is that of rules for every port.

    Remembered with their targets, so that a group which many VMs share is judged once.
    """
    by_port: dict[int, list[tuple[Proxy, Addresses]]] = defaultdict(list)
    for proxy in _named(group):
        first = proxy.ports.partition("-")[0]
        number = int(first) if first.isdecimal() else port
        by_port[number].append((proxy, Addresses.of(proxy.address)))
    batches = []
    for number, found in islice(by_port.items(), _MOST_PORTS):
        together = Addresses.union(addresses for _, addresses in found)
        batches.append(_Batch(Target("a proxy", together, tags, port=number), tuple(found)))
    return tuple(batches)


def _named(group: NetworkSecurityGroup) -> Iterator[Proxy]:
    """The private addresses that rules of a group allow by name."""
    rules = group.properties.security_rules if group.properties else None
    for rule in rules or ():
        members = rule.properties
        if members is None or not _allows_tcp(members):
            continue
        rule_id = parse_id(rule.id) or group.id
        for prefix in filter(_is_private, members.destination_prefixes):
            for ports in filter(None, members.destination_ports):
                yield Proxy(prefix, ports, rule.name or "rule", rule_id.text)


def _allows_tcp(members: SecurityRuleProperties) -> bool:
    words = [(word or "").lower() for word in (members.direction, members.access)]
    return words == ["outbound", "allow"] and (members.protocol or "").lower() in ("*", "tcp")


def _is_private(prefix: str) -> bool:
    try:
        network = ipaddress.IPv4Network(prefix.strip(), strict=False)
    except ValueError:
        return False
    return network.is_private and network.prefixlen >= _SHORTEST
