"""A scheduler and workers of Dask as processes of their own, one of which is killed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from scanner.sim.arm import SimulatedArm
from tests.support.clusters import SUBSCRIPTIONS, cluster, fleet, free_port
from tests.support.command import command, opened
from tests.support.spread import timeless

# A killed worker leaves connections that the simulated Azure has not closed.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
SECONDS = 120


def parts(folder: Path) -> int:
    return len([file for file in folder.glob("*-*-*-*-*.msgpack.zst") if file.is_file()])


@pytest.mark.parametrize("is_killed", [False, True], ids=["two workers", "one of two is killed"])
def test_two_workers_give_the_report_of_one_machine(is_killed: bool, tmp_path: Path) -> None:
    with opened(SimulatedArm(fleet(), latency=0.1)) as door:
        run = command(door, tmp_path)
        assert run.scan("--record", "alone", "-o", "alone.json", "--fail-on", "never").code == 0
        with cluster(run, 2) as (address, workers):
            url = (tmp_path / "spread").as_uri()
            words = ("--engine", f"dask={address}", "--record", url, "-o", "spread.json")
            azure = ("--arm-endpoint", run.url, "--fail-on", "never")
            with run.start("scan", *words, *azure) as scan:
                ends_at = time.monotonic() + SECONDS
                while is_killed and parts(tmp_path / "spread") < 2 and time.monotonic() < ends_at:
                    time.sleep(0.05)
                if is_killed:
                    workers[0].kill()
                    assert parts(tmp_path / "spread") < SUBSCRIPTIONS
                _, errors = scan.communicate(timeout=SECONDS)
        assert scan.returncode == 0, errors
    alone, spread = (
        timeless((tmp_path / name).read_bytes()) for name in ("alone.json", "spread.json")
    )
    assert spread == alone
    offline = run.with_environment(AZURE_CLIENT_SECRET=None)
    again = offline("scan", "--bundle", url, "-o", "again.json", "--fail-on", "never")
    assert again.code == 0
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "spread.json").read_bytes()


def test_a_cluster_on_this_machine(tmp_path: Path) -> None:
    with opened(SimulatedArm(fleet())) as door:
        run = command(door, tmp_path)
        assert run.scan("-o", "alone.json", "--record", "alone", "--fail-on", "never").code == 0
        words = ("--engine", "dask", "--record", "spread", "-o", "spread.json")
        azure = ("--arm-endpoint", run.url, "--fail-on", "never")
        with run.start("scan", *words, *azure) as scan:
            out, errors = scan.communicate(timeout=SECONDS)
        assert scan.returncode == 0, errors
        assert out.startswith("backupscan ")
        assert len(errors.splitlines()) == 3, errors
    alone, spread = (
        timeless((tmp_path / name).read_bytes()) for name in ("alone.json", "spread.json")
    )
    assert spread == alone


def test_no_scheduler_is_one_line(tmp_path: Path) -> None:
    with opened(SimulatedArm(fleet())) as door:
        run = command(door, tmp_path)
        address = f"tcp://127.0.0.1:{free_port()}"
        words = ("--engine", f"dask={address}", "--record", "spread")
        with run.start("scan", *words, "--arm-endpoint", run.url) as scan:
            _, errors = scan.communicate(timeout=SECONDS)
    assert scan.returncode == 2
    assert f"no Dask scheduler answers at {address}" in errors.splitlines()[-1]
