"""Private addresses that rules of security groups allow by name: an HTTP proxy may be there.

Where a group denies the way to Azure, the article of 2018-01 asks for an HTTP proxy server (method
B). If a guest uses one is a setting of the guest, so an address is a candidate and no way.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from msgspec import Struct

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.facts.network import Association, Network
from scanner.inventory.gap import Gap
from scanner.inventory.records.network import SecurityRuleProperties
from scanner.network.asked import as_asked
from scanner.network.egress import Egress, way_to
from scanner.network.target import target_of

_SHORTEST = 24
"""The length of the widest prefix that may name a proxy. A wider one names a whole network."""
_GROUPS = ("NIC", "subnet")


class Proxy(Struct, frozen=True):
    """A private address that may be a proxy."""

    address: str
    """An address, or a prefix."""
    ports: str
    """As the rule has them: ``*``, ``3128`` or ``8080-8090``."""
    rule: str
    id: str
    """The rule that allows it."""

    def __str__(self) -> str:
        ports = "any port" if self.ports == "*" else f"TCP {self.ports}"
        group = ArmId(self.id).parent
        of = f" of {group.name}" if group else ""
        return f"{self.address} over {ports}, which the rule {self.rule}{of} allows"


def is_denied(way: Egress) -> bool:
    """True if security groups stop a part of the target."""
    return any(stage.stops for stage in way.stages if stage.name in _GROUPS)


def proxies(network: Network, way: Egress) -> tuple[Proxy, ...]:
    """The candidates behind a denial, each once. None if no group denies anything."""
    if not is_denied(way):
        return ()
    nic = way.interface
    places = [nic.association]
    if not isinstance(nic.known_subnet, Gap):
        places.append(nic.known_subnet.association)
    named = dict.fromkeys(proxy for place in places for proxy in _named(place))
    first_of = {(proxy.address, proxy.ports): proxy for proxy in reversed([*named])}
    return tuple(proxy for proxy in named
                 if first_of[proxy.address, proxy.ports] == proxy
                 and _is_reached(network, way, proxy))  # fmt: skip


def _named(place: Association) -> Iterator[Proxy]:
    """The private addresses that rules of a group allow by name."""
    group = place.known_group
    if group is None or isinstance(group, Gap) or group.properties is None:
        return
    for rule in group.properties.security_rules or ():
        members = rule.properties
        if members is None or not _allows_tcp(members):
            continue
        prefixes = members.destination_address_prefixes or (members.destination_address_prefix,)
        ranges = members.destination_port_ranges or (members.destination_port_range,)
        rule_id = parse_id(rule.id) or group.id
        for prefix in filter(_is_private, prefixes):
            for ports in filter(None, ranges):
                yield Proxy(str(prefix), ports, rule.name or "rule", rule_id.text)


def _allows_tcp(members: SecurityRuleProperties) -> bool:
    words = [(word or "").lower() for word in (members.direction, members.access)]
    return words == ["outbound", "allow"] and (members.protocol or "").lower() in ("*", "tcp")


def _is_private(prefix: str | None) -> bool:
    try:
        network = ipaddress.IPv4Network((prefix or "").strip(), strict=False)
    except ValueError:
        return False
    return network.is_private and network.prefixlen >= _SHORTEST


def _is_reached(network: Network, way: Egress, proxy: Proxy) -> bool:
    """True if both security groups let packets to a candidate pass.

    A route that is learnt by BGP may lead to it, as to a proxy on-premises.
    """
    first = proxy.ports.partition("-")[0]
    port = int(first) if first.isdigit() else way.target.port
    target = target_of(proxy.address, network.location, way.target.tags, "tcp", port)
    found = way_to(as_asked(network, target), target)
    groups = [stage for stage in found.stages if stage.name in _GROUPS]
    return not any(stage.stops or stage.partly for stage in groups)
