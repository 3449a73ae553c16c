"""What all rows share: another host, and the truth."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import trustme

from scanner.sim.arm import SimulatedArm
from scanner.sim.world import World
from tests.support.command import opened
from tests.support.fault_rows import FAULTLESS, Bench, run_scan, verdicts_of
from tests.support.fleets.four_pages import azure, fleet


@pytest.fixture(scope="package")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    authority = trustme.CA()
    foreign = SimulatedArm(World())
    with opened(foreign, authority) as door:
        folder = tmp_path_factory.mktemp("truth")
        arm = azure(fleet())
        ended = run_scan(arm, authority, folder, FAULTLESS)
        assert ended.code == 0, ended.err
        truth = verdicts_of(ended.json)
        yield Bench(authority, door, foreign, truth, ended.seconds, len(arm.log))
