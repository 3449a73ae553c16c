"""The command ``backupscan``. Each subcommand is a file that parses options, runs and prints.

Commands import what they run only when they run it: importing the Azure SDK takes longer than
``--help`` may.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import cache
from os import _exit
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.main import get_command

from scanner import __version__
from scanner.cli import (
    checks,
    collect,
    config,
    demo,
    diff,
    explain,
    fix,
    plan,
    precheck,
    reach,
    redact,
    role,
    scan,
    schema,
    show,
    simulate,
)
from scanner.cli.config import configured, variable_prefix
from scanner.cli.one_line_errors import OneLineGroup, one_line_errors
from scanner.cli.signals import interrupt_on_signals
from scanner.cli.streams import guard_streams
from scanner.cli.trust import NO_FILE

app = typer.Typer(
    name="backupscan",
    cls=OneLineGroup,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _name, _command in (("scan", scan.scan), ("precheck", precheck.precheck)):
    # Options of no other command have variables: one that is set for another purpose does nothing.
    app.command(_name, context_settings={"auto_envvar_prefix": variable_prefix(_name)})(_command)
app.command("plan")(plan.plan)
app.command("show")(show.show)
app.command("fix")(fix.fix)
app.command("collect")(collect.collect)
app.command("redact")(redact.redact)
app.command("reach")(reach.reach)
app.command("explain")(explain.explain)
app.command("checks")(checks.checks)
app.command("diff")(diff.diff)
app.command("config")(config.config)
app.command("role")(role.role)
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
            help="Configuration file. It may set every option; a file that is found here may"
            " not say where to sign in, load checks, or leave its folder.",
            show_default="backupscan.toml or pyproject.toml here",
        ),
        NO_FILE,
    ] = None,
    no_config: Annotated[
        bool,
        typer.Option("--no-config", help="Read no configuration file."),
        NO_FILE,
    ] = False,
    version: Annotated[  # noqa: ARG001 - its callback does it
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Show the version and exit.",
        ),
        NO_FILE,
    ] = False,
) -> None:
    """Find the documented causes of Azure VM Backup failure on every VM of a fleet.

    Exit codes: 0 nothing found and everything read, 1 findings at the --fail-on verdict or worse,
    2 could not run, 3 something could not be read, 4 the scope holds no VM, 130 interrupted by
    Ctrl-C, SIGTERM or SIGHUP.
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        return
    with one_line_errors(debug=False):
        loaded = configured(context, file, no_file=no_config)
    context.obj, context.default_map = loaded, dict(loaded.options)


@cache
def command_line() -> Any:
    """The command with its subcommands and their options, made once."""
    return get_command(app)


def main() -> None:
    """Run the console script. A wrong option ends in one line, as every other error does."""
    guard_streams()
    interrupt_on_signals()
    _end(_exit_code())


def _exit_code() -> int:
    """Run the command. An exception ends in exit code 2, so it is never taken for a clean scan."""
    try:
        with one_line_errors(debug=False):
            code = command_line()(standalone_mode=False)
            sys.stdout.flush()
    except typer.Exit as ended:
        code = ended.exit_code
    # To describe an error can be to run code of a plugin, which raises again.
    except BaseException:  # noqa: BLE001
        sys.stderr.write("exit 2: internal error. Run again with --no-plugins\n")
        code = 2
    return code or 0


def _end(code: int) -> NoReturn:
    """End the process at once: no thread and no exit handler of a plugin changes its code."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    _exit(code)
