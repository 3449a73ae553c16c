"""Runs the command as a process that starts at once: a fork of one that has imported everything."""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

_SIMULATED = ("note: signing in at localhost:", "note: this machine's clock is ")
"""It signs in elsewhere, and its clock does not run."""


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
    process = _process()
    with TemporaryDirectory() as files:
        out, err = Path(files, "out"), Path(files, "err")
        job = {
            "arguments": arguments,
            "environment": dict(environment),
            "folder": str(folder),
            "out": str(out),
            "err": str(err),
            "divided": divided,
            "limits": dict(limits or {}),
        }
        try:
            ended = _end_of(process, job, seconds)
        except BaseException:
            # The next answer would be that of this job.
            process.kill()
            _process.cache_clear()
            raise
        return Ran(out=out.read_text("utf-8"), err=err.read_text("utf-8"), **ended)


def _end_of(process: subprocess.Popen[bytes], job: Mapping[str, Any], seconds: float) -> Any:
    """How a job ended. It is killed after this many seconds, or if this is interrupted."""
    answers = _pipe(process.stdout)
    _pipe(process.stdin).write(f"{json.dumps(job)}\n".encode())
    child = int(answers.readline())
    is_over = False
    try:
        is_over = bool(select.select([answers], [], [], seconds)[0])
    finally:
        if not is_over:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
    return json.loads(answers.readline())


@cache
def _process() -> subprocess.Popen[bytes]:
    """The process that forks. It ends with this one, or when its stdin is closed."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.forked"],
        env={**kept, "PYTHONUTF8": "1"},
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    )
    atexit.register(process.communicate)
    return process


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
