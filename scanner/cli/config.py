"""``backupscan config``, and how a command finds its configuration."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import typer

from scanner.cli.trust import SetBy, declared

if TYPE_CHECKING:
    from scanner.cli.config_file import Config, Kind, Setting

CONFIGURED = ("scan", "precheck", "collect", "reach", "plan")
"""The commands that take values of options from a file."""
_WITH_VARIABLES = ("scan", "precheck")
"""The commands that take values of options from variables."""


def variable_prefix(command: str) -> str:
    """What the variables of a command's options begin with: ``BACKUPSCAN_SCAN``."""
    return f"BACKUPSCAN_{command.upper()}"


def config(context: typer.Context) -> None:
    """Print each value of the configuration, and where it comes from."""
    from scanner.catalogue.text import limit_text
    from scanner.report.escape import log_line

    loaded: Config = context.obj
    typer.echo(log_line(f"file: {loaded.origin}"))
    for command in CONFIGURED:
        typer.echo(f"[{command}]")
        for text in _value_lines(
            context.find_root().command, command, loaded.options.get(command, {})
        ):
            typer.echo(text)
    for waiver in loaded.waivers:
        typer.echo(log_line(f"waiver: {waiver}: {waiver.reason}"))
    for threshold in loaded.thresholds:
        rule = f"{threshold.cause}/{threshold.condition}/{threshold.verdict}"
        limit = limit_text(threshold.limit)
        typer.echo(log_line(f"threshold: {rule} = {limit} ({threshold.reason})"))


def configured(context: typer.Context, file: Path | None, *, no_file: bool) -> Config:
    """The configuration of a run; raises ``UsageError`` if the file is wrong.

    A file that ``--config`` names is trusted, one that is found is not.
    """
    from scanner.cli.config_file import Config, find, load
    from scanner.errors import UsageError

    if no_file and is_typed(context, "file"):
        raise UsageError("--config and --no-config exclude each other", "Give one of them")
    if no_file or context.invoked_subcommand not in (*CONFIGURED, "config"):
        return Config()
    path = file or find(Path())
    settings = option_settings(context.find_root().command) if path else {}
    return load(path, settings, trusted=file is not None) if path else Config()


def name_file_in_use(config: Config) -> None:
    """Name on stderr the file that sets options, and why it is trusted or not."""
    from scanner.report.escape import log_line

    if config.path:
        sys.stderr.write(f"note: configuration: {log_line(config.origin)}\n")


def is_typed(context: typer.Context, name: str) -> bool:
    """True if an option is on the command line."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


@cache
def option_settings(root: Any) -> Mapping[str, Mapping[str, Setting]]:
    """What a file can give for the options, by command and name."""
    from scanner.cli.config_file import Setting

    return {
        command: {
            name: Setting(_kind_of(hints[name]), set_by)
            for name, (_, set_by) in _options_of(root, command).items()
        }
        for command in CONFIGURED
        if (hints := get_type_hints(root.commands[command].callback, include_extras=True))
    }


def _kind_of(hint: Any) -> Kind:
    """The type that a file must give for an option, by the annotation of its parameter."""
    value, *_ = get_args(hint)
    if isinstance(value, UnionType):
        value, _ = get_args(value)
    kind: Kind = get_origin(value) or value
    # Everything else, such as a path, is written as a text.
    return kind if kind in (bool, int, float, list) else str


def _options_of(root: Any, command: str) -> Mapping[str, tuple[Any, SetBy]]:
    """The options of a command that a file may set, by name, with what they declare."""
    marks = declared(root.commands[command].callback)
    return {
        option.name: (option, marks[option.name])
        for option in root.commands[command].params
        if option.name in marks and marks[option.name].named_file
    }


def _value_lines(root: Any, command: str, in_file: Mapping[str, Any]) -> Iterator[str]:
    """A line per option: name, value, and whether a variable, the file or nobody set it."""
    for name, (option, _) in _options_of(root, command).items():
        variable = f"{variable_prefix(command)}_{name.upper()}"
        # The command line ignores an empty variable, too.
        if command in _WITH_VARIABLES and os.environ.get(variable):
            value, origin = repr(os.environ[variable]), variable
        elif name in in_file:
            value, origin = repr(in_file[name]), "file"
        else:
            value, origin = _default_text(option), "default"
        yield f"{name.replace('_', '-')} = {value}  ({origin})"


def _default_text(option: Any) -> str:
    """The default of an option, or the words that its help has for it."""
    if isinstance(option.show_default, str):
        return option.show_default
    return repr("" if option.default is None else option.default)
