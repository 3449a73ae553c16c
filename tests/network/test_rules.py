"""Network security group rules against Azure Storage of the VM's region, TCP 443.

Design: several prefixes act as their union; Internet, AzureCloud, Storage and the latter two with
the VM's own region contain the target, other tags do not; direction, access and protocol in any
case; an application security group as destination is never Storage.
"""

from __future__ import annotations

from typing import Any

import pytest

from scanner.inventory.armid import ArmId
from scanner.inventory.network_records import (
    NetworkSecurityGroup,
    SecurityGroupProperties,
    SecurityRule,
    SecurityRuleProperties,
)
from scanner.inventory.records import Reference
from scanner.network.prefixes import Addresses
from scanner.network.rules import Flow, Unreadable, decide
from scanner.network.service_tags import edition_of_ranges, storage_of

TARGET = storage_of("westeurope")
ASG = ArmId("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/a/web")
FLOW = Flow(Addresses.of("10.1.0.4"), frozenset({ASG}), TARGET)

ANY: dict[str, Any] = {
    "protocol": "*", "source_port_range": "*", "destination_port_range": "*",
    "source_address_prefix": "*", "destination_address_prefix": "*",
    "direction": "Outbound", "access": "Deny", "priority": 100,
}  # fmt: skip


def rule(name: str = "rule", **members: Any) -> SecurityRule:
    return SecurityRule(name, SecurityRuleProperties(**{**ANY, **members}))


DEFAULTS = (
    rule("AllowVnetOutBound", access="Allow", priority=65000,
         source_address_prefix="VirtualNetwork", destination_address_prefix="VirtualNetwork"),
    rule("AllowInternetOutBound", access="Allow", priority=65001,
         destination_address_prefix="Internet"),
    rule("DenyAllOutBound", priority=65500),
)  # fmt: skip


def denied(*rules: SecurityRule, flow: Flow = FLOW) -> float:
    """The share of the target that is denied."""
    properties = SecurityGroupProperties(rules, DEFAULTS)
    decisions = decide(NetworkSecurityGroup(ArmId("/nsg"), properties), flow)
    whole = sum(len(each.addresses) for each in decisions)
    assert whole == len(TARGET.addresses), "together they decide the whole target"
    return sum(len(each.addresses) for each in decisions if not each.allows) / whole


ALLOW: dict[str, Any] = {"access": "Allow", "priority": 90}


@pytest.mark.parametrize(
    ("rules", "all_or_nothing"),
    [
        ([], 0),
        ([rule()], 1),
        ([rule(), rule(**ALLOW)], 0),
        ([rule(priority=90), rule(access="Allow", priority=100)], 1),
        ([rule(access="Allow", priority=100), rule(priority=90)], 1),
        ([rule(direction="Inbound")], 0),
        ([rule(direction="OUTBOUND", access="deny", protocol="TCP")], 1),
        ([rule(protocol="Udp")], 0),
        ([rule(protocol="Icmp")], 0),
        ([rule(destination_port_range="443")], 1),
        ([rule(destination_port_range="400-443")], 1),
        ([rule(destination_port_range="444-65535")], 0),
        ([rule(destination_port_range="442")], 0),
        ([rule(destination_port_range=None, destination_port_ranges=("80", "440-450"))], 1),
        ([rule(destination_port_range=None, destination_port_ranges=("80", "8443"))], 0),
        ([rule(source_port_range="655")], 0),
        ([rule(source_address_prefix="VirtualNetwork")], 1),
        ([rule(source_address_prefix="10.1.0.0/24")], 1),
        ([rule(source_address_prefix="10.2.0.0/24")], 0),
        ([rule(source_address_prefix="Internet")], 0),
        ([rule(source_address_prefix=None,
               source_address_prefixes=("10.9.0.0/16", "10.1.0.4"))], 1),
        ([rule(source_application_security_groups=(Reference(ASG),))], 1),
        ([rule(source_application_security_groups=(Reference(ArmId("/other")),))], 0),
        ([rule(destination_application_security_groups=(Reference(ASG),))], 0),
        ([rule(destination_address_prefix="Internet")], 1),
        ([rule(destination_address_prefix="INTERNET")], 1),
        ([rule(destination_address_prefix="AzureCloud")], 1),
        ([rule(destination_address_prefix="Storage")], 1),
        ([rule(destination_address_prefix="Storage.WestEurope")], 1),
        ([rule(destination_address_prefix="AzureCloud.westeurope")], 1),
        ([rule(destination_address_prefix="Storage.NorthEurope")], 0),
        ([rule(destination_address_prefix="Sql")], 0),
        ([rule(destination_address_prefix="VirtualNetwork")], 0),
        ([rule(destination_address_prefix="0.0.0.0/0")], 1),
        ([rule(destination_address_prefix="10.0.0.0/8")], 0),
        ([rule(destination_address_prefix=None,
               destination_address_prefixes=("0.0.0.0/1", "128.0.0.0/1"))], 1),
        ([rule(destination_address_prefix="0.0.0.0/1", priority=100),
          rule(destination_address_prefix="128.0.0.0/1", priority=101)], 1),
        ([rule(priority=200), rule(**ALLOW, destination_address_prefix="Storage.WestEurope")], 0),
        ([rule(priority=200), rule(**ALLOW, destination_address_prefix="Storage.NorthEurope")], 1),
    ],
)  # fmt: skip
def test_a_rule_is_about_the_target_or_not(rules, all_or_nothing):
    assert denied(*rules) == all_or_nothing


def test_a_part_is_a_share():
    assert 0 < denied(rule(destination_address_prefix="0.0.0.0/1")) < 1


def test_what_decides_must_be_there():
    group = NetworkSecurityGroup(ArmId("/nsg"), SecurityGroupProperties(None, DEFAULTS))
    with pytest.raises(Unreadable, match="securityRules"):
        decide(group, FLOW)
    with pytest.raises(Unreadable, match="priority"):
        denied(rule(priority=None))


def test_the_built_in_ranges_say_how_old_they_are():
    assert "Public 360" in edition_of_ranges()
    assert storage_of("GermanyWestCentral").addresses == storage_of("germanywestcentral").addresses
