"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scanner.report.formats import FORMATS, endings, purposes

Edition = Annotated[
    str,
    typer.Option(
        "--edition", metavar="ID", help="Edition of the documents to judge by: 2018-01 or current."
    ),
]
Checks = Annotated[
    list[str] | None,
    typer.Option("--check", metavar="NAME", help="Run only this cause or check. Repeatable."),
]
ExcludeChecks = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude-check", metavar="NAME", help="Leave out this cause or check. Repeatable."
    ),
]
Files = Annotated[
    list[str] | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help=f"Write a report; the ending gives its format: {endings(FORMATS)}. Repeatable.",
    ),
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "-f",
        "--format",
        metavar="FORMAT=FILE",
        help=f"Write a report as {purposes(FORMATS)}. FILE - is stdout and replaces the terminal"
        " report. Repeatable.",
    ),
]
Evidence = Annotated[
    str,
    typer.Option(
        "--evidence",
        metavar="WHICH",
        help="Evidence in JSON: found (leaves out clear and not-applicable causes) or all.",
    ),
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
]
Baseline = Annotated[
    Path | None,
    typer.Option(
        "--baseline", metavar="FILE", help="Older JSON report that --new-only compares with."
    ),
]
NewOnly = Annotated[
    bool,
    typer.Option(
        "--new-only/--no-new-only",
        help="Exit 1 only for findings that are not in the baseline.",
    ),
]
AllowEmpty = Annotated[
    bool,
    typer.Option(
        "--allow-empty/--no-allow-empty", help="Exit 0 instead of 4 if the scope holds no VM."
    ),
]
JobDays = Annotated[
    int,
    typer.Option(
        "--job-days", metavar="N", min=1, max=30, help="Read the backup jobs of the last N days."
    ),
]
MaxJobDetails = Annotated[
    int,
    typer.Option(
        "--max-job-details",
        metavar="N",
        min=0,
        help="Read details of at most N failed jobs per vault.",
    ),
]
IncludeManaged = Annotated[
    bool,
    typer.Option(
        "--include-managed/--no-include-managed",
        help="Include VMs that AKS, Databricks and the like manage, and scale-set members.",
    ),
]
ProtectedOnly = Annotated[
    bool,
    typer.Option("--protected-only/--no-protected-only", help="Scan only VMs that are backed up."),
]
UnprotectedOnly = Annotated[
    bool,
    typer.Option(
        "--unprotected-only/--no-unprotected-only", help="Scan only VMs that are not backed up."
    ),
]
SkipBadPlugins = Annotated[
    bool,
    typer.Option(
        "--skip-bad-plugins/--no-skip-bad-plugins",
        help="Leave out installed checks that cannot be used, instead of stopping.",
    ),
]
NoPlugins = Annotated[
    bool,
    typer.Option(
        "--no-plugins/--with-plugins", help="Import no plugin: only the built-in checks are used."
    ),
]
PinnedPlugins = Annotated[
    list[str] | None,
    typer.Option(
        "--pin-plugin",
        metavar="NAME==VERSION",
        help="Stop unless this plugin, and none that is not pinned, is installed. Repeatable.",
        show_default="any plugins",
    ),
]
Debug = Annotated[bool, typer.Option("--debug", allow_from_autoenv=False, help="Show tracebacks.")]
Subscriptions = Annotated[
    list[str] | None,
    typer.Option(
        "-s",
        "--subscription",
        metavar="NAME",
        help="Only this subscription, by name or id. Repeatable, or a comma list.",
        show_default="all",
    ),
]
ResourceGroups = Annotated[
    list[str] | None,
    typer.Option(
        "-g",
        "--resource-group",
        metavar="NAME",
        help="Only VMs in this resource group. Repeatable, or a comma list.",
    ),
]
Vms = Annotated[
    list[str] | None,
    typer.Option(
        "--vm", metavar="ID", help="Only this VM, by its ARM id. Repeatable, or a comma list."
    ),
]
Tags = Annotated[
    list[str] | None,
    typer.Option(
        "--tag", metavar="KEY=VALUE", help="Only VMs with this tag. Repeatable: any of them."
    ),
]
Tenant = Annotated[
    str | None, typer.Option("--tenant", metavar="ID", help="Sign in to this tenant.")
]
CloudName = Annotated[
    str | None,
    typer.Option(
        "--cloud",
        metavar="NAME",
        help="Azure cloud: public, usgov or china.",
        show_default="public",
    ),
]
Endpoint = Annotated[
    str | None,
    typer.Option(
        "--arm-endpoint",
        metavar="URL",
        help="Resource Manager of another cloud, as an https URL.",
    ),
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Another seed makes another fleet.")]
FleetSize = Annotated[int, typer.Option("--vms", min=20, metavar="N", help="Make about N VMs.")]
