"""``backupscan collect``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli import azure_options, bundle_options, options, scope_options
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
            parser=bundle_options.folder,
            help="Folder or URL of the bundle. It has to be new or empty.",
            show_default="none: give it, or --resume",
        ),
        NO_FILE,
    ] = None,
    resume: bundle_options.Resume = None,
    only_failed: bundle_options.OnlyFailed = False,
    redact: bundle_options.Redact = False,
    redact_key_file: bundle_options.RedactKeyFile = None,
    subscription: scope_options.Subscriptions = None,
    management_group: scope_options.ManagementGroups = None,
    resource_group: scope_options.ResourceGroups = None,
    vm: scope_options.Vms = None,
    vms_file: scope_options.VmsFile = None,
    tag: scope_options.Tags = None,
    exclude_subscription: scope_options.ExcludeSubscriptions = None,
    exclude_management_group: scope_options.ExcludeManagementGroups = None,
    exclude_resource_group: scope_options.ExcludeResourceGroups = None,
    exclude_vm: scope_options.ExcludeVms = None,
    exclude_tag: scope_options.ExcludeTags = None,
    include_managed: scope_options.IncludeManaged = False,
    protected_only: scope_options.ProtectedOnly = False,
    unprotected_only: scope_options.UnprotectedOnly = False,
    job_days: azure_options.JobDays = 7,
    max_job_details: azure_options.MaxJobDetails = 50,
    metrics: azure_options.Metrics = False,
    allow_empty: options.AllowEmpty = False,
    tenant: azure_options.Tenant = None,
    cloud: azure_options.CloudName = None,
    arm_endpoint: azure_options.Endpoint = None,
    request_timeout: azure_options.RequestTimeout = 30,
    deadline: azure_options.Deadline = None,
    max_wait: azure_options.MaxWait = 1800,
    max_views: azure_options.MaxViews = 1000,
    max_calls: azure_options.MaxCalls = None,
    plan_calls: azure_options.PlanCalls = False,
    use_graph: azure_options.UseGraph = False,
    engine: azure_options.Engine = "local",
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
