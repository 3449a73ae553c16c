"""Random networks, judged by the engine and by a slow and obvious oracle."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support.network_worlds import disagreements, judged, random_world, route_disagreements

WORLDS = 600
"""Worlds of a run. They have every kind, and ``make long`` judges 3,400 more."""
BLOCK = 150
"""Worlds of one test."""


@pytest.mark.parametrize("first", range(0, WORLDS, BLOCK), ids="worlds from {}".format)
def test_the_engine_agrees_with_the_oracle(first: int) -> None:
    worlds = range(first, first + BLOCK)
    assert not [found for seed in worlds for found in disagreements(seed, most=2)]


def test_routes_to_storage_of_all_regions() -> None:
    """Some of it is behind service endpoints, in the worlds that have them."""
    worlds = [seed for seed in range(WORLDS) if random_world(seed).bodies["endpoints"]]
    assert len(worlds) >= 20
    assert not [found for seed in worlds for found in route_disagreements(seed)]


def test_the_worlds_differ() -> None:
    """A test of worlds that are all alike would show nothing."""
    conditions: Counter[str] = Counter()
    for seed in range(WORLDS):
        _, way = judged(seed)
        conditions.update(obstacle.condition for obstacle in way.obstacles)
        conditions["unread"] += way.unseen is not None
        conditions["open"] += not way.obstacles and way.unseen is None
    assert len(conditions) >= 6, conditions
    assert min(conditions.values()) >= 3, conditions


TAGS = {"Storage.WestEurope", "Storage", "AzureCloud.westeurope", "AzureCloud"}


def test_the_worlds_have_every_kind() -> None:
    """Each kind is in some worlds: addresses, ports, tags, groups and what cannot be read."""
    kinds: Counter[str] = Counter()
    for seed in range(WORLDS):
        bodies = judged(seed)[0].bodies
        kinds["IPv6 target"] += bodies["to"] is not None
        table = bodies["routes"]
        for route in table["properties"]["routes"] if table else ():
            prefix = route["properties"]["addressPrefix"]
            kinds["IPv6 route"] += ":" in prefix
            if prefix in TAGS:
                kinds[f"route of {prefix}"] += 1
            kinds["route that cannot be read"] += route["properties"]["nextHopType"] == "Wedged"
        for group in filter(None, (bodies["on_nic"], bodies["on_subnet"])):
            for rule in group["properties"]["securityRules"]:
                text = str(rule["properties"])
                kinds["IPv6 rule"] += "2603:" in text
                kinds["second address"] += "10.1.0.5/32" in text
                kinds["source ports"] += "49152-65535" in text
                kinds["application security group"] += "applicationSecurityGroups" in text
                kinds["several prefixes"] += "destinationAddressPrefixes" in text
                kinds["malformed prefix"] += "10.0.0.0/99" in text
                kinds["unknown tag"] += "Storange" in text
                kinds["priority out of range"] += rule["properties"]["priority"] in (0, -5, 70000)
    assert len(kinds) == 15, sorted(kinds)
    assert min(kinds.values()) >= 3, kinds
