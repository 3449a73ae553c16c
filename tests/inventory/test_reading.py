"""A reading with other entries, as a plan makes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.compute import VirtualMachine
from scanner.inventory.snapshot import Reading

SCOPE = "/subscriptions/s"
ONE, OTHER = (ArmId(f"{SCOPE}/resourceGroups/g/providers/p/t/{name}") for name in ("a", "b"))
NOW = datetime(2026, 1, 15, 6, tzinfo=UTC)


def gap(scope: str = SCOPE) -> Gap:
    return Gap(scope, "views", Reason.DENIED, None, "Grant it.")


def singles() -> Reading[VirtualMachine]:
    """Single reads of two VMs, both refused for one reason."""
    shared = gap()
    return Reading(SCOPE, NOW, (), (shared,), {ONE: shared, OTHER: shared})


@pytest.mark.parametrize(
    ("gone", "left"),
    [pytest.param({ONE}, 1, id="one of two"), pytest.param({ONE, OTHER}, 0, id="both")],
)
def test_a_gap_that_single_reads_share_ends_with_the_last_of_them(
    gone: set[ArmId], left: int
) -> None:
    after = singles().with_entries(dict.fromkeys(gone))
    assert after.rest is None
    assert after.gaps == (gap(),) * left
    assert len(after.index()) == left


def test_a_listing_that_broke_off_stays_so() -> None:
    listing: Reading[VirtualMachine] = Reading(SCOPE, NOW, (VirtualMachine(ONE),), (gap(),))
    after = listing.with_entries({ONE: None, OTHER: gap("other")})
    assert after.rest == gap()
    assert after.index() == {OTHER: gap(OTHER.text)}
    assert after.records == ()
