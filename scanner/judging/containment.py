"""Runs the code of checks: what it raises is caught, its time is limited, it prints to stderr.

This keeps a faulty check from ending a scan or changing its exit code. It is no sandbox: the code
of a check runs in this process, with all its rights.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from types import CodeType, FrameType
from typing import NoReturn, ParamSpec, TypeVar

from scanner.judging.limits import CHECK_LIMITS

P = ParamSpec("P")
T = TypeVar("T")
_Handler = Callable[[int, FrameType | None], object]

# Kept from the code of checks, which may replace it.
_exit = os._exit
# Windows has no SIGHUP.
INTERRUPTS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""The signals by which a user ends a run."""
_TICKS = 4
"""Ticks of the timer in one time limit."""
_TICKS_TO_GIVE_UP = 3 * _TICKS
"""Ticks until code that catches ``OutOfTime`` again and again ends the run."""


class OutOfTime(BaseException):
    """The code of a check ran too long. No ``Exception``: a check may catch these itself."""


class UserInterrupt(KeyboardInterrupt):
    """The user's own interruption. A faulty check raises a plain KeyboardInterrupt."""


def interruptible(function: Callable[P, T]) -> Callable[P, T]:
    """Mark a function that runs the code of a check, so that its time is limited.

    Whoever calls it must catch ``OutOfTime``. The timer raises it only in frames of the function
    and of what it calls. Its first argument names the check.
    """
    _INTERRUPTIBLE.add(function.__code__)
    return function


_INTERRUPTIBLE: set[CodeType] = set()


def how_it_failed(who: object, error: BaseException) -> str:
    """What a check raised, as a short text that can be encoded.

    Raises ``UserInterrupt`` again: it must end the scan.
    """
    # An instance answers isinstance by itself, by its own __class__.
    kind = type(error)
    if issubclass(kind, UserInterrupt):
        raise error
    if issubclass(kind, OutOfTime):
        return "it took too long"
    return answer_or(type_name(error), _described, who, error)


def answer_or(default: T, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What an ``interruptible`` function answers, or the default if the code in it fails.

    Raises ``UserInterrupt``.
    """
    try:
        return function(*args, **kwargs)
    except UserInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - this is code of the check
        return default


@interruptible
def _described(_who: object, error: BaseException) -> str:
    return plain_text(f"{type_name(error)}: {error}".removesuffix(": "))


def type_name(error: BaseException) -> str:
    """The name of an exception's type, read past a metaclass that has an answer of its own."""
    name: str = type.__dict__["__name__"].__get__(type(error))
    return plain_text(name)


def plain_text(text: str) -> str:
    """A text that can be encoded, cut if it is long. It runs no code of a subclass of ``str``."""
    return str.encode(text, errors="replace").decode()[: CHECK_LIMITS.error]


@contextmanager
def checks_at_work(seconds: float) -> Iterator[None]:
    """Within, what is printed goes to stderr, and an ``interruptible`` call may take ``seconds``.

    ``os._exit`` raises, and Ctrl-C raises ``UserInterrupt`` in place of KeyboardInterrupt. The
    block must not wait for other tasks, which would print to stderr, too.
    """
    with (
        _descriptor_to_stderr(),
        redirect_stdout(sys.stderr),
        _marked_interrupts(),
        _no_early_exit(),
        _timer(seconds),
    ):
        yield


@contextmanager
def _descriptor_to_stderr() -> Iterator[None]:
    """Send what is written to file descriptor 1 to stderr."""
    _flush_stdout()
    try:
        kept = os.dup(1)
    except OSError:
        # Stdout is closed: nothing can be written to it.
        yield
        return
    try:
        with suppress(OSError):
            os.dup2(2, 1)
        yield
    finally:
        # A signal can interrupt the first try anywhere.
        try:
            _flush_stdout()
        finally:
            os.dup2(kept, 1)
            os.close(kept)


def _flush_stdout() -> None:
    """Write out what the buffers hold, to where the descriptor leads now."""
    for stream in (sys.stdout, sys.__stdout__):
        with suppress(OSError, ValueError):
            if stream:
                stream.flush()


@contextmanager
def _no_early_exit() -> Iterator[None]:
    """Let ``os._exit`` raise ``SystemExit``: the gate alone decides the exit code."""
    os._exit = _refuse_exit
    try:
        yield
    finally:
        os._exit = _exit


def _refuse_exit(status: int) -> NoReturn:
    raise SystemExit(f"os._exit({status})")


@contextmanager
def _marked_interrupts() -> Iterator[None]:
    """Let the handlers of signals raise ``UserInterrupt`` where they raised KeyboardInterrupt."""
    numbers = INTERRUPTS if _is_main_thread() else ()
    handlers = {number: signal.getsignal(number) for number in numbers}
    for number, handler in handlers.items():
        # Others are not callable: the signal is ignored, or ends the process.
        if callable(handler):
            signal.signal(number, _marking(handler))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            if callable(handler):
                signal.signal(number, handler)


def _marking(handler: _Handler) -> _Handler:
    """A handler like this one, but for the exception that it raises."""

    def handle(number: int, frame: FrameType | None) -> None:
        try:
            handler(number, frame)
        except KeyboardInterrupt as error:
            raise UserInterrupt from error

    return handle


def _is_main_thread() -> bool:
    """Only this thread may set handlers of signals."""
    return threading.current_thread() is threading.main_thread()


@contextmanager
def _timer(seconds: float) -> Iterator[None]:
    """Interrupt calls that take longer. Only the main thread of a Unix process can."""
    if not hasattr(signal, "setitimer") or not _is_main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _Timer())
    period = seconds / _TICKS
    signal.setitimer(signal.ITIMER_REAL, period, period)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before or signal.SIG_DFL)


class _Timer:
    """Handles the ticks: a call that is running at many ticks in a row has taken too long.

    So a call costs nothing, and only a tick looks at what is running.
    """

    def __init__(self) -> None:
        self._running: FrameType | None = None
        self._ticks = 0

    def __call__(self, _signal: int, frame: FrameType | None) -> None:
        """Raise ``OutOfTime`` in the code of a check that runs too long."""
        running = _running_call(frame)
        self._ticks = self._ticks + 1 if running and running is self._running else 0
        self._running = running
        if running and self._ticks >= _TICKS_TO_GIVE_UP:
            _give_up(running.f_locals[running.f_code.co_varnames[0]])
        if self._ticks >= _TICKS:
            raise OutOfTime


def _running_call(frame: FrameType | None) -> FrameType | None:
    """The frame of the call that is running. None if no code of a check is."""
    while frame and frame.f_code not in _INTERRUPTIBLE:
        frame = frame.f_back
    return frame


def _give_up(who: object) -> None:
    """End the process: nothing else stops code that catches every exception."""
    line = (
        f"exit 2: {who} takes too long and cannot be interrupted. Leave it out or uninstall it.\n"
    )
    os.write(2, line.encode(errors="replace"))
    _exit(2)
