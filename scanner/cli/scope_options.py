"""Options for the VMs that commands look at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.trust import ANY_FILE, any_file_within

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
VmsFile = Annotated[
    Path | None,
    typer.Option(
        "--vms-file",
        metavar="FILE",
        help="Only these VMs: an ARM id a line, or what 'az vm list' prints as JSON.",
    ),
    any_file_within(str),
]
Tags = Annotated[
    list[str] | None,
    typer.Option(
        "--tag", metavar="KEY=VALUE", help="Only VMs with this tag. Repeatable: any of them."
    ),
    ANY_FILE,
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
