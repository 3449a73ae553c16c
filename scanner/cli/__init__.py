"""The command ``backupscan``. Each subcommand is a file that parses options, runs and prints.

Commands import what they run only when they run it: importing the Azure SDK takes longer than
``--help`` may.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from os import _exit
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from scanner import __version__
from scanner.cli import checks, config, demo, diff, explain, precheck, scan, schema, simulate
from scanner.cli.config import configured
from scanner.cli.one_line_errors import one_line_errors

app = typer.Typer(
    name="backupscan",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "auto_envvar_prefix": "BACKUPSCAN",
    },
)
app.command("scan")(scan.scan)
app.command("precheck")(precheck.precheck)
app.command("explain")(explain.explain)
app.command("checks")(checks.checks)
app.command("diff")(diff.diff)
app.command("config")(config.config)
app.command("schema")(schema.schema)
app.command("demo")(demo.demo)
app.command("simulate")(simulate.simulate)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"backupscan {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Option(
            "--config",
            metavar="FILE",
            envvar="BACKUPSCAN_CONFIG",
            help="Configuration file.",
            show_default="backupscan.toml or pyproject.toml here",
        ),
    ] = None,
    version: bool = typer.Option(  # noqa: ARG001 - its callback does it
        False,
        "--version",
        callback=_print_version,
        is_eager=True,
        # A variable that pins a version must not turn every command into this one.
        allow_from_autoenv=False,
        help="Show the version and exit.",
    ),
) -> None:
    """Find the documented causes of Azure VM Backup failure on every VM of a fleet.

    Exit codes: 0 nothing found and everything read, 1 findings at the --fail-on verdict or worse,
    2 could not run, 3 something could not be read, 4 the scope holds no VM, 130 interrupted.
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        return
    with one_line_errors(debug=False):
        loaded = configured(context, file)
    context.obj, context.default_map = loaded, dict(loaded.options)


def main() -> None:
    """Run the console script. A wrong option ends in one line, as every other error does."""
    try:
        code = app(standalone_mode=False)
    except Exception as error:
        # The parser's own errors have this method; typer does not export their class.
        format_message = getattr(error, "format_message", None)
        if format_message is None:
            raise
        message = " ".join(format_message().split()).rstrip(".")
        sys.stderr.write(f"exit 2: {message}. See 'backupscan --help'.\n")
        code = 2
    _end(code or 0)


def _end(code: int) -> NoReturn:
    """End the process at once: no thread and no exit handler of a plugin changes its code."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    _exit(code)
