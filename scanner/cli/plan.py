"""``backupscan plan``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli import azure_options, bundle_options, options, scope_options
from scanner.cli.one_line_errors import one_line_errors
from scanner.cli.trust import ANY_FILE, any_file_within


def plan(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Plans of one change: what 'terraform show -json PLANFILE', 'tofu show -json"
            " PLANFILE', 'az deployment group what-if -g GROUP -f FILE --no-pretty-print' or 'bicep"
            " snapshot' writes. - is the standard input.",
        ),
    ],
    live: Annotated[
        bool,
        typer.Option(
            "--live/--no-live",
            help="Read what lives in the subscriptions that the plan names, by GET alone.",
        ),
        ANY_FILE,
    ] = False,
    source: Annotated[
        Path | None,
        typer.Option(
            "--source",
            metavar="DIR",
            help="Folder of the Terraform configuration: findings get its files and lines.",
        ),
        any_file_within(str),
    ] = None,
    subscription: Annotated[
        list[str] | None,
        typer.Option(
            "-s",
            "--subscription",
            metavar="NAME",
            help="Also read this subscription. A plan that names none is of this GUID."
            " Repeatable, or a comma list.",
            show_default="the subscriptions of the plan",
        ),
        ANY_FILE,
    ] = None,
    bundle: bundle_options.Bundle = None,
    salvage: bundle_options.Salvage = False,
    include_managed: scope_options.IncludeManaged = False,
    edition: options.Edition = "current",
    check: options.Checks = None,
    exclude_check: options.ExcludeChecks = None,
    output: options.Files = None,
    format: options.PlanFormats = None,  # noqa: A002 - the name of the option
    evidence: options.Evidence = "found",
    fail_on: options.FailOn = None,
    count: options.Count = "protected",
    max_age: options.MaxAge = None,
    allow_incomplete: options.AllowIncomplete = None,
    tenant: azure_options.Tenant = None,
    cloud: azure_options.CloudName = None,
    arm_endpoint: azure_options.Endpoint = None,
    request_timeout: azure_options.RequestTimeout = 30,
    deadline: azure_options.Deadline = None,
    max_wait: azure_options.MaxWait = 1800,
    max_views: azure_options.MaxViews = 1000,
    skip_bad_plugins: options.SkipBadPlugins = False,
    no_plugins: options.NoPlugins = False,
    pin_plugin: options.PinnedPlugins = None,
    details: options.Details = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Judge what a plan will do to backup, before it is applied.

    Only what is new or worse counts for the exit code. A plan that touches nothing of backup ends
    with 0.
    """
    with one_line_errors(debug=debug):
        from scanner.cli.bundles import parse_bundles
        from scanner.cli.collector import spare_collector
        from scanner.cli.gate import Gate
        from scanner.cli.plan_files import read_plans
        from scanner.cli.run_plan import PlanAsk, run_plan
        from scanner.errors import UsageError
        from scanner.fleet.names import parse_names
        from scanner.judging.plugins import Choice

        bundles = parse_bundles(context, bundle=bundle, salvage=salvage, reads=live)
        if live and bundle:
            raise UsageError("--live and --bundle exclude each other", "Give one of them")
        spare_collector()
        names = parse_names(subscription or [], [], [], [], [])
        contents = read_plans(files, names.subscriptions, source, reads=live or bundle is not None)
        ask = PlanAsk(
            edition, tuple(check or ()), tuple(exclude_check or ()), tuple(output or ()),
            tuple(format or ()),
            Gate(
                tuple(fail_on or ()), count, allow_empty=True,
                allow_incomplete=tuple(allow_incomplete or ()),
            ),
            evidence,
            Choice(skip_bad_plugins, no_plugins, tuple(pin_plugin or ())), context.obj,
            max_age=max_age, details=details, quiet=quiet,
        )  # fmt: skip
        reads_from = None
        if live or bundle:
            from scanner.arm.limits import limits_for
            from scanner.cli.connect import azure
            from scanner.cli.plan_source import plan_source
            from scanner.inventory.scope import Scope

            limits = limits_for(request_timeout, deadline, max_wait, max_views)
            reads_from = plan_source(
                bundles,
                azure(cloud, arm_endpoint, tenant, limits),
                Scope(names, include_managed=include_managed),
                quiet=quiet,
            )
        raise typer.Exit(run_plan(ask, contents, reads_from))
