"""``backupscan diff``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli import options
from scanner.cli.one_line_errors import one_line_errors
from scanner.cli.trust import NO_FILE
from scanner.report.formats import DIFF_FORMATS, endings, names


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The older JSON report.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The newer JSON report.")],
    output: Annotated[
        list[str] | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help=f"Write the comparison; the ending gives its format: {endings(DIFF_FORMATS)}."
            " Repeatable.",
        ),
        NO_FILE,
    ] = None,
    format: Annotated[  # noqa: A002 - the name of the option
        list[str] | None,
        typer.Option(
            "-f",
            "--format",
            metavar="FORMAT[=FILE]",
            help=f"Write as {names(DIFF_FORMATS)}; without FILE to stdout. Repeatable.",
        ),
        NO_FILE,
    ] = None,
    debug: options.Debug = False,
) -> None:
    """Compare two reports: new, fixed, changed and remaining findings."""
    with one_line_errors(debug=debug):
        from scanner.cli.user_files import read_report
        from scanner.report.diff.difference import compare
        from scanner.report.diff.formats import WRITERS, to_terminal
        from scanner.report.write import open_outputs, parse_outputs, unwritten, write

        formats = [name if "=" in name else f"{name}=-" for name in format or ()]
        outputs = parse_outputs(output or (), formats, DIFF_FORMATS)
        with open_outputs(outputs) as opened:
            difference = compare(read_report(old), read_report(new))
            write(difference, opened, WRITERS)
            if not any(output.to_stdout for output in outputs):
                sys.stdout.buffer.write(to_terminal(difference))
        if failed := unwritten(opened):
            raise failed
