"""``backupscan scan``."""

from __future__ import annotations

import typer

from scanner.cli import azure_options, bundle_options, options, scope_options
from scanner.cli.one_line_errors import one_line_errors


def scan(
    context: typer.Context,
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
    edition: options.Edition = "current",
    check: options.Checks = None,
    exclude_check: options.ExcludeChecks = None,
    output: options.Files = None,
    format: options.Formats = None,  # noqa: A002 - the name of the option
    evidence: options.Evidence = "found",
    indent: options.Indent = False,
    replace_with_partial: options.ReplaceWithPartial = False,
    fail_on: options.FailOn = None,
    count: options.Count = "protected",
    max_age: options.MaxAge = None,
    allow_incomplete: options.AllowIncomplete = None,
    baseline: options.Baseline = None,
    new_only: options.NewOnly = False,
    allow_empty: options.AllowEmpty = False,
    record: bundle_options.Record = None,
    resume: bundle_options.Resume = None,
    only_failed: bundle_options.OnlyFailed = False,
    redact: bundle_options.Redact = False,
    redact_key_file: bundle_options.RedactKeyFile = None,
    bundle: bundle_options.Bundle = None,
    salvage: bundle_options.Salvage = False,
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
    skip_bad_plugins: options.SkipBadPlugins = False,
    no_plugins: options.NoPlugins = False,
    pin_plugin: options.PinnedPlugins = None,
    details: options.Details = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    debug: options.Debug = False,
) -> None:
    """Scan VMs for the documented causes of backup failure.

    Needs the Reader role on what is scanned, and writes nothing to Azure.
    """
    with one_line_errors(debug=debug):
        from scanner.arm.call_plan import CallPlan
        from scanner.arm.calls import HOLDINGS
        from scanner.arm.job_details import JobBudget
        from scanner.arm.limits import limits_for
        from scanner.cli.bundles import parse_bundles
        from scanner.cli.call_plan import print_call_plan
        from scanner.cli.connect import azure
        from scanner.cli.engine import parse_engine
        from scanner.cli.gate import Gate
        from scanner.cli.run import Ask, run
        from scanner.cli.scopes import parse_scope
        from scanner.cli.source import Reading
        from scanner.fleet.work import Door
        from scanner.judging.plugins import Choice

        limits = limits_for(request_timeout, deadline, max_wait, max_views, max_calls)
        cluster = parse_engine(engine, Door(cloud, arm_endpoint, tenant, limits))
        bundles = parse_bundles(
            context, record=record, resume=resume, only_failed=only_failed, bundle=bundle,
            salvage=salvage, redact=redact, key_file=redact_key_file,
            engine=None if plan_calls else cluster,
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
        ask = Ask(
            edition, tuple(check or ()), tuple(output or ()), tuple(format or ()),
            Gate(
                tuple(fail_on or ()), count, allow_empty, tuple(allow_incomplete or ()),
                baseline, new_only,
            ),
            Choice(skip_bad_plugins, no_plugins, tuple(pin_plugin or ())),
            JobBudget(job_days, max_job_details),
            without=tuple(exclude_check or ()), config=context.obj, evidence=evidence,
            indent=indent,
            metrics=metrics, use_graph=use_graph, bundles=bundles, max_age=max_age,
            replace_with_partial=replace_with_partial,
            details=details, quiet=quiet, verbose=verbose,
        )  # fmt: skip
        plan = CallPlan() if plan_calls else None
        posts = (HOLDINGS,) if use_graph else ()
        connect = azure(cloud, arm_endpoint, tenant, limits, posts, plan=plan)
        if plan is not None:
            reading = Reading(
                scope, ask.budget, metrics, use_graph=use_graph,
                policies_of=lambda _: record is not None,
            )  # fmt: skip
            raise typer.Exit(print_call_plan(reading, connect, plan, max_calls))
        raise typer.Exit(run(ask, scope, connect))
