"""``backupscan precheck``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli import options
from scanner.cli.one_line_errors import one_line_errors
from scanner.cli.trust import ANY_FILE, NAMED_FILE, any_file_within


def precheck(
    context: typer.Context,
    subscription: options.Subscriptions = None,
    resource_group: options.ResourceGroups = None,
    vm: options.Vms = None,
    vms_file: Annotated[
        Path | None,
        typer.Option(
            "--vms-file",
            metavar="FILE",
            help="Only these VMs: an ARM id a line, or what 'az vm list' prints as JSON.",
        ),
        any_file_within(str),
    ] = None,
    tag: options.Tags = None,
    include_protected: Annotated[
        bool,
        typer.Option(
            "--include-protected/--no-include-protected",
            help="Include VMs that are backed up. Those named by --vm or --vms-file always are.",
        ),
        ANY_FILE,
    ] = False,
    include_managed: options.IncludeManaged = False,
    vault: Annotated[
        str | None,
        typer.Option("--vault", metavar="NAME", help="Vault that will be used, by name or id."),
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
    fail_on: options.FailOn = None,
    allow_empty: options.AllowEmpty = False,
    bundle: options.Bundle = None,
    salvage: options.Salvage = False,
    tenant: options.Tenant = None,
    cloud: options.CloudName = None,
    arm_endpoint: options.Endpoint = None,
    request_timeout: options.RequestTimeout = 30,
    deadline: options.Deadline = None,
    max_wait: options.MaxWait = 1800,
    max_views: options.MaxViews = 1000,
    skip_bad_plugins: options.SkipBadPlugins = False,
    no_plugins: options.NoPlugins = False,
    pin_plugin: options.PinnedPlugins = None,
    debug: options.Debug = False,
) -> None:
    """Check VMs before you turn on backup or change a policy."""
    with one_line_errors(debug=debug):
        from scanner.arm.calls import POSTS
        from scanner.arm.limits import limits_for
        from scanner.cli.bundles import parse_bundles
        from scanner.cli.connect import azure
        from scanner.cli.run import Ask, run
        from scanner.cli.user_files import IDS_BYTES, read_text
        from scanner.fleet.id_file import parse_ids
        from scanner.fleet.names import parse_names
        from scanner.fleet.target import parse_target
        from scanner.inventory.scope import Scope
        from scanner.judging.plugins import Choice

        bundles = parse_bundles(context, bundle=bundle, salvage=salvage)
        named = parse_names(subscription or [], [], resource_group or [], vm or [], tag or [])
        in_file = parse_ids(read_text(vms_file, IDS_BYTES), f"{vms_file}") if vms_file else ()
        wanted = replace(named, vms=(*named.vms, *in_file))
        # VMs that are backed up have a vault and a policy in force: checks of either work without
        # --vault and --policy.
        all_unprotected = not (include_protected or wanted.vms)
        ask = Ask(
            edition, tuple(check or ()), tuple(output or ()), tuple(format or ()),
            tuple(fail_on or ()), allow_empty,
            Choice(skip_bad_plugins, no_plugins, tuple(pin_plugin or ())),
            target=parse_target(
                vault, policy, ask_azure=ask_azure, checks=(check or ()) if all_unprotected else ()
            ),
            without=tuple(exclude_check or ()), config=context.obj, evidence=evidence,
            bundles=bundles,
        )  # fmt: skip
        scope = Scope(
            wanted,
            include_managed=include_managed,
            protection=None if include_protected else "unprotected-or-named",
        )
        posts = POSTS if ask_azure else ()
        limits = limits_for(request_timeout, deadline, max_wait, max_views)
        raise typer.Exit(run(ask, scope, azure(cloud, arm_endpoint, tenant, limits, posts)))
