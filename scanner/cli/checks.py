"""``backupscan checks``: what is loaded, what it needs, what it leaves open."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from scanner.cli import options
from scanner.cli.one_line_errors import told_plainly


def checks(
    format: Annotated[  # noqa: A002 - the name of the option
        str, typer.Option("-f", "--format", metavar="FORMAT", help="terminal or json.")
    ] = "terminal",
    new: Annotated[
        str | None,
        typer.Option(
            "--new",
            metavar="NAME",
            allow_from_autoenv=False,
            help="Write a package with a check of your own.",
        ),
    ] = None,
    skip_bad_plugins: options.SkipBadPlugins = False,
    debug: options.Debug = False,
) -> None:
    """List every loaded check with what it reads, and every cause that none judges."""
    with told_plainly(debug=debug):
        if new is not None:
            _write(new)
            return
        from rich.console import Console

        from scanner.arm.calls import BY_FACT
        from scanner.catalogue import load, read
        from scanner.catalogue.text import nearest
        from scanner.cli.installed import installed
        from scanner.cli.printed.checks import cover, print_coverage, to_json
        from scanner.errors import UsageError

        if format not in ("terminal", "json"):
            raise UsageError(f"unknown format {format!r}", nearest(format, ["terminal", "json"]))
        catalogue = load()
        found = installed(catalogue, skip_bad=skip_bad_plugins)
        coverage = cover(found, catalogue, read(), BY_FACT)
        if format == "json":
            sys.stdout.buffer.write(to_json(coverage))
        else:
            print_coverage(coverage, Console(highlight=False, markup=False))


def _write(name: str) -> None:
    from pathlib import Path

    from scanner.cli.new_check import write_package

    written = write_package(name, Path())
    for path in written:
        typer.echo(path)
    home = written[0].parent
    typer.echo(f"Now: pip install ./{home}, then: backupscan checks", err=True)
