"""Options that several commands share: what is judged, what counts, what is written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from scanner.cli.trust import ANY_FILE, NAMED_FILE, NO_FILE, any_file_within
from scanner.report.formats import FORMATS, PLAN_FORMATS, Format, endings, purposes


def _file_of_format(text: str) -> str:
    """The file in a value of ``--format``."""
    return text.partition("=")[2]


def _format_option(known: Mapping[str, Format]) -> Any:
    return typer.Option(
        "-f",
        "--format",
        metavar="FORMAT=FILE",
        help=f"Write a report as {purposes(known)}. FILE - is stdout and replaces the terminal"
        " report. Repeatable.",
    )


Edition = Annotated[
    str,
    typer.Option(
        "--edition", metavar="ID", help="Edition of the documents to judge by: 2018-01 or current."
    ),
    ANY_FILE,
]
Checks = Annotated[
    list[str] | None,
    typer.Option("--check", metavar="NAME", help="Run only this cause or check. Repeatable."),
    ANY_FILE,
]
ExcludeChecks = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude-check", metavar="NAME", help="Leave out this cause or check. Repeatable."
    ),
    ANY_FILE,
]
Files = Annotated[
    list[str] | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help=f"Write a report; the ending gives its format: {endings(FORMATS)}. Repeatable.",
    ),
    any_file_within(str),
]
Formats = Annotated[list[str] | None, _format_option(FORMATS), any_file_within(_file_of_format)]
PlanFormats = Annotated[
    list[str] | None, _format_option(PLAN_FORMATS), any_file_within(_file_of_format)
]
Evidence = Annotated[
    str,
    typer.Option(
        "--evidence",
        metavar="WHICH",
        help="Causes in CSV, and evidence in JSON: found (leaves out clear and not-applicable"
        " causes) or all.",
    ),
    ANY_FILE,
]
Indent = Annotated[
    bool, typer.Option("--indent/--no-indent", help="Indent JSON, for people."), ANY_FILE
]
FailOn = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-on",
        metavar="VERDICT",
        help="Exit 1 at this verdict or worse: applies, possible, unknown or never."
        " CAUSE=VERDICT for one cause. Repeatable.",
        show_default="applies",
    ),
    ANY_FILE,
]
Count = Annotated[
    str,
    typer.Option(
        "--count",
        metavar="WHICH",
        help="VMs whose findings make exit 1: protected (backed up, or to be) or all.",
    ),
    ANY_FILE,
]
AllowIncomplete = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-incomplete",
        metavar="SCOPE:FACT",
        help="Exit 3 no more for this: an ARM id and a fact that a report lists as not read."
        " Repeatable.",
    ),
    ANY_FILE,
]
Baseline = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        metavar="FILE",
        help="Older JSON report: every format marks what is new, worse, old, fixed or unseen.",
    ),
    NAMED_FILE,
]
NewOnly = Annotated[
    bool,
    typer.Option(
        "--new-only/--no-new-only",
        help="Exit 1 only for findings that are not in the baseline.",
    ),
    ANY_FILE,
]
AllowEmpty = Annotated[
    bool,
    typer.Option(
        "--allow-empty/--no-allow-empty", help="Exit 0 instead of 4 if the scope holds no VM."
    ),
    ANY_FILE,
]
MaxAge = Annotated[
    str | None,
    typer.Option(
        "--max-age",
        metavar="AGE",
        help="Let last-backup-failed apply if no recovery point is younger, such as 26h or 2d.",
        show_default="by each policy's schedule and one missed run",
    ),
    ANY_FILE,
]
ReplaceWithPartial = Annotated[
    bool,
    typer.Option(
        "--replace-with-partial/--no-replace-with-partial",
        help="Replace a report file also if the scan was interrupted or could read no VM. Without"
        " it, such a report is NAME.partial.EXT.",
    ),
    ANY_FILE,
]
SkipBadPlugins = Annotated[
    bool,
    typer.Option(
        "--skip-bad-plugins/--no-skip-bad-plugins",
        help="Leave out installed checks that cannot be used, instead of stopping.",
    ),
    NAMED_FILE,
]
NoPlugins = Annotated[
    bool,
    typer.Option(
        "--no-plugins/--with-plugins",
        help="Import no plugin, pinned or not: only the built-in checks are used.",
    ),
    NAMED_FILE,
]
PinnedPlugins = Annotated[
    list[str] | None,
    typer.Option(
        "--pin-plugin",
        metavar="NAME==VERSION",
        help="Stop unless this plugin, and none that is not pinned, is installed. Repeatable.",
        show_default="any plugins",
    ),
    NAMED_FILE,
]
Debug = Annotated[
    bool, typer.Option("--debug", allow_from_autoenv=False, help="Show tracebacks."), NO_FILE
]
FromFile = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="Read this JSON report.",
        show_default="that of the last scan",
    ),
    NO_FILE,
]
Details = Annotated[
    bool,
    typer.Option(
        "--details/--no-details",
        help="Print the long report after the first screen. Of one VM it is always printed.",
    ),
    ANY_FILE,
]
Quiet = Annotated[
    bool, typer.Option("-q", "--quiet/--no-quiet", help="Print only the exit line."), ANY_FILE
]
Verbose = Annotated[
    bool,
    typer.Option(
        "-v", "--verbose/--no-verbose", help="Print requests, waits and the time of each phase."
    ),
    ANY_FILE,
]
Seed = Annotated[
    int, typer.Option("--seed", metavar="N", help="Another seed makes another fleet."), NO_FILE
]
FleetSize = Annotated[
    int,
    typer.Option(
        "--vms",
        min=20,
        metavar="N",
        help="Make about N VMs, and at least 60, which show every cause.",
    ),
    NO_FILE,
]
