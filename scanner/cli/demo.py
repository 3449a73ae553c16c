"""``backupscan demo``."""

from __future__ import annotations

from typing import Annotated

import typer

from scanner.cli import options
from scanner.cli.one_line_errors import told_plainly


def demo(
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another fleet.")] = 1,
    vms: Annotated[
        int, typer.Option("--vms", min=20, metavar="N", help="About how many VMs.")
    ] = 200,
    edition: options.Edition = "current",
    check: options.Checks = None,
    output: options.Files = None,
    format: options.Formats = None,  # noqa: A002 - the name of the option
    evidence: options.Evidence = "found",
    fail_on: options.FailOn = None,
    skip_bad_plugins: options.SkipBadPlugins = False,
    debug: options.Debug = False,
) -> None:
    """Scan a simulated fleet; needs no Azure."""
    with told_plainly(debug=debug):
        from scanner.cli.run import Ask, run
        from scanner.cli.simulated import simulated
        from scanner.inventory.scope import Scope

        ask = Ask(
            edition, tuple(check or ()), tuple(output or ()), tuple(format or ()),
            tuple(fail_on or ()),
            skip_bad_plugins=skip_bad_plugins, evidence=evidence,
        )  # fmt: skip
        raise typer.Exit(run(ask, Scope(), simulated(seed, vms)))
