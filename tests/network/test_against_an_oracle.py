"""Random networks, judged by the engine and by a slow and obvious oracle."""

from __future__ import annotations

from collections import Counter

from tests.support.network_worlds import disagreements, judged, random_world, route_disagreements

WORLDS = 120


def test_the_engine_agrees_with_the_oracle() -> None:
    """More worlds are judged by ``make long``."""
    assert not [found for seed in range(WORLDS) for found in disagreements(seed)]


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
