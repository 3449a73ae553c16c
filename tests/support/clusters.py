"""A scheduler and workers of Dask, as processes of their own."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from scanner.sim.world import World
from tests.support.command import Command

SUBSCRIPTIONS, VMS = 10, 3


def fleet() -> World:
    """A few subscriptions, so that every worker reads some."""
    world = World()
    for number in range(SUBSCRIPTIONS):
        group = world.subscription(f"sub-{number}").group(f"rg-{number}")
        vault = group.vault(f"vault-{number}")
        policy = vault.policy()
        for vm in range(VMS):
            vault.protect(group.vm(f"vm-{number}-{vm}"), policy)
    return world


@contextmanager
def cluster(run: Command, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a scheduler, and its workers, with the variables of the sign-in."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    scheduler = ("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port))
    worker = ("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny")
    with ExitStack() as stack:
        stack.enter_context(_process(run, *scheduler, "--no-dashboard"))
        started = [
            stack.enter_context(_process(run, *worker, "--no-dashboard")) for _ in range(workers)
        ]
        yield address, started


@contextmanager
def _process(run: Command, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program of Dask. It is killed in the end."""
    started = subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=run.folder,
        env=dict(run.environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
