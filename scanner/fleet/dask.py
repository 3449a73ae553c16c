"""A cluster of Dask that reads subscriptions: a task for each, on workers that sign in themselves.

Dask is an extra, and is imported only here and only when it is used. A task is a function of the
installed package by its name and some bytes, so no code and no credential is sent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from logging import ERROR
from typing import Any

from scanner.errors import UsageError
from scanner.fleet.spread import Submit, WorkLost

_TIMES = 3
"""How many workers may die of a task and it is done once more, as Dask itself has it."""
_ANSWER, _WAIT = 20, 60
"""Seconds for the scheduler to answer, then for the first worker to be there."""


class Cluster:
    """Workers of one scheduler."""

    def __init__(self, distributed: Any, client: Any, slots: int) -> None:
        self._client, self._killed = client, distributed.KilledWorker
        self.slots = slots
        """The tasks that run at the same time."""

    def submit(self, function: Callable[[bytes], bytes]) -> Submit:
        """Has a function of an installed module done by a worker."""
        lost = self._killed

        async def done(name: str, work: bytes) -> bytes:
            # The same subscription in another run is other work.
            future = self._client.submit(function, work, key=f"{name}-{id(self)}", pure=False)
            try:
                return bytes(await future)
            except lost:
                why = "One worker after the other died while it read it. Look at their logs."
            # What a worker raises may be any error, of any library.
            except Exception as error:  # noqa: BLE001 - the other subscriptions go on
                why = f"A worker failed ({type(error).__name__}: {error}). Look at its log."
            finally:
                future.release()
            raise WorkLost(why)

        return done


@asynccontextmanager
async def open_cluster(address: str | None) -> AsyncIterator[Cluster]:
    """The cluster of a scheduler, or one on this machine, with a worker for each processor.

    Raises ``UsageError`` if Dask is not installed, or no worker is there in time.
    """
    try:
        dask, distributed = import_module("dask.config"), import_module("distributed")
    except ImportError as error:
        what = f"--engine dask needs a package that is not installed ({error.name})"
        raise UsageError(what, "Install backupscan with its extra dask") from error
    dask.set({"distributed.scheduler.allowed-failures": _TIMES})
    if address is None:
        options = {"threads_per_worker": 1, "dashboard_address": None, "asynchronous": True}
        options["silence_logs"] = ERROR
        async with (
            distributed.LocalCluster(**options) as local,
            distributed.Client(local, asynchronous=True) as client,
        ):
            yield await _with_workers(distributed, client, "this machine")
        return
    try:
        client = await distributed.Client(address, asynchronous=True, timeout=_ANSWER)
    except (OSError, ValueError, TimeoutError) as error:
        what = f"no Dask scheduler answers at {address} ({type(error).__name__})"
        raise UsageError(what, "Check the address, such as tcp://scheduler:8786") from error
    try:
        yield await _with_workers(distributed, client, address)
    finally:
        await client.close()


async def _with_workers(distributed: Any, client: Any, where: str) -> Cluster:
    """The cluster, once it has a worker. Raises ``UsageError`` if none comes in time."""
    try:
        await client.wait_for_workers(1, timeout=_WAIT)
    except TimeoutError as error:
        what = f"the scheduler at {where} has no worker"
        raise UsageError(what, "Start workers with 'dask worker', then run again") from error
    threads = await client.scheduler.ncores()
    return Cluster(distributed, client, max(1, sum(threads.values())))
