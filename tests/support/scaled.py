"""The command with every time of its limits divided: ``python -m tests.support.scaled 20 scan …``.

Without arguments after the number it serves: it reads jobs on stdin and runs each in a process of
its own, which starts at once because everything is imported.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from importlib import import_module
from typing import Any, NoReturn

from msgspec.structs import replace

from scanner.arm import limits

_IMPORTED_EARLY = (
    "typer._adapters",
    "scanner.cli.run",
    "scanner.cli.scan",
    "azure.identity.aio",
    "azure.mgmt.compute.aio",
    "azure.mgmt.network.aio",
    "azure.mgmt.resource.resources.aio",
    "azure.mgmt.resource.locks.aio",
    "azure.mgmt.resource.subscriptions.aio",
    "azure.mgmt.recoveryservices.aio",
    "azure.mgmt.recoveryservicesbackup.aio",
)


def divide_limits(by: float) -> None:
    """Divide the times of all limits for the rest of this process."""
    limits.LIMITS = limits.LIMITS.divided(by)


def _serve() -> None:
    """Run each job that comes on stdin, and write how it ended."""
    for name in _IMPORTED_EARLY:
        import_module(name)
    # It reads the catalogue and loads the checks.
    import_module("scanner.cli.questions").make_questions("current", ())
    for line in sys.stdin:
        began = time.monotonic()
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            _work(job)
        # The command has its own use for the timer of its process.
        end = threading.Timer(job["seconds"], os.kill, (child, signal.SIGKILL))
        end.start()
        _, status, usage = os.wait4(child, 0)
        end.cancel()
        ended = {
            "code": os.waitstatus_to_exitcode(status),
            "seconds": time.monotonic() - began,
            "mebibytes": usage.ru_maxrss / 1024,
        }
        print(json.dumps(ended), flush=True)


def _work(job: dict[str, Any]) -> NoReturn:
    """Run the command with the arguments, variables, folder and output files of a job."""
    code = 70
    try:
        limits.LIMITS = replace(limits.LIMITS, **job["limits"])
        os.environ.clear()
        os.environ.update(job["environment"])
        os.chdir(job["folder"])
        for descriptor, name in ((1, "out"), (2, "err")):
            file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(file, descriptor)
        code = _run_command(job["arguments"])
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _run_command(arguments: list[str]) -> int:
    from scanner.cli import main

    sys.argv = ["backupscan", *arguments]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except BaseException:  # noqa: BLE001 - the traceback is what the test looks for
        import traceback

        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    divide_limits(float(sys.argv[1]))
    if sys.argv[2:]:
        sys.exit(_run_command(sys.argv[2:]))
    _serve()
