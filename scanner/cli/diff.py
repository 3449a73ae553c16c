"""``backupscan diff``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli import bundle_options, options
from scanner.cli.one_line_errors import one_line_errors
from scanner.cli.trust import NO_FILE
from scanner.report.formats import DIFF_FORMATS, endings, names

if TYPE_CHECKING:
    from scanner.gate.baseline import Baseline
    from scanner.gate.policy import Policy


def diff(
    context: typer.Context,
    old: Annotated[
        Path,
        typer.Argument(
            metavar="OLD", parser=bundle_options.folder, help="The older JSON report or bundle."
        ),
    ],
    new: Annotated[
        Path,
        typer.Argument(
            metavar="NEW", parser=bundle_options.folder, help="The newer JSON report or bundle."
        ),
    ],
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
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-on",
            metavar="VERDICT",
            help="Exit 1 if a finding at this verdict or worse is new or worse: applies, possible,"
            " unknown or never. CAUSE=VERDICT for one cause. Repeatable.",
            show_default="never",
        ),
        NO_FILE,
    ] = None,
    count: Annotated[
        str,
        typer.Option("--count", metavar="WHICH", help="VMs that count: protected or all."),
        NO_FILE,
    ] = "protected",
    edition: options.Edition = "current",
    debug: options.Debug = False,
) -> None:
    """Compare two reports or bundles: what is new or fixed.

    A bundle is judged by the checks that are installed. Two bundles also show what changed in
    Azure: which rule, lock, extension, disk or protection, and on which VMs.

    With --fail-on it ends as a scan does: with 1 if findings that are new or worse count, with 3 if
    none does and the newer report is incomplete.
    """
    with one_line_errors(debug=debug):
        from scanner.cli.compared import open_compared
        from scanner.report.diff.difference import compare
        from scanner.report.diff.formats import PARTS, to_terminal
        from scanner.report.write import open_outputs, parse_outputs, unwritten, write

        formats = [name if "=" in name else f"{name}=-" for name in format or ()]
        outputs = parse_outputs(output or (), formats, DIFF_FORMATS)
        with open_outputs(outputs) as opened:
            compared = open_compared(old, new, edition, context.obj)
            before, now = compared.reports
            policy = _policy(fail_on or (), count, now)
            difference = compared.with_facts(compare(before, now, policy if fail_on else None))
            write(difference, opened, PARTS)
            if not any(output.to_stdout for output in outputs):
                sys.stdout.buffer.write(to_terminal(difference))
        if failed := unwritten(opened):
            raise failed
        if fail_on:
            sys.stderr.write(f"exit {difference.exit}: {difference.why}\n")
            raise typer.Exit(difference.exit)


def _policy(fail_on: Sequence[str], count: str, now: Baseline) -> Policy:
    """What counts of the changes. A threshold is of a cause that the newer report judges."""
    from scanner.catalogue import load
    from scanner.gate.policy import Policy, parse_count, parse_fail_on
    from scanner.judging.check import Verdict

    judged = {cause: Verdict.APPLIES for _, cause in now.verdicts}
    todo = "The newer report does not judge it"
    elsewhere = {cause: todo for cause in load().causes if cause not in judged}
    return Policy(*parse_fail_on(fail_on, judged, elsewhere), parse_count(count))
