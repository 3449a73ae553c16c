"""The proof: every step of the way, in the order in which Azure decides."""

from __future__ import annotations

from typing import Any

from scanner.inventory.facts.network import Network
from scanner.inventory.records.network import NetworkSecurityGroup
from scanner.network.egress import egress
from scanner.network.proof import Line, proof
from tests.support.facts import gap, network, nsg, outbound
from tests.support.security_rules import rule


def lines(facts: Network) -> list[Line]:
    return list(proof(facts, egress(facts)))


def group(*rules: dict[str, Any]) -> NetworkSecurityGroup:
    found = (rule(**members).properties for members in rules)
    return nsg(*(properties for properties in found if properties))


def test_an_open_way() -> None:
    found = lines(network())
    assert [(line.place, line.fate, line.share) for line in found] == [
        ("interface", "begins", ""),
        ("NIC", "passes", "100 %"),
        ("subnet", "passes", "100 %"),
        ("routes", "leaves", "100 %"),
        ("way out", "leaves", "100 %"),
    ]
    assert found[0].text == "web-01VMNic, by 10.20.0.4"
    assert "2026-03-31" in found[-1].text


def test_rules_until_one_decides() -> None:
    rules = group(
        {"priority": 100, "protocol": "Udp"},
        {"priority": 110, "destination_address_prefix": "Sql"},
        {"priority": 120, "source_address_prefix": "10.9.0.0/16"},
        {"priority": 130, "access": "Allow", "destination_address_prefix": "0.0.0.0/1"},
        {"priority": 140},
        {"priority": 150, "destination_address_prefix": "Sql"},
    )
    found = [line for line in lines(network(rules)) if line.place == "NIC"]
    assert [(line.fate, line.text.partition(":")[2].strip()) for line in found[:3]] == [
        ("skips", "it is not for TCP 443"),
        ("skips", "its destination is another one"),
        ("skips", "its source is another one"),
    ]
    assert [line.fate for line in found[3:]] == ["passes", "stops"]
    assert [line.root and line.root.name for line in found[3:]] == ["rule-4", "rule-5"]
    shares = [int(line.share.removesuffix(" %")) for line in found[3:]]
    assert sum(shares) in (99, 100, 101)


def test_what_was_not_read_has_its_place() -> None:
    unread = gap("network")
    (line,) = [line for line in lines(network(on_nic=unread)) if line.place == "NIC"]
    assert (line.fate, line.gap, line.share) == ("unread", unread, "100 %")


def test_a_group_that_denies() -> None:
    found = lines(network(on_subnet=nsg(outbound("Deny", 4096, "Internet"))))
    stopping = [line for line in found if line.fate == "stops"]
    assert [(line.place, line.share) for line in stopping] == [("subnet", "100 %")]
