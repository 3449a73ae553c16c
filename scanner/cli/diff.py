"""``backupscan diff``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli import options
from scanner.cli.plainly import told_plainly


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The older JSON report.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The newer one.")],
    format_: Annotated[
        str,
        typer.Option("-f", "--format", metavar="FORMAT", help="terminal, json, csv or markdown."),
    ] = "terminal",
    debug: options.Debug = False,
) -> None:
    """Say what is new, fixed, changed and still there between two reports."""
    with told_plainly(debug=debug):
        from scanner.catalogue import nearest
        from scanner.errors import UsageError
        from scanner.report.baseline import read_baseline
        from scanner.report.difference import WRITERS, compare

        if format_ not in WRITERS:
            raise UsageError(f"unknown format {format_!r}", nearest(format_, list(WRITERS)))
        told = WRITERS[format_](compare(read_baseline(old), read_baseline(new)))
        sys.stdout.buffer.write(told)
