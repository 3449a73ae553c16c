"""Candidates for an HTTP proxy, of security groups with many prefixes and ports."""

from __future__ import annotations

from time import process_time
from typing import Any

from scanner.network.egress import egress
from scanner.network.proxies import candidates, proxies
from scanner.network.target import target_of
from tests.support.ways import DENY, network, on_nic, on_subnet

PREFIXES = tuple(f"10.9.{at // 250}.{at % 250}/32" for at in range(1000))
NAMED: dict[str, Any] = {
    "access": "Allow",
    "priority": 100,
    "destination_address_prefix": None,
    "destination_address_prefixes": PREFIXES,
}


def test_a_thousand_prefixes_are_judged_together() -> None:
    """A group may have 1,000 rules, and a rule 4,000 prefixes (Azure subscription limits). The
    candidates of one port are one target: one by one they took 44 s."""
    facts = network(nic=on_nic(NAMED, DENY))
    way = egress(facts)
    began = process_time()
    listed = proxies(facts, way)
    assert process_time() - began < 5
    assert [it.address for it in listed] == [*PREFIXES[:10]]
    assert [it.others for it in listed] == [0] * 9 + [990]
    assert str(listed[-1]).endswith(", and 990 more")


def test_the_other_group_denies_a_part() -> None:
    denied = DENY | {"priority": 100, "destination_address_prefix": "10.9.1.0/24"}
    facts = network(
        on_nic(NAMED, DENY), on_subnet(denied, {"access": "Allow", "priority": 200}), routes=None
    )
    found = [*candidates(facts, egress(facts))]
    assert [it.address for it in found] == [*PREFIXES[:250], *PREFIXES[500:]]


def test_many_ports_are_judged_up_to_a_limit() -> None:
    ports = tuple(f"{8000 + at}" for at in range(1000))
    rule = NAMED | {"destination_address_prefixes": PREFIXES[:1], "destination_port_range": None}
    facts = network(nic=on_nic(rule | {"destination_port_ranges": ports}, DENY))
    found = [*candidates(facts, egress(facts))]
    assert [it.ports for it in found] == [*ports[:32]]


def test_the_first_candidate_is_found_alone() -> None:
    """A check asks for one."""
    facts = network(nic=on_nic(NAMED, DENY))
    assert next(candidates(facts, egress(facts))).address == PREFIXES[0]


def test_targets_are_remembered_up_to_a_limit() -> None:
    """A target keeps its parts in tags, so a long scan must not keep every one."""
    first = target_of("10.0.0.1", "westeurope")
    assert target_of("10.0.0.1", "westeurope") is first
    for at in range(300):
        target_of(f"10.1.{at // 250}.{at % 250}", "westeurope")
    assert target_of("10.0.0.1", "westeurope") is not first
