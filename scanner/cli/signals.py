"""Signals that end a run: SIGTERM and SIGHUP take the path of Ctrl-C."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import FrameType
from typing import Any

from scanner.judging.containment import INTERRUPTS

_REPORT_SECONDS = 5
"""How long a run has to write its report before another signal ends it."""


def interrupt_on_signals() -> None:
    """Let every signal that ends a run raise ``KeyboardInterrupt``.

    Process 1, which the command is in a container, ignores a signal without a handler.
    """
    for number in INTERRUPTS:
        # Whoever started the command may ignore some, as nohup does.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


class FirstSignal:
    """Ends a scan at the first signal, and lets its report be written.

    Further signals are ignored for some seconds. After that, one raises ``KeyboardInterrupt``.
    """

    def __init__(self) -> None:
        self._at: float | None = None
        self._cancel: Callable[[], object] | None = None
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> FirstSignal:
        for number in INTERRUPTS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._handlers[number] = signal.signal(number, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        # After a signal the run only ends: more of them must not hide how.
        for number, handler in self._handlers.items() if self._at is None else ():
            signal.signal(number, handler)

    def run(self, scanning: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine to its end, or cancel it at the first signal."""
        # Help, which imports this module, needs no event loop.
        import asyncio

        async def cancellable() -> None:
            task, loop = asyncio.current_task(), asyncio.get_running_loop()
            assert task
            # The handler of a signal interrupts the loop anywhere. The loop is woken.
            self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)
            if self._at is not None:
                task.cancel()
            await scanning

        # What was scanned is reported, also if a signal ends the wait for a hanging thread.
        with suppress(asyncio.CancelledError, KeyboardInterrupt):
            asyncio.run(cancellable())
        self._cancel = None

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        """Handle a signal."""
        now = time.monotonic()
        if self._at is None:
            self._at = now
            if self._cancel:
                # A loop that has ended just now has nothing to cancel.
                with suppress(RuntimeError):
                    self._cancel()
        elif now - self._at > _REPORT_SECONDS:
            raise KeyboardInterrupt
