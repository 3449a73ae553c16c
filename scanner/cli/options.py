"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scanner.report.formats import FORMATS, endings, purposes

Edition = Annotated[
    str,
    typer.Option(
        "--edition", metavar="ID", help="State of the documents to judge by: 2018-01 or current."
    ),
]
Checks = Annotated[
    list[str] | None,
    typer.Option("--check", metavar="NAME", help="This cause or check only. Repeatable."),
]
ExcludeChecks = Annotated[
    list[str] | None,
    typer.Option("--exclude-check", metavar="NAME", help="Not this cause or check. Repeatable."),
]
Files = Annotated[
    list[str] | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help=f"Write a report, format by ending: {endings(FORMATS)}. Repeatable.",
    ),
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "-f",
        "--format",
        metavar="FORMAT=FILE",
        help=f"{purposes(FORMATS)}. FILE - is stdout, in place of the terminal report.",
    ),
]
Evidence = Annotated[
    str,
    typer.Option(
        "--evidence",
        metavar="WHICH",
        help="Evidence in JSON: found (of causes that are not clear) or all.",
    ),
]
FailOn = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-on",
        metavar="VERDICT",
        help="Least verdict for exit 1: applies, possible, unknown, never; CAUSE=VERDICT for one"
        " cause. Repeatable.  [default: applies]",
    ),
]
Baseline = Annotated[
    Path | None,
    typer.Option("--baseline", metavar="FILE", help="An older JSON report to compare with."),
]
NewOnly = Annotated[
    bool,
    typer.Option(
        "--new-only/--no-new-only", help="Only what the baseline has not counts for exit 1."
    ),
]
AllowEmpty = Annotated[
    bool,
    typer.Option(
        "--allow-empty/--no-allow-empty", help="Exit 0, not 4, where the scope holds no VM."
    ),
]
JobDays = Annotated[
    int, typer.Option("--job-days", metavar="N", min=1, max=30, help="Days of backup jobs to read.")
]
MaxJobDetails = Annotated[
    int,
    typer.Option(
        "--max-job-details", metavar="N", min=0, help="Failed jobs a vault whose details to read."
    ),
]
IncludeManaged = Annotated[
    bool,
    typer.Option(
        "--include-managed/--no-include-managed",
        help="Also VMs that AKS, Databricks … manage, and of scale sets.",
    ),
]
ProtectedOnly = Annotated[
    bool, typer.Option("--protected-only/--no-protected-only", help="Only VMs that are backed up.")
]
UnprotectedOnly = Annotated[
    bool,
    typer.Option(
        "--unprotected-only/--no-unprotected-only", help="Only VMs that are not backed up."
    ),
]
SkipBadPlugins = Annotated[
    bool,
    typer.Option(
        "--skip-bad-plugins/--no-skip-bad-plugins",
        help="Go on without the installed checks that are refused.",
    ),
]
Debug = Annotated[bool, typer.Option("--debug", allow_from_autoenv=False, help="Show tracebacks.")]
Subscriptions = Annotated[
    list[str] | None,
    typer.Option(
        "-s", "--subscription", metavar="NAME", help="Id or name, comma lists too.  [default: all]"
    ),
]
ResourceGroups = Annotated[
    list[str] | None,
    typer.Option("-g", "--resource-group", metavar="NAME", help="VMs of this group only."),
]
Vms = Annotated[
    list[str] | None,
    typer.Option("--vm", metavar="ID", help="This VM only, by its ARM id."),
]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="KEY=VALUE", help="VMs with this tag only."),
]
Tenant = Annotated[
    str | None, typer.Option("--tenant", metavar="ID", help="Sign in to this tenant.")
]
CloudName = Annotated[
    str | None,
    typer.Option("--cloud", metavar="NAME", help="public, usgov or china.  [default: public]"),
]
Endpoint = Annotated[
    str | None,
    typer.Option(
        "--arm-endpoint", metavar="URL", help="Resource Manager of any other cloud, an https URL."
    ),
]
