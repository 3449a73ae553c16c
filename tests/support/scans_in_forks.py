"""Scans as processes that start at once, with all time limits divided."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any


@dataclass(frozen=True)
class Ended:
    """How a scan ended."""

    code: int
    """The exit code; negative if a signal ended it."""
    seconds: float
    mebibytes: float
    """The most memory that it had at any time."""
    err: str
    report: Any
    """The JSON report. None if there is none."""

    @property
    def last(self) -> str:
        """The last line on stderr."""
        return self.err.rstrip("\n").rpartition("\n")[2]


class Scans:
    """Starts scans from a process that has imported everything."""

    def __init__(self, process: subprocess.Popen[str], scale: float) -> None:
        self._process = process
        self.scale = scale
        """What the times of the limits are divided by."""

    def run(
        self,
        environment: Mapping[str, str],
        folder: Path,
        *arguments: str,
        seconds: float,
        limits: Mapping[str, float],
    ) -> Ended:
        """Scan, with a report on stdout. After this many seconds the scan is ended.

        `limits` are in place of the divided ones.
        """
        job = {
            "environment": dict(environment),
            "folder": str(folder),
            "arguments": ["scan", "-f", "json=-", *arguments],
            "seconds": seconds,
            "limits": dict(limits),
        }
        _line(self._process.stdin).write(f"{json.dumps(job)}\n")
        _line(self._process.stdin).flush()
        ended = json.loads(_line(self._process.stdout).readline())
        out = (folder / "out").read_text(encoding="utf-8")
        report = json.loads(out) if out else None
        err = (folder / "err").read_text(encoding="utf-8")
        return Ended(**ended, err=err, report=report)


def _line(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


@contextmanager
def scans(scale: float) -> Iterator[Scans]:
    """Scans whose time limits are divided by `scale`, until the block ends."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.scaled", str(scale)],
        env={**kept, "PYTHONUTF8": "1"},
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Scans(process, scale)
