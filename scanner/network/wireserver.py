"""The platform's address 168.63.129.16, by which the guest's agent talks to Azure.

Security groups do not apply to it unless a rule names the service tag of a platform service
(Network security groups overview, 2025-07-15, "Azure platform considerations"). Routes do not apply
to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from scanner.inventory.evidence import Source
from scanner.inventory.facts.network import Association, Network
from scanner.inventory.gap import Gap, present, require
from scanner.inventory.records.network import (
    NetworkSecurityGroup,
    SecurityGroupProperties,
    SecurityRule,
    SecurityRuleProperties,
)
from scanner.network.addresses import Addresses
from scanner.network.memo import memoized
from scanner.network.rules import Flow
from scanner.network.service_tags import NOTHING_PUBLISHED
from scanner.network.steps import Stage, flow_of, through_group
from scanner.network.target import Protocol, Target

ADDRESS = "168.63.129.16"
_TAGS = frozenset(("azureplatformdns", "azureplatformimds", "azureplatformlkm"))
_ADDRESSES = Addresses.of(ADDRESS)


@cache
def wireserver(protocol: Protocol, port: int) -> Target:
    """The platform's address as a target. It is in the tags of the platform alone."""
    return Target(ADDRESS, _ADDRESSES, NOTHING_PUBLISHED, _TAGS, None, protocol, port)


def is_wireserver(target: Target) -> bool:
    """True for the platform's address alone."""
    return target.addresses == _ADDRESSES


_ALLOWED = SecurityRule(
    name="the platform's own access",
    properties=SecurityRuleProperties(
        priority=65500,
        direction="Outbound",
        access="Allow",
        protocol="*",
        source_port_range="*",
        destination_port_range="*",
        source_address_prefix="*",
        destination_address_prefix="*",
    ),
)


def to_wireserver(network: Network, ports: tuple[int, ...]) -> Iterator[Stage]:
    """What the security groups do with the platform's address, by port and level.

    Raises ``Unseen`` if the NIC, its subnet or one of the groups was not read.
    """
    nic = network.nic
    for port in ports:
        flow = flow_of(network, nic, wireserver("tcp", port))
        for place in (nic.association, nic.subnet.association):
            if require(place.known_group) is not None:
                yield _through(place, flow)


def _through(place: Association, flow: Flow) -> Stage:
    group = present(place.group, place.source, "", "network")
    kept = of_platform(group, place.source)
    stage = through_group(Association(place.level, place.on, kept, place.source), flow)
    require(stage.gap if stage.gap and stage.unread else stage)
    return stage


@memoized
def of_platform(group: NetworkSecurityGroup, source: Source) -> NetworkSecurityGroup | Gap:
    """The group with the rules alone that name a platform tag. All else is allowed."""
    properties = present(group.properties, source, "properties", "network")
    rules = present(properties.security_rules, source, "properties.securityRules", "network")
    named = tuple(rule for rule in rules if _names_platform(rule))
    return NetworkSecurityGroup(id=group.id, properties=SecurityGroupProperties(named, (_ALLOWED,)))


def _names_platform(rule: SecurityRule) -> bool:
    members = rule.properties
    if members is None:
        return False
    prefixes = (members.destination_address_prefix, *(members.destination_address_prefixes or ()))
    return any(prefix and prefix.strip().lower() in _TAGS for prefix in prefixes)
