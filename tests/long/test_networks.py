"""Many random networks, judged by the engine and by a slow and obvious oracle."""

from __future__ import annotations

from tests.support.network_worlds import disagreements, route_disagreements

WORLDS = range(600, 4_000)


def test_the_engine_agrees_with_the_oracle() -> None:
    assert not [found for seed in WORLDS for found in disagreements(seed, most=40)]


def test_routes_to_storage_of_all_regions() -> None:
    assert not [found for seed in WORLDS for found in route_disagreements(seed, most=20)]
