"""How far a scan is, on a terminal; and JSON lines while it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import Progress, ProgressColumn, Task, TimeElapsedColumn
from rich.text import Text

from scanner.arm.notices import Notice
from scanner.arm.traffic import Traffic
from scanner.catalogue.text import counted
from scanner.judging.judged_vm import JudgedVm
from scanner.report.escape import log_line
from scanner.report.formats.jsonl import Lines


class _Live(ProgressColumn):
    """A text that is made anew whenever the line is drawn."""

    def __init__(self, text: Callable[[], str]) -> None:
        super().__init__()
        self._text = text

    def render(self, task: Task) -> Text:  # noqa: ARG002 - as rich calls it
        """The text as it is now."""
        return Text(self._text())


class ScanProgress:
    """Shows progress if stderr is a terminal, and writes VMs to the outputs of JSON lines."""

    def __init__(
        self, outputs: Sequence[Lines], *, quiet: bool = False, closes: bool = True
    ) -> None:
        """``quiet`` shows nothing, neither progress nor what is reported on the way.

        ``closes`` leaves a line with what was asked of Azure in the place of the progress.
        """
        self._outputs, self._is_quiet, self._closes = outputs, quiet, closes
        self.traffic = Traffic()
        """What was asked of Azure. The connection sets its own."""
        self.listed_at: float | None = None
        """When the subscriptions were known, by ``time.monotonic``."""
        console = Console(stderr=True)
        columns = (_Live(self._text), TimeElapsedColumn())
        self._progress = Progress(
            *columns, console=console, transient=True, disable=quiet or not console.is_terminal
        )
        self._progress.add_task("", total=None)
        self._began_at = time.monotonic()
        self._done, self._subscriptions, self._vms = 0, 0, 0
        self._waits_until: datetime | None = None

    def __enter__(self) -> ScanProgress:
        self._progress.start()
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        self._progress.stop()
        if self._closes and error is None and not self._progress.disable:
            seconds = time.monotonic() - self._began_at
            self._print(f"{requests_text(self.traffic)}, {seconds:,.0f} s")

    def started(self, subscriptions: int) -> None:
        """The number of subscriptions is known."""
        self._subscriptions = subscriptions
        self.listed_at = time.monotonic()

    def finished(self, _subscription: str, vms: int) -> None:
        """A subscription was read and judged."""
        self._done += 1
        self._vms += vms

    def judged(self, vms: Sequence[JudgedVm], now: datetime, names: Mapping[str, str]) -> None:
        """The verdicts of these VMs are final: they are written."""
        for lines in self._outputs:
            lines.take(vms, now, names)

    def notify(self, notice: Notice) -> None:
        """Report on stderr what happens, and how long a wait lasts in the progress line too."""
        if self._is_quiet:
            return
        self._print(f"note: {log_line(str(notice))}")
        self._waits_until = notice.until or self._waits_until

    def _print(self, text: str) -> None:
        self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _text(self) -> str:
        """What was read so far, the wait that Azure asked for, and how long the rest may take."""
        requests = counted(self.traffic.requests, "request")
        if self.listed_at is None:
            return f"listing subscriptions, {requests}"
        done = f"{self._done:,} of {counted(self._subscriptions, 'subscription')}"
        parts = [done, counted(self._vms, "VM"), requests]
        if self._waits_until and self._waits_until > datetime.now(UTC):
            parts.append(f"some wait until {self._waits_until:%H:%M:%SZ}")
        if self._vms and self._done < self._subscriptions:
            passed = time.monotonic() - self.listed_at
            left = passed / self._done * (self._subscriptions - self._done)
            parts.append(f"about {left:,.0f} s left")
        return ", ".join(parts)


def requests_text(traffic: Traffic) -> str:
    """How much was asked of Azure: ``324 requests, 0 throttled``."""
    return f"{counted(traffic.requests, 'request')}, {traffic.throttled:,} throttled"
