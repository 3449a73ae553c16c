"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer

from scanner.cli.trust import ANY_FILE, NAMED_FILE, NO_FILE, any_file_within
from scanner.report.formats import FORMATS, endings, purposes


def _file_of_format(text: str) -> str:
    """The file in a value of ``--format``."""
    return text.partition("=")[2]


def folder(text: str) -> Path:
    """A folder by its path or URL. Without a name it would be the one that the command runs in."""
    from scanner.fleet.bundle.url import folder_at

    if not text.strip():
        raise typer.BadParameter("the folder has no name.")
    # Typer knows no unions. A bundle takes both.
    return cast("Path", folder_at(text))


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
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "-f",
        "--format",
        metavar="FORMAT=FILE",
        help=f"Write a report as {purposes(FORMATS)}. FILE - is stdout and replaces the terminal"
        " report. Repeatable.",
    ),
    any_file_within(_file_of_format),
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
JobDays = Annotated[
    int,
    typer.Option(
        "--job-days", metavar="N", min=1, max=30, help="Read the backup jobs of the last N days."
    ),
    ANY_FILE,
]
MaxJobDetails = Annotated[
    int,
    typer.Option(
        "--max-job-details",
        metavar="N",
        min=0,
        help="Read details of at most N failed jobs per vault.",
    ),
    ANY_FILE,
]
Metrics = Annotated[
    bool,
    typer.Option(
        "--metrics/--no-metrics",
        help="Read CPU and memory from Azure Monitor, of VMs whose last backup failed in its"
        " snapshot.",
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
IncludeManaged = Annotated[
    bool,
    typer.Option(
        "--include-managed/--no-include-managed",
        help="Include VMs that AKS, Databricks and the like manage, and scale-set members.",
    ),
    ANY_FILE,
]
ProtectedOnly = Annotated[
    bool,
    typer.Option("--protected-only/--no-protected-only", help="Scan only VMs that are backed up."),
    ANY_FILE,
]
UnprotectedOnly = Annotated[
    bool,
    typer.Option(
        "--unprotected-only/--no-unprotected-only", help="Scan only VMs that are not backed up."
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
RequestTimeout = Annotated[
    float,
    typer.Option(
        "--request-timeout",
        metavar="SECONDS",
        min=1,
        help="Give a single read this long, and a page of a listing twice as long.",
    ),
    ANY_FILE,
]
Deadline = Annotated[
    float | None,
    typer.Option(
        "--deadline",
        metavar="SECONDS",
        min=1,
        help="Stop reading after this time. What was not read is in the report as gaps.",
        show_default="none",
    ),
    ANY_FILE,
]
MaxWait = Annotated[
    float,
    typer.Option(
        "--max-wait",
        metavar="SECONDS",
        min=1,
        help="Wait this long while Azure throttles every read of a kind.",
    ),
    ANY_FILE,
]
MaxViews = Annotated[
    int,
    typer.Option(
        "--max-views",
        metavar="N",
        min=0,
        help="If the listing of statuses fails, read at most N VMs of a subscription one by one.",
    ),
    ANY_FILE,
]
MaxCalls = Annotated[
    int | None,
    typer.Option(
        "--max-calls",
        metavar="N",
        min=1,
        help="Send no more than N requests: the rest is gaps. A scope that needs more for its"
        " subscriptions alone is refused.",
        show_default="no limit",
    ),
    ANY_FILE,
]
PlanCalls = Annotated[
    bool,
    typer.Option(
        "--plan-calls/--no-plan-calls",
        allow_from_autoenv=False,
        help="List only subscriptions, VMs and vaults. Print the requests that the rest needs and"
        " their least time, then end.",
    ),
    NO_FILE,
]
UseGraph = Annotated[
    bool,
    typer.Option(
        "--use-graph/--no-use-graph",
        help="Ask Resource Graph which subscriptions hold VMs, by a POST that only reads. It saves"
        " requests and decides no verdict.",
    ),
    NAMED_FILE,
]
Engine = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="NAME",
        allow_from_autoenv=False,
        help="Who reads the subscriptions: local, or the workers of a Dask cluster. dask starts one"
        " here, dask=tcp://HOST:PORT uses that of a scheduler.",
    ),
    NO_FILE,
]
Debug = Annotated[
    bool, typer.Option("--debug", allow_from_autoenv=False, help="Show tracebacks."), NO_FILE
]
Subscriptions = Annotated[
    list[str] | None,
    typer.Option(
        "-s",
        "--subscription",
        metavar="NAME",
        help="Only this subscription, by name or id. Repeatable, or a comma list.",
        show_default="all",
    ),
    ANY_FILE,
]
ManagementGroups = Annotated[
    list[str] | None,
    typer.Option(
        "-m",
        "--management-group",
        metavar="NAME",
        help="Only subscriptions below this management group. Repeatable, or a comma list.",
    ),
    ANY_FILE,
]
ResourceGroups = Annotated[
    list[str] | None,
    typer.Option(
        "-g",
        "--resource-group",
        metavar="NAME",
        help="Only VMs in this resource group. Repeatable, or a comma list.",
    ),
    ANY_FILE,
]
Vms = Annotated[
    list[str] | None,
    typer.Option(
        "--vm", metavar="ID", help="Only this VM, by its ARM id. Repeatable, or a comma list."
    ),
    ANY_FILE,
]
Tags = Annotated[
    list[str] | None,
    typer.Option(
        "--tag", metavar="KEY=VALUE", help="Only VMs with this tag. Repeatable: any of them."
    ),
    ANY_FILE,
]
VmsFile = Annotated[
    Path | None,
    typer.Option(
        "--vms-file",
        metavar="FILE",
        help="Only these VMs: an ARM id a line, or what 'az vm list' prints as JSON.",
    ),
    any_file_within(str),
]
ExcludeSubscriptions = Annotated[
    list[str] | None,
    typer.Option("--exclude-subscription", metavar="NAME", help="Leave out this subscription."),
    ANY_FILE,
]
ExcludeManagementGroups = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude-management-group", metavar="NAME", help="Leave out all below this group."
    ),
    ANY_FILE,
]
ExcludeResourceGroups = Annotated[
    list[str] | None,
    typer.Option("--exclude-resource-group", metavar="NAME", help="Leave out this group."),
    ANY_FILE,
]
ExcludeVms = Annotated[
    list[str] | None,
    typer.Option("--exclude-vm", metavar="ID", help="Leave out this VM."),
    ANY_FILE,
]
ExcludeTags = Annotated[
    list[str] | None,
    typer.Option("--exclude-tag", metavar="KEY=VALUE", help="Leave out VMs with this tag."),
    ANY_FILE,
]
Record = Annotated[
    Path | None,
    typer.Option(
        "--record",
        allow_from_autoenv=False,
        metavar="DIR",
        parser=folder,
        help="Save what is read as a bundle in this folder or at this URL, which is new or empty.",
    ),
    NO_FILE,
]
Resume = Annotated[
    Path | None,
    typer.Option(
        "--resume",
        allow_from_autoenv=False,
        metavar="DIR",
        parser=folder,
        help="Go on with a bundle that was interrupted: read only what it lacks.",
    ),
    NO_FILE,
]
OnlyFailed = Annotated[
    bool,
    typer.Option(
        "--only-failed/--no-only-failed",
        allow_from_autoenv=False,
        help="With --resume: also read again what had gaps.",
    ),
    NO_FILE,
]
Redact = Annotated[
    bool,
    typer.Option(
        "--redact/--no-redact",
        allow_from_autoenv=False,
        help="Save pseudonyms in place of names, ids, tags, addresses and messages.",
    ),
    NO_FILE,
]
RedactKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--redact-key-file",
        allow_from_autoenv=False,
        metavar="FILE",
        help="The key of the pseudonyms: bundles of one key can be compared.",
        show_default="a new key, which is printed once",
    ),
    NO_FILE,
]
Bundle = Annotated[
    Path | None,
    typer.Option(
        "--bundle",
        allow_from_autoenv=False,
        metavar="DIR",
        parser=folder,
        help="Judge the bundle in this folder or at this URL, without Azure. Names narrow its"
        " scope.",
    ),
    NO_FILE,
]
Salvage = Annotated[
    bool,
    typer.Option(
        "--salvage/--no-salvage",
        allow_from_autoenv=False,
        help="With --bundle: leave out damaged files. Their subscriptions are gaps.",
    ),
    NO_FILE,
]
Tenant = Annotated[
    str | None,
    typer.Option("--tenant", metavar="ID", help="Sign in to this tenant."),
    NAMED_FILE,
]
CloudName = Annotated[
    str | None,
    typer.Option(
        "--cloud",
        metavar="NAME",
        help="Azure cloud: public, usgov or china.",
        show_default="public",
    ),
    NAMED_FILE,
]
Endpoint = Annotated[
    str | None,
    typer.Option(
        "--arm-endpoint",
        metavar="URL",
        help="Resource Manager of another cloud, as an https URL.",
    ),
    NAMED_FILE,
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
