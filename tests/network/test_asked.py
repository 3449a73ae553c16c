"""The network as packets to one target meet it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from scanner.inventory.facts.network import Ipv6
from scanner.network.target import Protocol, target_of
from scanner.network.way import way_of
from tests.support.facts import VM_ID
from tests.support.ways import WAY, network

ROWS: list[tuple[str, Protocol, str]] = [
    ("Storage.{region}", "tcp", "possible"),
    ("Storage.{region}", "udp", "reached"),
    ("2603:1020::1", "tcp", "possible"),
    ("2603:1020::1", "udp", "reached"),
]


@pytest.mark.parametrize(("to", "protocol", "verdict"), ROWS)
def test_a_rule_of_a_load_balancer_is_a_way_out_over_its_protocol(
    to: str, protocol: Protocol, verdict: str
) -> None:
    """A private subnet whose only way out is an outbound rule for UDP (Outbound rules of Azure
    Load Balancer)."""
    facts = network(private=True, ipv6=Ipv6("fd00::4", (), (), outbound_rules_udp=WAY))
    facts = replace(facts, known_nic=replace(facts.nic, outbound_rules_udp=WAY))
    target = target_of(to, "westeurope", protocol=protocol)
    assert way_of(VM_ID, facts, target).verdict == verdict
