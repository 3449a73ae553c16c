"""Rules of network security groups against Azure Storage of the VM's region, TCP 443.

Design: several prefixes act as their union. The tags Internet, AzureCloud and Storage, and the
last two with the VM's region, contain the target; other tags do not. Direction, access and protocol
are compared without case. An application security group as destination is never Storage.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.base import Reference
from scanner.inventory.records.network import (
    NetworkSecurityGroup,
    SecurityGroupProperties,
    SecurityRule,
    SecurityRuleProperties,
)
from scanner.network.addresses import Addresses
from scanner.network.outbound import Reach
from scanner.network.ports import CLIENT_PORTS
from scanner.network.rules import DecidingRule, Flow, Outcome, outcome
from scanner.network.target import storage_of
from tests.support.security_rules import ANY, DEFAULTS, NSG, rule

TARGET = storage_of("westeurope")
SUBSCRIPTION = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network"
SEEN = Source(NSG, datetime(2026, 1, 15, 6, 0, tzinfo=UTC))
ASG = ArmId(f"{SUBSCRIPTION}/applicationSecurityGroups/web")
FLOW = Flow("10.1.0.4", frozenset({ASG}), TARGET, CLIENT_PORTS["windows"])


def group_of(*rules: SecurityRule) -> NetworkSecurityGroup:
    return NetworkSecurityGroup(id=NSG, properties=SecurityGroupProperties(rules, DEFAULTS))


def decide(*rules: SecurityRule, flow: Flow = FLOW) -> Outcome:
    found = outcome(group_of(*rules), SEEN, flow)
    parts = (found.passes, found.stops, found.partly, found.unread)
    assert sum(part.count for part in parts) == TARGET.addresses.count
    assert Addresses.union(parts) == TARGET.addresses
    return found


def decided(*rules: SecurityRule, flow: Flow = FLOW) -> tuple[DecidingRule, ...]:
    return decide(*rules, flow=flow).rules


def denied(*rules: SecurityRule, flow: Flow = FLOW) -> float:
    """The share of the target that is denied. The rest is allowed."""
    found = decide(*rules, flow=flow)
    assert not found.partly
    assert not found.unread
    return found.stops.count / TARGET.addresses.count


ALLOW: dict[str, Any] = {"access": "Allow", "priority": 90}


def to(prefix: str, **members: Any) -> SecurityRule:
    return rule(destination_address_prefix=prefix, **members)


DENIED: dict[str, tuple[list[SecurityRule], int]] = {
    "default rules": ([], 0),
    "deny": ([rule()], 1),
    "allow before deny": ([rule(), rule(**ALLOW)], 0),
    "deny before allow": ([rule(priority=90), rule(access="Allow", priority=100)], 1),
    "deny before allow, listed later":
        ([rule(access="Allow", priority=100), rule(priority=90)], 1),
    "inbound": ([rule(direction="Inbound")], 0),
    "other casing": ([rule(direction="OUTBOUND", access="deny", protocol="TCP")], 1),
    "UDP": ([rule(protocol="Udp")], 0),
    "ICMP": ([rule(protocol="Icmp")], 0),
    "port 443": ([rule(destination_port_range="443")], 1),
    "ports to 443": ([rule(destination_port_range="400-443")], 1),
    "ports from 444": ([rule(destination_port_range="444-65535")], 0),
    "port 442": ([rule(destination_port_range="442")], 0),
    "list of ports with 443":
        ([rule(destination_port_range=None, destination_port_ranges=("80", "440-450"))], 1),
    "list of ports without 443":
        ([rule(destination_port_range=None, destination_port_ranges=("80", "8443"))], 0),
    "source port 655": ([rule(source_port_range="655")], 0),
    "source port 443": ([rule(source_port_range="443")], 0),
    "source ports from 1024": ([rule(source_port_range="1024-65535")], 1),
    "source ports from 32768": ([rule(source_port_range="32768-65535")], 1),
    "source ports of Windows": ([rule(source_port_range="49152-65535")], 1),
    "source ports of Windows in two rules":
        ([rule(source_port_range="49152-60000"),
          rule(source_port_range="60001-65535", priority=101)], 1),
    "source ports below those of Windows": ([rule(source_port_range="32768-49151")], 0),
    "list of source ports with *":
        ([rule(source_port_range=None, source_port_ranges=("80", "*"))], 1),
    "source VirtualNetwork": ([rule(source_address_prefix="VirtualNetwork")], 1),
    "source with the NIC": ([rule(source_address_prefix="10.1.0.0/24")], 1),
    "source without the NIC": ([rule(source_address_prefix="10.2.0.0/24")], 0),
    "source Internet": ([rule(source_address_prefix="Internet")], 0),
    "list of sources with the NIC":
        ([rule(source_address_prefix=None,
               source_address_prefixes=("10.9.0.0/16", "10.1.0.4"))], 1),
    "source application group of the NIC":
        ([rule(source_application_security_groups=(Reference(ASG),))], 1),
    "another source application group":
        ([rule(source_application_security_groups=(Reference(ArmId("/other")),))], 0),
    "destination application group":
        ([rule(destination_application_security_groups=(Reference(ASG),))], 0),
    "to Internet": ([to("Internet")], 1),
    "to INTERNET": ([to("INTERNET")], 1),
    "to AzureCloud": ([to("AzureCloud")], 1),
    "to Storage": ([to("Storage")], 1),
    "to Storage of the region": ([to("Storage.WestEurope")], 1),
    "to AzureCloud of the region": ([to("AzureCloud.westeurope")], 1),
    "to Storage of another region": ([to("Storage.NorthEurope")], 0),
    "to Sql": ([to("Sql")], 0),
    "to VirtualNetwork": ([to("VirtualNetwork")], 0),
    "to 0.0.0.0/0": ([to("0.0.0.0/0")], 1),
    "to a private range": ([to("10.0.0.0/8")], 0),
    "to both halves of the internet":
        ([rule(destination_address_prefix=None,
               destination_address_prefixes=("0.0.0.0/1", "128.0.0.0/1"))], 1),
    "two rules, each to a half of the internet":
        ([to("0.0.0.0/1", priority=100), to("128.0.0.0/1", priority=101)], 1),
    "allow to Storage of the region before deny":
        ([rule(priority=200), to("Storage.WestEurope", **ALLOW)], 0),
    "allow to Storage of another region before deny":
        ([rule(priority=200), to("Storage.NorthEurope", **ALLOW)], 1),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "share"), DENIED.values(), ids=DENIED)
def test_all_or_nothing_is_denied(rules: list[SecurityRule], share: int) -> None:
    assert denied(*rules) == share


def test_a_part_is_denied() -> None:
    assert 0 < denied(to("0.0.0.0/1")) < 1


@pytest.mark.parametrize(
    ("ports", "expected"), [("8443", 1), ("443", 0), ("443-8443", 1), ("*", 1)]
)
def test_another_port(ports: str, expected: float) -> None:
    flow = Flow(FLOW.address, FLOW.asgs, storage_of("westeurope", port=8443), FLOW.client_ports)
    assert denied(rule(destination_port_range=ports), flow=flow) == expected


@pytest.mark.parametrize(
    ("family", "ports", "expected"),
    [
        pytest.param("windows", "49152-65535", "stops", id="Windows, all of its range"),
        pytest.param("linux", "32768-60999", "stops", id="Linux, all of its range"),
        pytest.param("linux", "49152-65535", "partly", id="Linux, the range of Windows"),
        pytest.param("windows", "32768-60999", "partly", id="Windows, the range of Linux"),
        pytest.param("windows", "50000", "partly", id="Windows, one port"),
        pytest.param("windows", "1024-49151", "passes", id="Windows, other ports"),
        pytest.param("linux", "61000-65535", "passes", id="Linux, other ports"),
        pytest.param(None, "32768-65535", "stops", id="unknown guest, both ranges"),
        pytest.param(None, "49152-65535", "partly", id="unknown guest, the range of Windows"),
    ],
)
def test_source_ports_of_the_guest(family: str | None, ports: str, expected: str) -> None:
    """Windows takes source ports from 49152 to 65535, Linux from 32768 to 60999."""
    flow = Flow(FLOW.address, FLOW.asgs, TARGET, CLIENT_PORTS[family])
    found = decide(rule(source_port_range=ports), flow=flow)
    assert getattr(found, expected) == TARGET.addresses


def test_a_rule_for_some_source_ports_names_them() -> None:
    first, *_ = decided(rule(source_port_range="50000-50009"))
    assert first.ports == ((50000, 50009),)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param([to("VirtualNetwork")], "partly", id="deny, then the default rules"),
        pytest.param([to("VirtualNetwork", **ALLOW), rule()], "partly", id="allow, then deny"),
        pytest.param([to("VirtualNetwork", priority=101), rule()], "stops", id="deny, then deny"),
        pytest.param([], "passes", id="default rules"),
    ],
)
def test_the_virtual_network_may_have_prefixes_of_routes(
    rules: list[SecurityRule], expected: str
) -> None:
    """Service tags: it "might also contain default routes"."""
    reach = Reach(routed=TARGET.addresses)
    found = decide(*rules, flow=Flow(FLOW.address, FLOW.asgs, TARGET, FLOW.client_ports, reach))
    assert getattr(found, expected) == TARGET.addresses


def test_a_decision_names_its_rule() -> None:
    (first,) = decided(rule("stop", priority=4096))
    assert (first.rule, first.priority, first.allows) == ("stop", 4096, False)
    assert first.id == ArmId(f"{NSG}/securityRules/stop")
    nameless = SecurityRule(None, None, SecurityRuleProperties(**ANY))
    (second,) = decided(nameless)
    assert (second.rule, second.id) == ("rule 100", NSG)


def test_a_group_without_its_defaults_still_denies() -> None:
    bare = NetworkSecurityGroup(id=NSG, properties=SecurityGroupProperties((), ()))
    [decision] = outcome(bare, SEEN, FLOW).rules
    assert (decision.rule, decision.allows) == ("DenyAllOutBound", False)


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        pytest.param(None, "properties", id="no properties"),
        pytest.param(
            SecurityGroupProperties(None, DEFAULTS), "properties.securityRules", id="no rules"
        ),
        pytest.param(
            SecurityGroupProperties((), None),
            "properties.defaultSecurityRules",
            id="no default rules",
        ),
    ],
)
def test_an_incomplete_group_is_a_gap(
    properties: SecurityGroupProperties | None, path: str
) -> None:
    found = outcome(NetworkSecurityGroup(id=NSG, properties=properties), SEEN, FLOW)
    assert found.unread == TARGET.addresses
    assert found.gap
    assert found.gap.reason is Reason.NOT_RECORDED
    assert f"no {path}." in found.gap.remedy


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param([rule()], "stops", id="denial of all"),
        pytest.param([rule(access="Allow")], "passes", id="access to all"),
        pytest.param([rule(priority=4096), rule("other", **ALLOW)], "passes", id="access first"),
        pytest.param([to("Sql")], "unread", id="denial of another service"),
    ],
)
def test_default_rules_that_were_not_read_come_last(
    rules: list[SecurityRule], expected: str
) -> None:
    """Network security groups overview: default rules have the lowest priorities."""
    without = SecurityGroupProperties(tuple(rules), None)
    found = outcome(NetworkSecurityGroup(id=NSG, properties=without), SEEN, FLOW)
    assert getattr(found, expected) == TARGET.addresses
    assert (found.gap is not None) is (expected == "unread")


def test_rules_that_were_not_read_come_first() -> None:
    unread = SecurityGroupProperties(None, (rule(),))
    found = outcome(NetworkSecurityGroup(id=NSG, properties=unread), SEEN, FLOW)
    assert found.unread == TARGET.addresses


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({"priority": None}, "unread", id="no priority"),
        pytest.param({"priority": -1}, "unread", id="priority below all"),
        pytest.param({"priority": 70000}, "unread", id="priority above all"),
        pytest.param({"direction": None}, "unread", id="no direction"),
        pytest.param({"access": None}, "unread", id="no access"),
        pytest.param({"access": "Audit"}, "unread", id="unknown access"),
        pytest.param({"destination_port_range": "https"}, "unread", id="unknown port"),
        pytest.param(
            {"destination_port_range": "https", "protocol": "Udp"},
            "passes",
            id="UDP, unknown port",
        ),
        pytest.param({"direction": "Inbound", "priority": None}, "passes", id="inbound"),
        pytest.param({"protocol": None}, "unread", id="no protocol"),
        pytest.param({"protocol": ""}, "unread", id="empty protocol"),
        pytest.param({"protocol": "Wedged"}, "unread", id="unknown protocol"),
        pytest.param({"direction": "Wedged"}, "unread", id="unknown direction"),
        pytest.param({"destination_address_prefix": None}, "unread", id="no destination"),
        pytest.param({"destination_address_prefix": ""}, "unread", id="empty destination"),
        pytest.param({"destination_address_prefix": "10.0.0.0/99"}, "unread", id="no prefix"),
        pytest.param({"destination_address_prefix": "Storange"}, "unread", id="unknown tag"),
        pytest.param({"destination_address_prefix": "2001:db8::/32"}, "passes", id="IPv6"),
        pytest.param({"source_address_prefix": None}, "unread", id="no source"),
        pytest.param({"source_address_prefix": "10.0.0"}, "unread", id="no source prefix"),
        pytest.param({"source_port_range": None}, "unread", id="no source port"),
        pytest.param({"destination_port_range": None}, "unread", id="no destination port"),
        pytest.param({"source_port_range": None, "protocol": "Icmp"}, "passes", id="ICMP"),
    ],
)
def test_an_incomplete_rule_is_a_gap_if_it_matters(members: dict[str, Any], expected: str) -> None:
    found = decide(rule(**members))
    assert getattr(found, expected) == TARGET.addresses
    assert bool(found.gap and found.gap.reason is Reason.NOT_RECORDED) is (expected == "unread")
    # It does not matter if the rest denies everything, too: it is a denial itself.
    known = members.get("access", "Deny") == "Deny"
    closed = decide(rule(**members), rule(priority=200))
    assert (closed.stops == TARGET.addresses) is known
    assert closed.passes == Addresses()


def test_one_broken_destination_does_not_hide_the_others() -> None:
    found = decide(
        rule(
            destination_address_prefix=None,
            destination_address_prefixes=("0.0.0.0/1", "Storange"),
        )
    )
    half = Addresses.of("0.0.0.0/1") & TARGET.addresses
    assert (found.stops, found.unread) == (half, TARGET.addresses - half)


def test_two_rules_of_one_priority_are_a_gap_if_they_differ() -> None:
    both = decide(rule("a"), rule("b", access="Allow"))
    assert both.unread == TARGET.addresses
    assert both.gap
    assert decide(rule("a"), rule("b")).stops == TARGET.addresses


@pytest.mark.parametrize(
    ("source", "needed"), [("10.1.0.0/16", True), ("*", False), ("Internet", False)]
)
def test_addresses_are_needed_only_for_a_source_prefix(source: str, needed: bool) -> None:
    gap = Gap("/nic", "network", Reason.DENIED, None, "It was refused.")
    flow = Flow(gap, frozenset(), TARGET, FLOW.client_ports)
    found = decide(rule(source_address_prefix=source), flow=flow)
    assert found.gap is (gap if needed else None)


def test_regions_are_matched_by_the_tags_name() -> None:
    """The ``region`` of a tag in Microsoft's data may be abbreviated: germanywc, norwaye."""
    for name in ("GermanyWestCentral", "norwayeast", "francecentral", "usgovvirginia"):
        found = storage_of(name)
        assert found.published
        assert found.addresses == storage_of(name.lower()).addresses
    # Compared by identity, and not kept for ever.
    assert storage_of("West Europe") == storage_of("westeurope")
    assert TARGET.published == "Public 360"
    assert storage_of("atlantis").published is None


RULES = st.lists(
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
    unique_by=lambda drawn: drawn.properties.priority if drawn.properties else None,
)


def allowed(*rules: SecurityRule) -> Addresses:
    return decide(*rules).passes


@given(RULES, st.randoms())
def test_the_order_of_rules_is_ignored(rules: list[SecurityRule], shuffle: Any) -> None:
    before = decided(*rules)
    shuffle.shuffle(rules)
    assert decided(*rules) == before


@given(RULES)
def test_decisions_are_disjoint_and_cover_the_target(rules: list[SecurityRule]) -> None:
    decisions = decided(*rules)
    for index, decision in enumerate(decisions):
        assert decision.addresses
        assert not any(decision.addresses & later.addresses for later in decisions[index + 1 :])
    assert Addresses.union(decision.addresses for decision in decisions) == TARGET.addresses


@given(RULES, st.sampled_from(("Allow", "Deny")))
def test_a_first_rule_on_everything_decides_alone(rules: list[SecurityRule], access: str) -> None:
    [decision] = decided(rule("first", access=access, priority=1), *rules)
    assert (decision.rule, decision.allows) == ("first", access == "Allow")


@given(RULES)
def test_a_prefix_equals_its_two_halves(rules: list[SecurityRule]) -> None:
    whole = rule("whole", priority=99, destination_address_prefix="20.0.0.0/6")
    halves = rule(
        "halves",
        priority=99,
        destination_address_prefix=None,
        destination_address_prefixes=("20.0.0.0/7", "22.0.0.0/7"),
    )
    assert allowed(*rules, whole) == allowed(*rules, halves)
