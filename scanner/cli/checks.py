"""``backupscan checks``: the loaded checks, the rights they need, the causes without a check."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from scanner.cli import options
from scanner.cli.one_line_errors import one_line_errors
from scanner.cli.trust import NO_FILE


def checks(
    format: Annotated[  # noqa: A002 - the name of the option
        str,
        typer.Option("-f", "--format", metavar="FORMAT", help="Print as terminal or json."),
        NO_FILE,
    ] = "terminal",
    new: Annotated[
        str | None,
        typer.Option(
            "--new",
            metavar="NAME",
            allow_from_autoenv=False,
            help="Write a package for a check of your own, with this name.",
        ),
        NO_FILE,
    ] = None,
    skip_bad_plugins: options.SkipBadPlugins = False,
    no_plugins: options.NoPlugins = False,
    debug: options.Debug = False,
) -> None:
    """List all checks, what they read, and the causes without a check."""
    with one_line_errors(debug=debug):
        if new is not None:
            _write_package(new)
            return
        from scanner.arm.calls import BY_FACT
        from scanner.catalogue import load, read
        from scanner.catalogue.text import nearest
        from scanner.cli.installed import installed
        from scanner.cli.printed.checks import cover, print_coverage, to_json
        from scanner.errors import UsageError
        from scanner.judging.plugins import Choice
        from scanner.report.formats.terminal_console import open_console

        if format not in ("terminal", "json"):
            raise UsageError(f"unknown format {format!r}", nearest(format, ["terminal", "json"]))
        catalogue = load()
        loaded, _ = installed(catalogue, Choice(skip_bad_plugins, no_plugins))
        coverage = cover(loaded, catalogue, read(), BY_FACT)
        if format == "json":
            sys.stdout.buffer.write(to_json(coverage))
        else:
            print_coverage(coverage, open_console())


def _write_package(name: str) -> None:
    """Write a package with a new check and say what to do next."""
    from pathlib import Path

    from scanner.cli.new_check import write_package

    paths = write_package(name, Path())
    for path in paths:
        typer.echo(path)
    package = paths[0].parent
    typer.echo(f"Next: pip install ./{package}, then backupscan checks", err=True)
