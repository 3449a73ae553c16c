"""Runs commands in processes that start at once: forks of one that has scanned already.

Its stdin is a socket. It takes jobs from there, with the standard output and error of each, and
writes two lines for every job: the id of the process, and how it ended. ``tests.support.forks``
talks to it.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import socket
import sys
import time
import traceback
from importlib import invalidate_caches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

from msgspec.structs import replace

from scanner.arm import limits
from scanner.sim.arm import SimulatedArm
from tests.support.command import command, opened
from tests.support.fleets.small import fleet
from tests.support.forks import MOST_BYTES, exit_code


def _serve() -> None:
    _scan_once()
    jobs = socket.socket(fileno=0)
    while True:
        message, streams, *_ = socket.recv_fds(jobs, MOST_BYTES, 2)
        if not message:
            return
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            _work(json.loads(message), streams)
        for stream in streams:
            os.close(stream)
        print(child, flush=True)
        _, status, usage = os.wait4(child, 0)
        ended = {
            "code": os.waitstatus_to_exitcode(status),
            "seconds": time.monotonic() - began,
            "mebibytes": usage.ru_maxrss / 1024,
        }
        print(json.dumps(ended), flush=True)


def _scan_once() -> None:
    """Import and work out here what every command would do anew in its own process."""
    with TemporaryDirectory() as parent, opened(SimulatedArm(fleet())) as door:
        folder = Path(parent, "scan")
        folder.mkdir()
        ran = command(door, folder).scan_here()
    assert ran.code == 1, ran.err
    # To look for garbage among these objects would copy their pages into every process.
    gc.collect()
    gc.freeze()


def _work(job: dict[str, Any], streams: list[int]) -> NoReturn:
    """Run the command with the arguments, variables, folder and limits of a job."""
    code = 70
    try:
        limits.LIMITS = replace(limits.LIMITS.divided(job["divided"]), **job["limits"])
        os.environ.clear()
        os.environ.update(job["environment"])
        added = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        sys.path[:0] = [folder for folder in added if folder and folder not in sys.path]
        invalidate_caches()
        os.chdir(job["folder"])
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor, stream in enumerate((nothing, *streams)):
            os.dup2(stream, descriptor)
            os.close(stream)
        for name in job["closed"]:
            os.close(getattr(sys, name).fileno())
            # Python has no stream where a descriptor is closed as it starts.
            setattr(sys, name, None)
            setattr(sys, f"__{name}__", None)
        # Bytecode that a limit on files cuts short would be found by all others.
        sys.dont_write_bytecode = sys.dont_write_bytecode or bool(job["resources"])
        for name, bounds in job["resources"].items():
            resource.setrlimit(getattr(resource, name), tuple(bounds))
        code = _run_command(job["arguments"])
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        # A test looks for it on stderr.
        traceback.print_exc()
        raise
    finally:
        os._exit(code)


def _run_command(arguments: list[str]) -> int:
    from scanner.cli import main

    sys.argv = ["backupscan", *arguments]
    try:
        main()
    except SystemExit as end:
        return exit_code(end)
    return 0


if __name__ == "__main__":
    _serve()
