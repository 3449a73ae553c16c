"""``backupscan collect``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli import options
from scanner.cli.one_line_errors import one_line_errors
from scanner.cli.trust import NO_FILE


def collect(
    context: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR",
            parser=options.folder,
            help="Folder or URL of the bundle. It has to be new or empty.",
            show_default="none: give it, or --resume",
        ),
        NO_FILE,
    ] = None,
    resume: options.Resume = None,
    only_failed: options.OnlyFailed = False,
    redact: options.Redact = False,
    redact_key_file: options.RedactKeyFile = None,
    subscription: options.Subscriptions = None,
    management_group: options.ManagementGroups = None,
    resource_group: options.ResourceGroups = None,
    vm: options.Vms = None,
    vms_file: options.VmsFile = None,
    tag: options.Tags = None,
    exclude_subscription: options.ExcludeSubscriptions = None,
    exclude_management_group: options.ExcludeManagementGroups = None,
    exclude_resource_group: options.ExcludeResourceGroups = None,
    exclude_vm: options.ExcludeVms = None,
    exclude_tag: options.ExcludeTags = None,
    include_managed: options.IncludeManaged = False,
    protected_only: options.ProtectedOnly = False,
    unprotected_only: options.UnprotectedOnly = False,
    job_days: options.JobDays = 7,
    max_job_details: options.MaxJobDetails = 50,
    metrics: options.Metrics = False,
    allow_empty: options.AllowEmpty = False,
    tenant: options.Tenant = None,
    cloud: options.CloudName = None,
    arm_endpoint: options.Endpoint = None,
    request_timeout: options.RequestTimeout = 30,
    deadline: options.Deadline = None,
    max_wait: options.MaxWait = 1800,
    max_views: options.MaxViews = 1000,
    max_calls: options.MaxCalls = None,
    plan_calls: options.PlanCalls = False,
    use_graph: options.UseGraph = False,
    engine: options.Engine = "local",
    debug: options.Debug = False,
) -> None:
    """Save what checks need as a bundle, to judge it later.

    Needs the Reader role on what is read, and writes nothing to Azure.
    """
    with one_line_errors(debug=debug):
        from scanner.arm.call_plan import CallPlan
        from scanner.arm.calls import HOLDINGS
        from scanner.arm.job_details import JobBudget
        from scanner.arm.limits import limits_for
        from scanner.cli.bundles import open_source, parse_bundles
        from scanner.cli.call_plan import print_call_plan
        from scanner.cli.collected import run
        from scanner.cli.config import name_file_in_use
        from scanner.cli.connect import azure
        from scanner.cli.engine import parse_engine
        from scanner.cli.scopes import parse_scope
        from scanner.cli.source import Reading
        from scanner.errors import UsageError
        from scanner.fleet.work import Door

        if output is None and resume is None and not plan_calls:
            raise UsageError("collect needs a folder to write to", "Give -o DIR")
        limits = limits_for(request_timeout, deadline, max_wait, max_views, max_calls)
        cluster = parse_engine(engine, Door(cloud, arm_endpoint, tenant, limits))
        bundles = parse_bundles(
            context, record=output, resume=resume, only_failed=only_failed, redact=redact,
            key_file=redact_key_file, record_option="-o", engine=None if plan_calls else cluster,
        )  # fmt: skip
        wanted = (subscription, management_group, resource_group, vm, tag)
        excluded = (
            exclude_subscription, exclude_management_group, exclude_resource_group,
            exclude_vm, exclude_tag,
        )  # fmt: skip
        scope = parse_scope(
            wanted, excluded, vms_file, include_managed=include_managed,
            protected_only=protected_only, unprotected_only=unprotected_only,
        )  # fmt: skip
        plan = CallPlan() if plan_calls else None
        posts = (HOLDINGS,) if use_graph else ()
        connect = azure(cloud, arm_endpoint, tenant, limits, posts, plan=plan)
        name_file_in_use(context.obj)
        budget = JobBudget(job_days, max_job_details)
        reading = Reading(scope, budget, metrics, use_graph=use_graph, policies_of=lambda _: True)
        if plan is not None:
            raise typer.Exit(print_call_plan(reading, connect, plan, max_calls))
        source = open_source(bundles, reading, connect)
        raise typer.Exit(run(source, allow_empty=allow_empty))
