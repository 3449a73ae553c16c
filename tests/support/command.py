"""Run the installed command, as a process or in this one, against a simulated Azure."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme
from typer.testing import CliRunner

from scanner.cli import command_line
from scanner.sim.arm import SimulatedArm
from scanner.sim.server import Door, serve
from tests.support.forks import Fork, Ran, exit_code, run_fork

SECONDS = 30
_KEPT = ("LANG", "LC_ALL", "VIRTUAL_ENV", "PYTHONPATH")


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
        """Start it as users do. It takes a second or two until it has imported everything."""
        return subprocess.Popen(
            [sys.executable, "-m", "scanner", *arguments],
            cwd=self.folder,
            env=dict(self.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )

    def fork(self, *words: str, streams: Sequence[int] = (), **options: Any) -> Fork:
        """Start it in a process that has imported everything already.

        Its standard output and error are pipes, or the `streams` given. The options are those of
        `Fork`.
        """
        return Fork(words, self.environment, self.folder, streams, **options)

    def __call__(self, *arguments: str) -> Ran:
        """Run it in a process of its own, which starts at once."""
        ran = run_fork(arguments, self.environment, self.folder, seconds=SECONDS)
        assert ran.seconds < SECONDS, f"it did not end in time: {ran.err}"
        return ran

    def anew(self, *arguments: str) -> Ran:
        """Run it as users do, in a process that has imported nothing yet."""
        with self.start(*arguments) as process:
            try:
                out, err = process.communicate(timeout=SECONDS)
            finally:
                process.kill()
        return Ran(process.returncode, out, err)

    def here(self, *arguments: str) -> Ran:
        """The same in this process. Quicker, for tests that do not depend on the process."""
        with chdir(self.folder):
            return _run(arguments, dict.fromkeys(os.environ) | dict(self.environment))

    def scan_here(self, *arguments: str) -> Ran:
        """Scan the simulated Azure, in this process."""
        return self.here("scan", "--arm-endpoint", self.url, *arguments)

    def scan(self, *arguments: str) -> Ran:
        """Scan the simulated Azure."""
        return self("scan", "--arm-endpoint", self.url, *arguments)

    def report(self, *arguments: str) -> Any:
        """The JSON report of a scan."""
        return self.scan_here("-f", "json=-", *arguments).json


def run_here(*arguments: str, piped: bytes = b"", **environment: str | None) -> Ran:
    """Run the command in this process, with changes to the environment variables.

    ``piped`` is its standard input.
    """
    return _run(arguments, environment, piped)


def _run(
    arguments: Sequence[str], environment: Mapping[str, str | None], piped: bytes = b""
) -> Ran:
    """Run the command in this process."""
    code = 0
    with CliRunner().isolation(piped, env=environment) as (out, err, _):
        try:
            command_line().main(arguments, prog_name="backupscan")
        except SystemExit as end:
            code = exit_code(end)
        sys.stdout.flush()
        sys.stderr.flush()
        return Ran(code, _text(out), _text(err))


def _text(stream: Any) -> str:
    return str(stream.getvalue(), "utf-8", "replace").replace("\r\n", "\n")


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
    state = folder.parent / f"{folder.name}-state"
    nothing = {"PATH": "", "HOME": str(folder), "PYTHONUTF8": "1", "XDG_STATE_HOME": str(state)}
    return Command({**kept, **nothing, **door.environment}, folder, door.url)
