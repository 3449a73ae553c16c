"""How far a scan is, on a terminal; and JSON lines while it goes on."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from scanner.arm.notices import Notice
from scanner.arm.traffic import Traffic
from scanner.judging.judged_vm import JudgedVm
from scanner.report.escape import log_line
from scanner.report.formats.jsonl import Lines


class ScanProgress:
    """Shows progress if stderr is a terminal, and writes VMs to the outputs of JSON lines."""

    def __init__(self, outputs: Sequence[Lines], *, quiet: bool = False) -> None:
        """``quiet`` shows nothing, neither progress nor what is reported on the way."""
        self._outputs, self._is_quiet = outputs, quiet
        self.traffic = Traffic()
        """What was asked of Azure. The connection sets its own."""
        self.listed_at: float | None = None
        """When the subscriptions were known, by ``time.monotonic``."""
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), TimeElapsedColumn())
        self._progress = Progress(
            *columns, console=console, transient=True, disable=quiet or not console.is_terminal
        )
        self._task = self._progress.add_task("listing subscriptions", total=None)
        self._done, self._subscriptions, self._vms = 0, 0, 0
        self._waits_until: datetime | None = None

    def __enter__(self) -> ScanProgress:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def started(self, subscriptions: int) -> None:
        """The number of subscriptions is known."""
        self._subscriptions = subscriptions
        self.listed_at = time.monotonic()
        self._show_counts()

    def finished(self, _subscription: str, vms: int) -> None:
        """A subscription was read and judged."""
        self._done += 1
        self._vms += vms
        self._show_counts()

    def judged(self, vms: Sequence[JudgedVm], now: datetime, names: Mapping[str, str]) -> None:
        """The verdicts of these VMs are final: they are written."""
        for lines in self._outputs:
            lines.take(vms, now, names)

    def notify(self, notice: Notice) -> None:
        """Report on stderr what happens, and how long a wait lasts in the progress line too."""
        if self._is_quiet:
            return
        text = f"note: {log_line(str(notice))}"
        self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)
        self._waits_until = notice.until or self._waits_until
        self._show_counts()

    def _show_counts(self) -> None:
        requests = f"{self.traffic.requests:,} requests"
        text = f"{self._done} of {self._subscriptions} subscriptions, {self._vms:,} VMs, {requests}"
        if self._waits_until and self._waits_until > datetime.now(UTC):
            text += f", some wait until {self._waits_until:%H:%M:%S} UTC"
        self._progress.update(self._task, description=text)
