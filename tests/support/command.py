"""Run the installed command, as a process or in this one, against a simulated Azure."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme
from typer.testing import CliRunner

from scanner.cli import app
from scanner.sim.arm import SimulatedArm
from scanner.sim.server import Door, serve

SECONDS = 30
_SIMULATED = ("note: signing in at localhost:", "note: this machine's clock is ")
"""It signs in elsewhere, and its clock does not run."""
_KEPT = ("LANG", "LC_ALL", "VIRTUAL_ENV", "PYTHONPATH")


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The last line on stderr."""
        return self.err.rstrip("\n").rpartition("\n")[2]

    @property
    def lines(self) -> list[str]:
        """The lines on stderr, without the two that a simulated Azure always causes."""
        return [line for line in self.err.splitlines() if not line.startswith(_SIMULATED)]

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Command:
    """The command, with no other environment variables than the given ones."""

    environment: Mapping[str, str]
    folder: Path
    url: str

    def with_environment(self, **changes: str | None) -> "Command":
        kept = {**self.environment, **changes}
        return Command({k: v for k, v in kept.items() if v is not None}, self.folder, self.url)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "scanner", *arguments],
            cwd=self.folder,
            env=dict(self.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )

    def __call__(self, *arguments: str) -> Ran:
        with self.start(*arguments) as process:
            try:
                out, err = process.communicate(timeout=SECONDS)
            finally:
                process.kill()
        return Ran(process.returncode, out, err)

    def here(self, *arguments: str) -> Ran:
        """The same in this process. Quicker, for tests that do not depend on the process."""
        changes = dict.fromkeys(os.environ) | dict(self.environment)
        with chdir(self.folder):
            result = CliRunner().invoke(app, arguments, env=changes)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    def scan_here(self, *arguments: str) -> Ran:
        """Scan the simulated Azure, in this process."""
        return self.here("scan", "--arm-endpoint", self.url, *arguments)

    def scan(self, *arguments: str) -> Ran:
        """Scan the simulated Azure."""
        return self("scan", "--arm-endpoint", self.url, *arguments)

    def report(self, *arguments: str) -> Any:
        """The JSON report of a scan."""
        return self.scan_here("-f", "json=-", *arguments).json


def assert_refused(ran: Ran, *says: str, code: int = 2) -> None:
    """Fail unless the command wrote one line with these words, to stderr, and nothing else."""
    assert ran.code == code, ran.err
    assert ran.out == ""
    assert len(ran.lines) == 1, ran.err
    assert ran.last.startswith(f"exit {code}: ")
    assert "internal error" not in ran.last
    for words in says:
        assert words in ran.last
    assert len(ran.last) < 400


@contextmanager
def opened(arm: SimulatedArm, authority: trustme.CA | None = None) -> Iterator[Door]:
    """Serve a simulated Azure from a thread. The authority signs its certificate."""
    ready = threading.Event()
    doors: list[tuple[Door, asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def run() -> None:
        async with serve(arm, authority=authority) as door:
            done = asyncio.Event()
            doors.append((door, asyncio.get_running_loop(), done))
            ready.set()
            await done.wait()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(SECONDS)
    door, loop, done = doors[0]
    try:
        yield door
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(SECONDS)


def command(door: Door, folder: Path) -> Command:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    nothing = {"PATH": "", "HOME": str(folder), "PYTHONUTF8": "1"}
    return Command({**kept, **nothing, **door.environment}, folder, door.url)
