"""A simulated clock: an event loop on which a wait takes no time."""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
_Ready = list[tuple[selectors.SelectorKey, int]]


class _Waiting(selectors.DefaultSelector):
    """What a simulated loop waits with. It keeps the time of the loop, in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.threads = 0
        """Pieces of work that threads do for the loop."""

    def select(self, timeout: float | None = None) -> _Ready:
        """Wait for sockets and threads. A wait for a timer alone is a jump in time."""
        # The loop itself has one socket, by which threads wake it.
        if timeout is None or self.threads or len(self.get_map()) > 1:
            began = time.monotonic()
            ready = super().select(timeout)
            self.now += time.monotonic() - began
            return ready
        ready = super().select(0)
        if not ready:
            self.now += max(0.0, timeout)
        return ready


class SimulatedLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes only while it waits.

    When all its tasks sleep, its time jumps to the first that wakes: sleeps that overlap do not add
    up. While a socket is open or a thread works for it, a wait takes as long as on any other loop.
    """

    def __init__(self) -> None:
        self._waiting = _Waiting()
        super().__init__(self._waiting)

    def time(self) -> float:
        """Seconds that the loop has waited."""
        return self._waiting.now

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Have a thread call a function. No time is skipped until it is done."""
        work: asyncio.Future[T] = super().run_in_executor(executor, func, *args)
        self._waiting.threads += 1
        work.add_done_callback(self._finish_work)
        return work

    def _finish_work(self, _: asyncio.Future[Any]) -> None:
        self._waiting.threads -= 1


def run_simulated(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a simulated clock."""
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        return runner.run(main)


def running_time() -> float:
    """Seconds on the clock of the running loop, or of the machine if no loop runs."""
    try:
        return asyncio.get_running_loop().time()
    except RuntimeError:
        return time.monotonic()
