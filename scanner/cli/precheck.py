"""``backupscan precheck``."""

from __future__ import annotations

from typing import Annotated

import typer

from scanner.cli import azure_options, bundle_options, options, scope_options
from scanner.cli.one_line_errors import one_line_errors
from scanner.cli.trust import ANY_FILE, NAMED_FILE


def precheck(
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
    include_protected: Annotated[
        bool,
        typer.Option(
            "--include-protected/--no-include-protected",
            help="Include VMs that are backed up. Those named by --vm or --vms-file always are.",
        ),
        ANY_FILE,
    ] = False,
    include_managed: scope_options.IncludeManaged = False,
    vault: Annotated[
        list[str] | None,
        typer.Option(
            "--vault",
            metavar="NAME",
            help="Vault that will be used, by name or id. Repeatable: that of the VM's region.",
        ),
        ANY_FILE,
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(
            "--policy",
            metavar="NAME",
            help="Policy in that vault that will be used, by name or id.",
        ),
        ANY_FILE,
    ] = None,
    ask_azure: Annotated[
        bool,
        typer.Option(
            "--ask-azure/--no-ask-azure",
            help="Ask Azure Backup too, by POSTs that only read. Needs two rights beyond Reader.",
        ),
        # A POST is the user's own decision: it goes out with their credential.
        NAMED_FILE,
    ] = False,
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
    bundle: bundle_options.Bundle = None,
    salvage: bundle_options.Salvage = False,
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
    verbose: options.Verbose = False,
    debug: options.Debug = False,
) -> None:
    """Check VMs before you turn on backup or change a policy."""
    with one_line_errors(debug=debug):
        from scanner.arm.calls import POSTS
        from scanner.arm.limits import limits_for
        from scanner.cli.bundles import parse_bundles
        from scanner.cli.connect import azure
        from scanner.cli.gate import Gate
        from scanner.cli.run import Ask, run
        from scanner.cli.scopes import excluded_names, wanted_names
        from scanner.fleet.target import parse_target
        from scanner.inventory.scope import Scope
        from scanner.judging.plugins import Choice

        bundles = parse_bundles(context, bundle=bundle, salvage=salvage)
        wanted = wanted_names((subscription, management_group, resource_group, vm, tag), vms_file)
        excluded = (
            exclude_subscription, exclude_management_group, exclude_resource_group,
            exclude_vm, exclude_tag,
        )  # fmt: skip
        # VMs that are backed up have a vault and a policy in force: checks of either work without
        # --vault and --policy.
        all_unprotected = not (include_protected or wanted.vms)
        checks = (check or ()) if all_unprotected else ()
        target = parse_target(vault or (), policy, ask_azure=ask_azure, checks=checks)
        ask = Ask(
            edition, tuple(check or ()), tuple(output or ()), tuple(format or ()),
            Gate(
                tuple(fail_on or ()), count, allow_empty, tuple(allow_incomplete or ()),
                baseline, new_only,
            ),
            Choice(skip_bad_plugins, no_plugins, tuple(pin_plugin or ())),
            target=target,
            without=tuple(exclude_check or ()), config=context.obj,
            evidence=evidence, indent=indent,
            max_age=max_age,
            replace_with_partial=replace_with_partial,
            details=details, quiet=quiet, verbose=verbose,
            bundles=bundles,
        )  # fmt: skip
        scope = Scope(
            wanted,
            excluded_names(excluded),
            include_managed=include_managed,
            protection=None if include_protected else "unprotected-or-named",
        )
        posts = POSTS if ask_azure else ()
        limits = limits_for(request_timeout, deadline, max_wait, max_views)
        raise typer.Exit(run(ask, scope, azure(cloud, arm_endpoint, tenant, limits, posts)))
