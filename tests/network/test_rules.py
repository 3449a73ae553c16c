"""Network security group rules against Azure Storage of the VM's region, TCP 443.

Design: several prefixes act as their union; Internet, AzureCloud, Storage and the latter two with
the VM's own region contain the target, other tags do not; direction, access and protocol in any
case; an application security group as destination is never Storage.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, Reason, Unseen
from scanner.inventory.records.base import Reference
from scanner.inventory.records.network import (
    NetworkSecurityGroup,
    SecurityGroupProperties,
    SecurityRule,
    SecurityRuleProperties,
)
from scanner.network.prefixes import Addresses
from scanner.network.rules import DecidingRule, Flow, deciding_rules
from scanner.network.service_tags import storage_of
from tests.support.security_rules import ANY, DEFAULTS, NSG, rule

TARGET = storage_of("westeurope")
SUBSCRIPTION = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network"
SEEN = Source(NSG, datetime(2026, 1, 15, 6, 0, tzinfo=UTC))
ASG = ArmId(f"{SUBSCRIPTION}/applicationSecurityGroups/web")
FLOW = Flow(("10.1.0.4",), frozenset({ASG}), TARGET)


def decided(*rules: SecurityRule, flow: Flow = FLOW) -> tuple[DecidingRule, ...]:
    group = NetworkSecurityGroup(id=NSG, properties=SecurityGroupProperties(rules, DEFAULTS))
    return deciding_rules(group, SEEN, flow)


def denied(*rules: SecurityRule, flow: Flow = FLOW) -> float:
    """The share of the target that is denied."""
    decisions = decided(*rules, flow=flow)
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
        ([rule(source_port_range="443")], 0),
        ([rule(source_port_range="1024-65535")], 1),
        ([rule(source_port_range="32768-65535")], 1),
        ([rule(source_port_range="32769-65535")], 0),
        ([rule(source_port_range=None, source_port_ranges=("80", "*"))], 1),
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
def test_a_rule_is_about_the_target_or_not(
    rules: list[SecurityRule], all_or_nothing: float
) -> None:
    assert denied(*rules) == all_or_nothing


def test_a_part_is_a_share() -> None:
    assert 0 < denied(rule(destination_address_prefix="0.0.0.0/1")) < 1


@pytest.mark.parametrize(
    ("ports", "expected"), [("8443", 1), ("443", 0), ("443-8443", 1), ("*", 1)]
)
def test_another_port(ports: str, expected: float) -> None:
    flow = Flow(FLOW.known_addresses, FLOW.asgs, TARGET, 8443)
    assert denied(rule(destination_port_range=ports), flow=flow) == expected


def test_a_decision_names_its_rule() -> None:
    (first,) = decided(rule("stop", priority=4096))
    assert (first.rule, first.priority, first.allows) == ("stop", 4096, False)
    assert first.id == ArmId(f"{NSG}/securityRules/stop")
    nameless = SecurityRule(None, None, SecurityRuleProperties(**ANY))
    (second,) = decided(nameless)
    assert (second.rule, second.id) == ("rule 100", NSG)


def test_a_group_without_its_defaults_still_denies() -> None:
    bare = NetworkSecurityGroup(id=NSG, properties=SecurityGroupProperties((), ()))
    assert [(each.rule, each.allows) for each in deciding_rules(bare, SEEN, FLOW)] == [
        ("DenyAllOutBound", False)
    ]


@pytest.mark.parametrize(
    ("group", "path"),
    [
        (NetworkSecurityGroup(id=NSG, properties=None), "properties"),
        (
            NetworkSecurityGroup(id=NSG, properties=SecurityGroupProperties(None, DEFAULTS)),
            "properties.securityRules",
        ),
        (
            NetworkSecurityGroup(id=NSG, properties=SecurityGroupProperties((), None)),
            "properties.defaultSecurityRules",
        ),
    ],
)
def test_a_group_must_show_its_rules(group: NetworkSecurityGroup, path: str) -> None:
    with pytest.raises(Unseen) as unseen:
        deciding_rules(group, SEEN, FLOW)
    assert unseen.value.gap.reason is Reason.NOT_RECORDED
    assert f"no {path}." in unseen.value.gap.remedy


@pytest.mark.parametrize(
    ("members", "needed"),
    [
        ({"priority": None}, True),
        ({"direction": None}, True),
        ({"access": None}, True),
        ({"access": "Audit"}, True),
        ({"destination_port_range": "https"}, True),
        ({"destination_port_range": "https", "protocol": "Udp"}, False),
        ({"direction": "Inbound", "priority": None}, False),
        ({"protocol": None}, False),
    ],
)
def test_what_decides_must_be_there(members: dict[str, Any], needed: bool) -> None:
    if needed:
        with pytest.raises(Unseen) as unseen:
            decided(rule(**members))
        assert unseen.value.gap.reason is Reason.NOT_RECORDED
    else:
        assert decided(rule(**members))


@pytest.mark.parametrize(
    ("source", "needed"), [("10.1.0.0/16", True), ("*", False), ("Internet", False)]
)
def test_addresses_are_needed_only_where_a_rule_is_about_some(source: str, needed: bool) -> None:
    gap = Gap("/nic", "network", Reason.DENIED, None, "It was refused.")
    flow = Flow(gap, frozenset(), TARGET)
    if needed:
        with pytest.raises(Unseen) as unseen:
            decided(rule(source_address_prefix=source), flow=flow)
        assert unseen.value.gap is gap
    else:
        assert decided(rule(source_address_prefix=source), flow=flow)


def test_regions_are_matched_by_the_tags_name() -> None:
    """Microsoft's data abbreviates some regions in its own region member: germanywc, norwaye."""
    for name in ("GermanyWestCentral", "norwayeast", "francecentral", "usgovvirginia"):
        found = storage_of(name)
        assert found.published
        assert found.addresses == storage_of(name.lower()).addresses
    assert storage_of("West Europe") == TARGET
    assert TARGET.published == "Public 360"
    assert storage_of("atlantis").published is None


WRITTEN = st.lists(
    st.builds(
        rule,
        st.sampled_from("abc"),
        access=st.sampled_from(("Allow", "Deny")),
        priority=st.integers(100, 4096),
        destination_address_prefix=st.sampled_from(
            ("*", "0.0.0.0/1", "128.0.0.0/1", "20.0.0.0/6", "Storage", "Sql", "10.0.0.0/8")
        ),
        destination_port_range=st.sampled_from(("*", "443", "80", "1-442")),
    ),
    max_size=6,
    unique_by=lambda each: each.properties.priority if each.properties else None,
)


def allowed(decisions: tuple[DecidingRule, ...]) -> Addresses:
    return reduce(or_, (each.addresses for each in decisions if each.allows), Addresses())


@given(WRITTEN, st.randoms())
def test_the_order_of_listing_is_nothing(rules: list[SecurityRule], shuffle: Any) -> None:
    before = decided(*rules)
    shuffle.shuffle(rules)
    assert decided(*rules) == before


@given(WRITTEN)
def test_decisions_are_disjoint_and_cover_the_target(rules: list[SecurityRule]) -> None:
    decisions = decided(*rules)
    for index, each in enumerate(decisions):
        assert each.addresses
        assert not any(each.addresses & other.addresses for other in decisions[index + 1 :])
    assert reduce(or_, (each.addresses for each in decisions)) == TARGET.addresses


@given(WRITTEN, st.sampled_from(("Allow", "Deny")))
def test_a_first_rule_on_everything_decides_alone(rules: list[SecurityRule], access: str) -> None:
    decisions = decided(rule("first", access=access, priority=1), *rules)
    assert [(each.rule, each.allows) for each in decisions] == [("first", access == "Allow")]


@given(WRITTEN)
def test_a_prefix_is_its_halves(rules: list[SecurityRule]) -> None:
    whole = rule("whole", priority=99, destination_address_prefix="20.0.0.0/6")
    halves = rule(
        "halves",
        priority=99,
        destination_address_prefix=None,
        destination_address_prefixes=("20.0.0.0/7", "22.0.0.0/7"),
    )
    assert allowed(decided(*rules, whole)) == allowed(decided(*rules, halves))
