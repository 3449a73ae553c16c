"""What all rows share: scans that start at once, another host, and the truth."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import trustme

from scanner.sim.arm import SimulatedArm
from scanner.sim.world import World
from tests.support.command import opened
from tests.support.fault_rows import FAULTLESS, Bench, run_scan, verdicts_of
from tests.support.fleets.four_pages import azure, fleet
from tests.support.scans_in_forks import scans

SCALE = 20.0
"""What all time limits are divided by."""


@pytest.fixture(scope="package")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    authority = trustme.CA()
    foreign = SimulatedArm(World())
    with scans(SCALE) as started, opened(foreign, authority) as door:
        folder = tmp_path_factory.mktemp("truth")
        ended = run_scan(started, azure(fleet()), authority, folder, FAULTLESS)
        assert ended.code == 0, ended.err
        yield Bench(started, authority, door, foreign, verdicts_of(ended.report), ended.seconds)
