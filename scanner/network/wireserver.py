"""The platform's address 168.63.129.16, by which the guest's agent talks to Azure.

Security groups do not apply to it unless a rule names the service tag of a platform service
(Network security groups overview, 2025-07-15, "Azure platform considerations"). Routes do not apply
to it.
"""

from __future__ import annotations

from functools import cache

from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, present
from scanner.inventory.records.network import (
    NetworkSecurityGroup,
    SecurityGroupProperties,
    SecurityRule,
    SecurityRuleProperties,
)
from scanner.network.addresses import Addresses
from scanner.network.memo import memoized
from scanner.network.service_tags import NOTHING_PUBLISHED, is_known
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


@memoized
def of_platform(group: NetworkSecurityGroup, source: Source) -> NetworkSecurityGroup | Gap:
    """The group with the rules alone that name a platform tag, or may. All else is allowed."""
    properties = present(group.properties, source, "properties", "network")
    rules = present(properties.security_rules, source, "properties.securityRules", "network")
    named = tuple(rule for rule in rules if _may_name_platform(rule))
    return NetworkSecurityGroup(id=group.id, properties=SecurityGroupProperties(named, (_ALLOWED,)))


def _may_name_platform(rule: SecurityRule) -> bool:
    """True for a rule that names a platform tag, or whose destination cannot be read."""
    members = rule.properties
    if members is None:
        return True
    if members.destination_application_security_groups:
        return False
    singular = members.destination_address_prefix
    prefixes = members.destination_address_prefixes or ((singular,) if singular else ())
    return not prefixes or any(map(_may_be_platform, prefixes))


def _may_be_platform(prefix: str) -> bool:
    if prefix.strip().lower() in _TAGS:
        return True
    if prefix.strip() == "*" or is_known(prefix):
        return False
    try:
        Addresses.of(prefix)
    except ValueError:
        return True
    return False
