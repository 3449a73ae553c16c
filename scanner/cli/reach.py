"""``backupscan reach``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from scanner.cli import azure_options, bundle_options, options, scope_options
from scanner.cli.config import name_file_in_use
from scanner.cli.one_line_errors import one_line_errors
from scanner.cli.trust import NAMED_FILE, NO_FILE


def reach(
    context: typer.Context,
    vm: Annotated[
        str,
        typer.Argument(metavar="VM", help="ARM id of the VM, or a name that one VM has."),
    ],
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="TARGET",
            help="Service tag, prefix, IP address, or URL of Azure Storage.",
            show_default="Azure Storage of the VM's region",
        ),
        NO_FILE,
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            metavar="N",
            min=1,
            max=65535,
            help="Port of the target.",
            show_default="443, or that of the URL",
        ),
        NO_FILE,
    ] = None,
    protocol: Annotated[
        str, typer.Option("--protocol", metavar="NAME", help="Protocol: tcp or udp."), NO_FILE
    ] = "tcp",
    format: Annotated[  # noqa: A002 - the name of the option
        str,
        typer.Option("-f", "--format", metavar="FORMAT", help="Print as terminal or json."),
        NO_FILE,
    ] = "terminal",
    ask_azure: Annotated[
        bool,
        typer.Option(
            "--ask-azure/--no-ask-azure",
            help="Ask Network Watcher too, by POSTs that only read. Needs two more rights.",
        ),
        # A POST is the user's own decision: it goes out with their credential.
        NAMED_FILE,
    ] = False,
    subscription: scope_options.Subscriptions = None,
    resource_group: scope_options.ResourceGroups = None,
    tenant: azure_options.Tenant = None,
    cloud: azure_options.CloudName = None,
    arm_endpoint: azure_options.Endpoint = None,
    request_timeout: azure_options.RequestTimeout = 30,
    deadline: azure_options.Deadline = None,
    max_wait: azure_options.MaxWait = 1800,
    bundle: bundle_options.Bundle = None,
    salvage: bundle_options.Salvage = False,
    debug: options.Debug = False,
) -> None:
    """Show what a VM can reach, by its rules and routes.

    The target is Azure Storage of the VM's region unless --to names another one.

    Exit codes: 0 reached, 1 stopped, 2 could not run, 3 only possible, or something was not read.
    """
    with one_line_errors(debug=debug):
        from scanner.arm.calls import WATCHER_POSTS
        from scanner.arm.limits import limits_for
        from scanner.catalogue.text import nearest
        from scanner.cli.bundles import parse_bundles
        from scanner.cli.connect import azure
        from scanner.cli.find_way import exit_code, find, find_in_bundle
        from scanner.cli.printed.way import print_way, to_json
        from scanner.errors import UsageError
        from scanner.fleet.names import parse_names
        from scanner.fleet.reach import parse_vm
        from scanner.fleet.wanted_target import parse_wanted_target
        from scanner.report.formats.terminal_console import open_console

        if format not in ("terminal", "json"):
            what = f"unknown format {format!r}"
            raise UsageError(what, nearest(format, ["terminal", "json"]))
        bundles = parse_bundles(context, bundle=bundle, salvage=salvage)
        wanted = parse_wanted_target(to, port, protocol)
        scope = parse_names(subscription or [], [], resource_group or [], [], [])
        name, names = parse_vm(vm, scope)
        name_file_in_use(context.obj)
        if bundles.bundle:
            way = find_in_bundle(bundles.bundle, name, names, wanted, salvage=salvage)
        else:
            limits = limits_for(request_timeout, deadline, max_wait, 0)
            posts = WATCHER_POSTS if ask_azure else ()
            connect = azure(cloud, arm_endpoint, tenant, limits, posts)
            way = find(name, names, wanted, connect, ask_azure=ask_azure)
        if format == "json":
            sys.stdout.write(to_json(way).decode())
        else:
            print_way(way, open_console())
        sys.stdout.flush()
        code = exit_code(way)
        sys.stderr.write(f"exit {code.value}: {way.verdict}\n")
        raise typer.Exit(code.value)
