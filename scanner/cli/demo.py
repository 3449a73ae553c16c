"""``backupscan demo``."""

from __future__ import annotations

import typer

from scanner.cli import options
from scanner.cli.one_line_errors import one_line_errors


def demo(
    seed: options.Seed = 1,
    vms: options.FleetSize = 200,
    edition: options.Edition = "current",
    check: options.Checks = None,
    output: options.Files = None,
    format: options.Formats = None,  # noqa: A002 - the name of the option
    evidence: options.Evidence = "found",
    indent: options.Indent = False,
    fail_on: options.FailOn = None,
    count: options.Count = "protected",
    skip_bad_plugins: options.SkipBadPlugins = False,
    no_plugins: options.NoPlugins = False,
    details: options.Details = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    debug: options.Debug = False,
) -> None:
    """Scan a simulated fleet, without an Azure account."""
    with one_line_errors(debug=debug):
        from scanner.cli.gate import Gate
        from scanner.cli.run import Ask, run
        from scanner.cli.simulated import simulated
        from scanner.inventory.scope import Scope
        from scanner.judging.plugins import Choice

        ask = Ask(
            edition, tuple(check or ()), tuple(output or ()), tuple(format or ()),
            Gate(tuple(fail_on or ()), count),
            plugins=Choice(skip_bad_plugins, no_plugins), evidence=evidence, indent=indent,
            details=details, quiet=quiet, verbose=verbose,
        )  # fmt: skip
        raise typer.Exit(run(ask, Scope(), simulated(seed, vms)))
