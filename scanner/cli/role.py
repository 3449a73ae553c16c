"""``backupscan role``: the least rights that a command needs, as a custom role."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from scanner.cli.one_line_errors import one_line_errors
from scanner.cli.trust import NO_FILE


def role(
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="ID",
            help="A subscription or management group that the role may be assigned at. Repeatable.",
            show_default="/subscriptions/SUBSCRIPTION-ID, to be replaced",
        ),
        NO_FILE,
    ] = None,
    ask_azure: Annotated[
        bool,
        typer.Option(
            "--ask-azure/--no-ask-azure",
            help="Add the rights of --ask-azure of precheck and reach: POSTs that only read.",
        ),
        NO_FILE,
    ] = False,
    metrics: Annotated[
        bool, typer.Option("--metrics/--no-metrics", help="Add the right of --metrics."), NO_FILE
    ] = False,
    use_graph: Annotated[
        bool,
        typer.Option("--use-graph/--no-use-graph", help="Add the right of --use-graph."),
        NO_FILE,
    ] = False,
) -> None:
    """Print a custom role with the least rights that scans need.

    Save it in a file and give that to az role definition create --role-definition.
    """
    with one_line_errors(debug=False):
        import msgspec

        from scanner.arm.rights import custom_role

        found = custom_role(scope or (), ask_azure=ask_azure, metrics=metrics, use_graph=use_graph)
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
