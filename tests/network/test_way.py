"""The way: every place on it, with what decides there, in the order in which Azure decides."""

from __future__ import annotations

from typing import Any

from scanner.inventory.facts.network import Network
from scanner.inventory.records.network import NetworkSecurityGroup
from scanner.network.target import storage_of
from scanner.network.way import Place, Way, way_of
from tests.support.facts import VM_ID, gap, network, nsg, outbound
from tests.support.security_rules import rule

TARGET = storage_of("westeurope")


def way(facts: Network) -> Way:
    return way_of(VM_ID, facts, TARGET)


def place(facts: Network, name: str) -> Place:
    (found,) = (place for place in way(facts).places if place.name == name)
    return found


def group(*rules: dict[str, Any]) -> NetworkSecurityGroup:
    found = (rule(**members).properties for members in rules)
    return nsg(*(properties for properties in found if properties))


def test_an_open_way() -> None:
    found = way(network())
    passages = [(it.name, [(step.effect, step.share) for step in it.passages])
                for it in found.places]  # fmt: skip
    assert passages == [
        ("NIC", [("passes", "100 %")]),
        ("subnet", [("passes", "100 %")]),
        ("routes", [("leaves", "100 %")]),
        ("way out", [("leaves", "100 %")]),
    ]
    assert (found.verdict, found.passes, found.address) == ("reached", "100 %", "10.20.0.4")
    # Default outbound access in Azure: new virtual networks do not have it.
    assert "2026-03-31" in found.places[-1].passages[0].name


def test_rules_until_one_decides() -> None:
    rules = group(
        {"priority": 100, "protocol": "Udp"},
        {"priority": 110, "destination_address_prefix": "Sql"},
        {"priority": 120, "source_address_prefix": "10.9.0.0/16"},
        {"priority": 130, "access": "Allow", "destination_address_prefix": "0.0.0.0/1"},
        {"priority": 140},
        {"priority": 150, "destination_address_prefix": "Sql"},
    )
    found = place(network(rules), "NIC").passages
    assert [(it.priority, it.effect, it.why) for it in found] == [
        (100, "no match", "it is not for TCP 443"),
        (110, "no match", "its destination is another one"),
        (120, "no match", "its source is another one"),
        (130, "passes", None),
        (140, "stops", None),
    ]
    shares = [int((it.share or "").removesuffix(" %")) for it in found[3:]]
    assert sum(shares) in (99, 100, 101)


def test_rules_of_one_name_that_have_no_priority() -> None:
    """Every one of them may come first, so both are shown."""
    found = place(network(group({"priority": None}, {"priority": None})), "NIC").passages
    assert [it.effect for it in found if it.priority is None] == ["stops", "stops"]


def test_source_ports_of_a_rule_are_one_range() -> None:
    """Service overview and network port requirements for Windows: 49152-65535. The other rule cuts
    the range in two."""
    rules = group(
        {"priority": 100, "source_port_range": "50000-50100", "access": "Allow"},
        {"priority": 110, "source_port_range": "50000-60000"},
    )
    (allow, deny, last) = place(network(rules), "NIC").passages
    assert (allow.effect, allow.source_ports) == ("passes", "50000-50100")
    assert (deny.effect, deny.source_ports) == ("may stop", "50101-60000")
    assert (last.effect, last.name) == ("may stop", "DenyAllOutBound")


def test_what_was_not_read_has_its_place() -> None:
    unread = gap("network")
    found = place(network(on_nic=unread), "NIC")
    assert (found.passages, found.unread) == ((), unread.remedy)
    assert way(network(on_nic=unread)).verdict == "unknown"


def test_a_group_that_denies() -> None:
    found = place(network(on_subnet=nsg(outbound("Deny", 4096, "Internet"))), "subnet")
    stopping = [it for it in found.passages if it.effect == "stops"]
    assert [it.share for it in stopping] == ["100 %"]
