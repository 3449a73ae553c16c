"""Bundles whose collecting is killed at random moments, then gone on with."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest

from scanner.sim.arm import SimulatedArm
from scanner.sim.world import World
from tests.support.command import Command, command, opened

COLLECT_SECONDS = 5.0
"""About what collecting takes, with the start of the process."""
SUBSCRIPTIONS, VMS = 12, 4


def fleet() -> World:
    world = World()
    for number in range(SUBSCRIPTIONS):
        group = world.subscription(f"sub-{number}").group(f"rg-{number}")
        for vm in range(VMS):
            group.vm(f"vm-{number}-{vm}")
    return world


def verdicts_of(report: Path) -> list[tuple[str, list[tuple[str, str]]]]:
    vms: list[dict[str, Any]] = json.loads(report.read_text(encoding="utf-8"))["vms"]
    return [(vm["id"], [(c["cause"], c["verdict"]) for c in vm["causes"]]) for vm in vms]


def judge(run: Command, bundle: str, report: str) -> int:
    return run("scan", "--bundle", bundle, "-o", report, "--fail-on", "never").code


@pytest.mark.parametrize("number", range(20), ids="moment {}".format)
def test_kill_and_resume_give_the_report_of_an_uninterrupted_run(
    number: int, tmp_path: Path
) -> None:
    moment = random.Random(number).uniform(0.8, COLLECT_SECONDS)
    with opened(SimulatedArm(fleet(), latency=0.15)) as door:
        run = command(door, tmp_path)
        azure = ("--arm-endpoint", run.url)
        with run.start("collect", "-o", "killed", *azure) as process:
            time.sleep(moment)
            process.kill()
        is_begun = (tmp_path / "killed" / "manifest.json").exists()
        again = ("--resume", "killed") if is_begun else ("-o", "killed")
        assert run("collect", *again, *azure).code == 0
        assert run("collect", "-o", "whole", *azure).code == 0
    assert judge(run, "killed", "killed.json") == judge(run, "whole", "whole.json") == 0
    found = verdicts_of(tmp_path / "killed.json")
    assert found == verdicts_of(tmp_path / "whole.json")
    assert len(found) == SUBSCRIPTIONS * VMS
