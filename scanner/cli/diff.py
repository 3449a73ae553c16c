"""``backupscan diff``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli import options
from scanner.cli.one_line_errors import told_plainly
from scanner.report.formats import DIFF_FORMATS, endings, names


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The older JSON report.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The newer one.")],
    output: Annotated[
        list[str] | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help=f"Write it, format by ending: {endings(DIFF_FORMATS)}. Repeatable.",
        ),
    ] = None,
    format: Annotated[  # noqa: A002 - the name of the option
        list[str] | None,
        typer.Option(
            "-f",
            "--format",
            metavar="FORMAT[=FILE]",
            help=f"{names(DIFF_FORMATS)}; without FILE to stdout.",
        ),
    ] = None,
    debug: options.Debug = False,
) -> None:
    """Say what is new, fixed, changed and still there between two reports."""
    with told_plainly(debug=debug):
        from scanner.gate.baseline import read_baseline
        from scanner.report.diff.difference import compare
        from scanner.report.diff.formats import WRITERS, to_terminal
        from scanner.report.write import parse_outputs, write

        asked = [each if "=" in each else f"{each}=-" for each in format or ()]
        outputs = parse_outputs(output or (), asked, DIFF_FORMATS)
        told = compare(read_baseline(old), read_baseline(new))
        write(told, outputs, WRITERS)
        if not any(each.to_stdout for each in outputs):
            sys.stdout.buffer.write(to_terminal(told))
