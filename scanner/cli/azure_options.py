"""Options for the sign-in to Azure, and for how much is asked of it."""

from __future__ import annotations

from typing import Annotated

import typer

from scanner.cli.trust import ANY_FILE, NAMED_FILE, NO_FILE

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
UseGraph = Annotated[
    bool,
    typer.Option(
        "--use-graph/--no-use-graph",
        help="Ask Resource Graph which subscriptions hold VMs, by a POST that only reads. It saves"
        " requests and decides no verdict.",
    ),
    NAMED_FILE,
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
