"""The platform's addresses: 168.63.129.16, by which the guest's agent talks to Azure, and that of
the Instance Metadata Service.

Security groups do not apply to them unless a rule names the service tag of a platform service
(Network security groups overview, 2025-07-15, "Azure platform considerations"). Routes do not apply
to them.
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

_DNS, _IMDS, _LKM = "azureplatformdns", "azureplatformimds", "azureplatformlkm"
_TAGS = frozenset((_DNS, _IMDS, _LKM))
_TAGS_OF = {"168.63.129.16": _TAGS, "169.254.169.254": frozenset((_IMDS,))}
"""The addresses of the platform, and the tags that contain them."""
_BY_ADDRESSES = {Addresses.of(address): address for address in _TAGS_OF}
PLATFORM = Addresses.union(_BY_ADDRESSES)
"""The addresses of the platform, to which neither security groups nor routes apply."""


def of_the_platform(target: Target) -> Target:
    """An address of the platform as a target, which is in tags of the platform alone.

    All other targets are returned as they are.
    """
    address = _BY_ADDRESSES.get(target.addresses)
    return _target(address, target.protocol, target.port) if address else target


@cache
def _target(address: str, protocol: Protocol, port: int) -> Target:
    return Target(address, Addresses.of(address), NOTHING_PUBLISHED, _TAGS_OF[address], None,
                  protocol, port)  # fmt: skip


def is_wireserver(target: Target) -> bool:
    """True for one address of the platform alone."""
    return target.addresses in _BY_ADDRESSES


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
    prefixes = members.destination_prefixes
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
