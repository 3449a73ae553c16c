"""How far a scan is, on a terminal; and JSON lines while it goes on."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from scanner.judging.judged_vm import JudgedVm
from scanner.report.formats.jsonl import Lines


class ScanProgress:
    """Shows progress if stderr is a terminal, and writes VMs to the outputs of JSON lines."""

    def __init__(self, outputs: Sequence[Lines]) -> None:
        self._outputs = outputs
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), TimeElapsedColumn())
        self._progress = Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        )
        self._task = self._progress.add_task("listing subscriptions", total=None)
        self._done, self._subscriptions, self._vms = 0, 0, 0

    def __enter__(self) -> ScanProgress:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def started(self, subscriptions: int) -> None:
        """The number of subscriptions is known."""
        self._subscriptions = subscriptions
        self._show_counts()

    def finished(self, _subscription: str, vms: int) -> None:
        """A subscription was read and judged."""
        self._done += 1
        self._vms += vms
        self._show_counts()

    def judged(self, vms: Sequence[JudgedVm]) -> None:
        """The verdicts of these VMs are final: they are written."""
        for lines in self._outputs:
            lines.take(vms)

    def _show_counts(self) -> None:
        text = f"{self._done} of {self._subscriptions} subscriptions, {self._vms:,} VMs"
        self._progress.update(self._task, description=text)
