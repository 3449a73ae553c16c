"""Runs the command as a process that starts at once: a fork of one that has imported everything."""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

_SIMULATED = ("note: signing in at localhost:", "note: this machine's clock is ")
"""It signs in elsewhere, and its clock does not run."""
MOST_BYTES = 1 << 17
"""The longest job."""
_SECONDS_TO_DIE = 10


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    """The exit code; negative if a signal ended it."""
    out: str
    err: str
    seconds: float = 0.0
    mebibytes: float = 0.0
    """The most memory that it had at any time."""

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


def exit_code(end: SystemExit) -> int:
    """The code with which Python ends a process."""
    return end.code if isinstance(end.code, int) else int(end.code is not None)


def run_fork(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    *,
    seconds: float,
    divided: float = 1.0,
    limits: Mapping[str, float] | None = None,
) -> Ran:
    """Run the command. After this many seconds it is killed.

    All times of its limits are divided, but for the `limits` given.
    """
    with TemporaryFile() as out, TemporaryFile() as err:
        streams = (out.fileno(), err.fileno())
        fork = Fork(arguments, environment, folder, streams, divided=divided, limits=limits)
        ended = fork.end(seconds)
        texts = [_text(file) for file in (out, err)]
    return Ran(out=texts[0], err=texts[1], **ended)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


class Fork:
    """A process that runs the command. No other one may start before it has ended.

    It is used as a `subprocess.Popen` is.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        streams: Sequence[int] = (),
        *,
        closed: Sequence[str] = (),
        resources: Mapping[str, tuple[int, int]] | None = None,
        divided: float = 1.0,
        limits: Mapping[str, float] | None = None,
    ) -> None:
        """Start it. Its standard output and error are pipes, or the `streams` given.

        A stream named in `closed` is closed from the start. `resources` are limits, soft and hard,
        by the names that `resource` has for them.
        """
        pipes = () if streams else (os.pipe(), os.pipe())
        readers = [os.fdopen(reader, encoding="utf-8", errors="replace") for reader, _ in pipes]
        writers = [writer for _, writer in pipes]
        self.stdout: IO[str] | None
        self.stderr: IO[str] | None
        self.stdout, self.stderr = readers or (None, None)
        job = {
            "arguments": arguments,
            "environment": dict(environment),
            "folder": str(folder),
            "closed": closed,
            "resources": dict(resources or {}),
            "divided": divided,
            "limits": dict(limits or {}),
        }
        self.returncode: int | None = None
        self._ended: Any = None
        self._jobs, self._process = _process()
        self._answers = _pipe(self._process.stdout)
        message = json.dumps(job).encode()
        assert len(message) < MOST_BYTES
        socket.send_fds(self._jobs, [message], streams or writers)
        for writer in writers:
            os.close(writer)
        self._id = int(self._answers.readline())

    def __enter__(self) -> Fork:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.wait(_SECONDS_TO_DIE)
        for pipe in (self.stdout, self.stderr):
            if pipe is not None:
                pipe.close()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self._id, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def poll(self) -> int | None:
        """The exit code; None if it still runs."""
        self._wait(0)
        return self.returncode

    def wait(self, timeout: float) -> int:
        """The exit code. Fails if it does not end within this many seconds."""
        self._wait(timeout)
        assert self.returncode is not None, "it did not end in time"
        return self.returncode

    def communicate(self, timeout: float) -> tuple[str, str]:
        """What it writes to its pipes until it ends; it is killed after this many seconds."""
        assert self.stdout is not None
        assert self.stderr is not None
        with ThreadPoolExecutor(2) as readers:
            texts = [readers.submit(pipe.read) for pipe in (self.stdout, self.stderr)]
            self.end(timeout)
        return texts[0].result(), texts[1].result()

    def end(self, seconds: float) -> Mapping[str, Any]:
        """How it ended. It is killed after this many seconds, or if this is interrupted."""
        try:
            self._wait(seconds)
        finally:
            self.kill()
            self._wait(_SECONDS_TO_DIE)
        return self._ended  # type: ignore[no-any-return]

    def _wait(self, seconds: float) -> None:
        if self._ended is None and select.select([self._answers], [], [], seconds)[0]:
            self._ended = json.loads(self._answers.readline())
            self.returncode = self._ended["code"]


@cache
def _process() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """The process that forks, and where it takes jobs. It ends with this one."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    jobs, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.forked"],
            env={**kept, "PYTHONUTF8": "1"},
            cwd=Path(__file__).parents[2],
            stdin=theirs.fileno(),
            stdout=subprocess.PIPE,
            bufsize=0,
        )

    def end() -> None:
        jobs.close()
        process.communicate()

    atexit.register(end)
    return jobs, process


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
