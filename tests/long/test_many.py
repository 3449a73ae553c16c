"""Bundles of very large fleets: memory follows the largest subscription and the report."""

from __future__ import annotations

from pathlib import Path

from tests.support.judged_bundles import cost_of


def test_twenty_thousand_vms_in_forty_subscriptions(tmp_path: Path) -> None:
    cost = cost_of(tmp_path, 40)
    assert cost.peak < 300, cost
    assert cost.size < 40e6, cost


def test_a_hundred_thousand_vms_cost_each_what_ten_thousand_do(tmp_path: Path) -> None:
    few, many = cost_of(tmp_path / "few", 20), cost_of(tmp_path / "many", 200)
    assert many.cpu_per_vm < 1.2 * few.cpu_per_vm, (few, many)
    # A VM is what the report shows of it, and its protected item.
    assert (many.peak - few.peak) / (many.vms - few.vms) < 0.012, (few, many)
