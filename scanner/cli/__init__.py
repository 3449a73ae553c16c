"""The command ``backupscan``: one command a file, each parses, wires, prints.

Nothing of Azure is imported here: that alone takes longer than ``--help`` may.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scanner import __version__
from scanner.cli import checks, config, demo, diff, explain, precheck, scan, schema, simulate
from scanner.cli.config import configured
from scanner.cli.one_line_errors import told_plainly

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


def _version(wanted: bool) -> None:
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
            help="Configuration.  [default: backupscan.toml here]",
        ),
    ] = None,
    version: bool = typer.Option(  # noqa: ARG001 - its callback does it
        False,
        "--version",
        callback=_version,
        is_eager=True,
        # A variable that pins a version must not turn every command into this one.
        allow_from_autoenv=False,
        help="Show the version and stop.",
    ),
) -> None:
    """Show which documented causes of Azure VM Backup failure apply to every VM of a fleet.

    Exit codes: 0 nothing found and nothing missing, 1 findings at or above --fail-on, 2 could not
    run, 3 something could not be read, 4 the scope holds no VM, 130 interrupted.
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        return
    with told_plainly(debug=False):
        found = configured(context, file)
    context.obj, context.default_map = found, dict(found.options)


def main() -> None:
    """The console script; an option that makes no sense gets one line, as every other error."""
    try:
        code = app(standalone_mode=False)
    except Exception as error:
        told = getattr(error, "format_message", None)
        if told is None:
            raise
        words = " ".join(told().split())
        sys.stderr.write(f"exit 2: {words.rstrip('.')}. See 'backupscan --help'.\n")
        code = 2
    sys.exit(code)
