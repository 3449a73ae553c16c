"""Reads a bundle to its end, and decides the exit code."""

from __future__ import annotations

import sys

from scanner.catalogue.text import counted, unread_text
from scanner.cli.collector import spare_collector
from scanner.cli.file_limit import raise_file_limit
from scanner.cli.progress import ScanProgress
from scanner.cli.signals import FirstSignal
from scanner.cli.source import OpenSource
from scanner.fleet.collect import Collected, collect
from scanner.gate.decision import Exit
from scanner.report.escape import log_line


def run(source: OpenSource, *, allow_empty: bool) -> int:
    """Read all that a source has, which saves it. Returns the exit code. Raises ``ScanError``.

    Raises ``KeyboardInterrupt`` if a signal came before there was anything to save.
    """
    spare_collector()
    raise_file_limit()
    found: list[Collected] = []

    async def connect_and_collect() -> None:
        with ScanProgress(()) as progress:
            async with source(progress.notify) as opened:
                found.append(await collect(opened, progress.started, progress.finished))

    with FirstSignal() as first_signal:
        first_signal.run(connect_and_collect())
    if not found:
        raise KeyboardInterrupt
    code, why = _decide(found[0], allow_empty=allow_empty)
    sys.stderr.write(f"exit {code.value}: {log_line(why)}\n")
    return code.value


def _decide(collected: Collected, *, allow_empty: bool) -> tuple[Exit, str]:
    """The exit code and its reason. As of a scan, but for findings: nothing was judged."""
    vms, places = counted(collected.vms, "VM"), counted(collected.subscriptions, "subscription")
    saved = f"saved {vms} of {places}"
    if collected.unsaved:
        return Exit.CANNOT_RUN, f"{collected.unsaved}".rstrip(".")
    if collected.interrupted:
        why = f"interrupted; the bundle holds what was read until then: {saved}"
        return Exit.INTERRUPTED, f"{why}. Go on with --resume"
    if collected.gaps:
        return Exit.INCOMPLETE, f"{saved}; {unread_text(collected.gaps)}"
    if not collected.vms and not allow_empty:
        return Exit.EMPTY, "the scope holds no VM"
    return Exit.OK, saved
