"""The least time of a call plan, against a scan of the same fleet."""

from __future__ import annotations

from scanner.arm.rates import VM_READS
from scanner.sim.rate_limits import ARM_RATE, Rate, Throttling
from tests.support.call_plans import plan_of
from tests.support.fleets.four_pages import fleet
from tests.support.scans import scan_arm


def test_a_throttled_scan_takes_little_more_than_the_least_time() -> None:
    """The simulated Azure throttles as the document says."""
    sizes, compute = {"alpha": 260, "beta": 5}, Rate(VM_READS.capacity, VM_READS.refill)
    planned = plan_of(fleet(sizes))
    scanned = scan_arm(fleet(sizes), throttling=Throttling(ARM_RATE, compute))
    least = planned.slowest.seconds
    assert 2 < least <= scanned.seconds < 1.2 * least + 1
    assert planned.slowest_name == "alpha"
