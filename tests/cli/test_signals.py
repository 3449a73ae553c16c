"""Signals take the path of Ctrl-C: the report holds what was read, and the exit code is 130."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from scanner.cli.signals import FirstSignal
from scanner.sim import faults
from scanner.sim.arm import SimulatedArm
from tests.support.command import SECONDS, Command, assert_refused, command, opened
from tests.support.fleets.small import fleet
from tests.support.forks import Ran
from tests.support.requirements import Need

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ONE_QUICK = [
    pytest.param(number, id=number.name, marks=() if number is signal.SIGTERM else pytest.mark.long)
    for number in SIGNALS
]
SCAN = ("scan", "-o", "report.json", "-o", "vms.jsonl")
REPORT_SECONDS = 15
YESTERDAY = "the report of yesterday"
UNSHARE = ("unshare", "--pid", "--fork", "--kill-child")


@contextmanager
def slow_scan(folder: Path, *before: str, route: str = "locks") -> Iterator[Any]:
    """A scan that hangs in one subscription while the other one is judged."""
    world = fleet()
    faults.slow(world.subscriptions[1], route, 60.0)
    arm = SimulatedArm(world)
    (folder / "report.json").write_text(YESTERDAY, encoding="utf-8")
    path = f"{world.subscriptions[1].id}/providers/"
    with opened(arm) as door:
        run: Command = command(door, folder)
        with start(run, before, (*SCAN, "--arm-endpoint", door.url)) as process:
            wait_for(lambda: any(asked.path.startswith(path) for asked in arm.log))
            wait_for((folder / "vms.partial.jsonl").exists)
            try:
                yield process
            finally:
                process.kill()


def start(run: Command, before: Sequence[str], words: Sequence[str]) -> Any:
    """Start the command, by another program if there are words before it."""
    if not before:
        return run.fork(*words)
    return subprocess.Popen(
        [*before, sys.executable, "-m", "scanner", *words],
        cwd=run.folder,
        env={**run.environment, "PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(condition: Any) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and not condition():
        time.sleep(0.02)
    assert condition()


def assert_partial(process: Any, folder: Path) -> None:
    """Fail unless the process ends soon, with a report of what was read."""
    started = time.monotonic()
    out, err = process.communicate(timeout=SECONDS)
    assert time.monotonic() - started < REPORT_SECONDS
    assert process.returncode == 130, err
    last = err.splitlines()[-1]
    assert last.startswith("exit 130: interrupted; the report holds what was read")
    assert last.endswith("1 thing could not be read")
    assert "Traceback" not in err
    assert "INTERRUPTED" in out
    report = json.loads((folder / "report.partial.json").read_bytes())
    assert report["complete"] is False
    assert len(report["vms"]) == 4
    assert not (folder / "vms.jsonl").exists()
    assert (folder / "report.json").read_text(encoding="utf-8") == YESTERDAY
    assert "it is in report.partial.json, and report.json is as it was" in err
    lines = (folder / "vms.partial.jsonl").read_text(encoding="utf-8").splitlines()
    kinds = [next(iter(json.loads(line))) for line in lines]
    assert kinds == ["id"] * 4 + ["gap", "gate"]


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_leaves_a_partial_report(tmp_path: Path, number: signal.Signals) -> None:
    with slow_scan(tmp_path) as process:
        process.send_signal(number)
        assert_partial(process, tmp_path)


def test_further_signals_do_not_lose_the_report(tmp_path: Path) -> None:
    with slow_scan(tmp_path) as process:
        for number in (*SIGNALS, *SIGNALS):
            process.send_signal(number)
            time.sleep(0.01)
        assert_partial(process, tmp_path)


class LoopThatIsInterruptedAtItsEnd(asyncio.SelectorEventLoop):
    """A loop that a signal hits just after it was closed."""

    def close(self) -> None:
        was_open = not self.is_closed()
        super().close()
        if was_open:
            os.kill(os.getpid(), signal.SIGINT)


class InterruptedPolicy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return LoopThatIsInterruptedAtItsEnd()


@pytest.fixture
def handlers() -> Iterator[None]:
    """Restores the handlers of signals."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
def test_a_signal_just_after_the_scan_and_one_just_after_the_report() -> None:
    done: list[str] = []

    async def scanning() -> None:
        done.append("scanned")

    before = asyncio.get_event_loop_policy()
    asyncio.set_event_loop_policy(InterruptedPolicy())
    try:
        with FirstSignal() as first_signal:
            first_signal.run(scanning())
            done.append("reported")
        os.kill(os.getpid(), signal.SIGINT)
        done.append("ended")
    finally:
        asyncio.set_event_loop_policy(before)
    assert done == ["scanned", "reported", "ended"]


def test_a_signal_that_the_starter_ignores(tmp_path: Path) -> None:
    nohup = shutil.which("nohup")
    assert nohup
    with slow_scan(tmp_path, nohup) as process:
        process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert_partial(process, tmp_path)


def may_unshare() -> bool:
    if os.geteuid() != 0 or not shutil.which("unshare"):
        return False
    return subprocess.run([*UNSHARE, "true"], check=False, capture_output=True).returncode == 0


def test_process_1_takes_a_signal(tmp_path: Path, need: Need) -> None:
    """A container's only process has no other handlers than its own."""
    need(may_unshare(), "root and unshare, to be process 1")
    with slow_scan(tmp_path, *UNSHARE) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        [child] = children.read_text(encoding="utf-8").split()
        os.kill(int(child), signal.SIGTERM)
        assert_partial(process, tmp_path)


@pytest.mark.parametrize("number", ONE_QUICK)
def test_a_signal_before_anything_was_read(tmp_path: Path, number: signal.Signals) -> None:
    world = fleet()
    faults.slow(world, "subscriptions", 60.0)
    arm = SimulatedArm(world)
    (tmp_path / "report.json").write_text(YESTERDAY, encoding="utf-8")
    with (
        opened(arm) as door,
        command(door, tmp_path).fork(*SCAN, "--arm-endpoint", door.url) as process,
    ):
        wait_for(lambda: any(asked.path == "/subscriptions" for asked in arm.log))
        process.send_signal(number)
        out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert "INTERRUPTED" in out
    assert Ran(130, out, err).last.endswith("; 1 thing could not be read")
    report = json.loads((tmp_path / "report.partial.json").read_bytes())
    assert (report["complete"], report["vms"]) == (False, [])
    assert [gap["fact"] for gap in report["gaps"]] == ["subscriptions"]
    assert (tmp_path / "report.json").read_text(encoding="utf-8") == YESTERDAY
    lines = (tmp_path / "vms.partial.jsonl").read_text(encoding="utf-8").splitlines()
    assert [next(iter(json.loads(line))) for line in lines] == ["gap", "gate"]


def test_a_signal_while_options_are_read(run: Command) -> None:
    """A module that the parser needs raises the signal as soon as it is imported."""
    (run.folder / "pydantic.py").write_text(
        "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n", encoding="utf-8"
    )
    path = os.pathsep.join((str(run.folder), run.environment.get("PYTHONPATH", "")))
    ran = run.with_environment(PYTHONPATH=path).anew("scan", "-o", "report.json")
    assert_refused(ran, "interrupted before there was anything to report", code=130)


@pytest.mark.parametrize("number", ONE_QUICK)
def test_a_simulation_stops(run: Command, number: signal.Signals) -> None:
    with run.fork("simulate", "--vms", "20") as process:
        assert process.stderr
        assert process.stderr.readline() == "serving until interrupted\n"
        time.sleep(0.2)
        process.send_signal(number)
        _, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (0, "stopped\n")
