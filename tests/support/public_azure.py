"""Runs a command where the public hosts of Azure are the simulated ones.

It is run in network and mount namespaces of its own, which only root can make:
``unshare --net --mount python -m tests.support.public_azure FOLDER COMMAND …``. In FOLDER it keeps
the hosts file, and what the simulation says on standard error.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import socket
import struct
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

_SIMULATE = (sys.executable, "-m", "scanner", "simulate", "--public-names", "--vms", "60")
_SET_FLAGS = 0x8914
"""SIOCSIFFLAGS of Linux (netdevice(7))."""
_UP, _RUNNING = 1, 64


def _bring_loopback_up() -> None:
    with socket.socket() as any_socket:
        request = struct.pack("16sh22x", b"lo", _UP | _RUNNING)
        fcntl.ioctl(any_socket, _SET_FLAGS, request)


def _read(printed: Iterable[str]) -> tuple[dict[str, str], str]:
    """The variables and the line of the hosts file that ``backupscan simulate`` prints."""
    variables = {}
    for line in printed:
        if line.startswith("export "):
            name, _, value = shlex.split(line)[1].partition("=")
            variables[name] = value
        elif line.startswith("#   127.0.0.1 "):
            return variables, line.removeprefix("#").strip()
    raise SystemExit("backupscan simulate printed no line for the hosts file")


def main(folder: Path, *command: str) -> int:
    """Run the command, and give its exit code."""
    _bring_loopback_up()
    with (
        (folder / "simulate.txt").open("w") as messages,
        subprocess.Popen(_SIMULATE, stdout=subprocess.PIPE, stderr=messages, text=True) as azure,
    ):
        assert azure.stdout is not None
        try:
            variables, hosts = _read(azure.stdout)
            file = folder / "hosts"
            file.write_text(f"127.0.0.1 localhost\n{hosts}\n")
            subprocess.run(["mount", "--bind", file, "/etc/hosts"], check=True)
            variables["AZURE_SUBSCRIPTION_ID"] = variables["ARM_SUBSCRIPTION_ID"]
            return subprocess.run(command, env={**variables, **os.environ}).returncode
        finally:
            azure.terminate()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
