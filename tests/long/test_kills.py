"""Scans that are ended from outside, at moments of all kinds, next to an older report."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from scanner.sim.arm import SimulatedArm
from tests.support.command import Command, command, opened
from tests.support.fleets.four_pages import SIZES, fleet

OLD = '{"schema": "backupscan/report/1", "old": true}'
SCAN_SECONDS = 4.0
"""About what a scan takes, with the start of the process."""


def start(run: Command) -> subprocess.Popen[str]:
    return run.start("scan", "--arm-endpoint", run.url, "--fail-on", "never", "-o", "report.json")


@pytest.mark.parametrize("number", range(12), ids="moment {}".format)
def test_kill_leaves_the_old_report_or_the_whole_new_one(number: int, tmp_path: Path) -> None:
    moment = random.Random(number).uniform(0.1, SCAN_SECONDS)
    report = tmp_path / "report.json"
    report.write_text(OLD, encoding="utf-8")
    with opened(SimulatedArm(fleet(), latency=0.02)) as door:
        with start(command(door, tmp_path)) as process:
            time.sleep(moment)
            process.kill()
        found = report.read_text(encoding="utf-8")
        assert found == OLD or len(json.loads(found)["vms"]) == sum(SIZES.values())


@pytest.mark.parametrize("number", range(12), ids="moment {}".format)
def test_term_ends_in_a_report_of_what_was_read(number: int, tmp_path: Path) -> None:
    moment = random.Random(number).uniform(1.5, SCAN_SECONDS)
    report = tmp_path / "report.json"
    report.write_text(OLD, encoding="utf-8")
    with opened(SimulatedArm(fleet(), latency=0.5)) as door:
        with start(command(door, tmp_path)) as process:
            time.sleep(moment)
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            _, err = process.communicate(timeout=30)
        assert time.monotonic() - began < 5
        assert "Traceback" not in err
        assert process.returncode in (0, 2, 130), err
        found = report.read_text(encoding="utf-8")
        assert (found == OLD) is (process.returncode != 0)
        partial = tmp_path / "report.partial.json"
        assert process.returncode == 130 or not partial.exists()
        if partial.exists():
            assert json.loads(partial.read_text(encoding="utf-8"))["complete"] is False
