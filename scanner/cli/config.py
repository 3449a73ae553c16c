"""``backupscan config``, and how a command finds its configuration."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from scanner.cli.config_file import Config, Kind

CONFIGURED = ("scan", "precheck")
"""The commands that take values of options from a file."""
_NOT_IN_A_FILE = ("help", "debug", "context")


def config(context: typer.Context) -> None:
    """Print each value of the configuration, and where it comes from."""
    from scanner.catalogue.text import limit_text
    from scanner.report.escape import log_line

    loaded: Config = context.obj
    typer.echo(f"file: {loaded.path or 'none'}")
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


def configured(context: typer.Context, file: Path | None) -> Config:
    """The configuration of a run; raises ``UsageError`` if the file is wrong."""
    from scanner.cli.config_file import Config, find, load

    if context.invoked_subcommand not in (*CONFIGURED, "config"):
        return Config()
    path = file or find(Path())
    return load(path, option_kinds(context.find_root().command)) if path else Config()


def option_kinds(root: Any) -> Mapping[str, Mapping[str, Kind]]:
    """The options that a file can give, by command, each with the type of its value."""
    return {
        command: {name: _option_kind(option) for name, option in _options_of(root, command).items()}
        for command in CONFIGURED
    }


def _option_kind(option: Any) -> Kind:
    """The type that a file must give for an option of Click."""
    if option.multiple:
        return list
    if option.is_flag:
        return bool
    return int if isinstance(option.default, int) else str


def _options_of(root: Any, command: str) -> Mapping[str, Any]:
    """The options of a command that a file may set, by name."""
    options = root.commands[command].params
    return {option.name: option for option in options if option.name not in _NOT_IN_A_FILE}


def _value_lines(root: Any, command: str, in_file: Mapping[str, Any]) -> Iterator[str]:
    """A line per option: name, value, and whether a variable, the file or nobody set it."""
    for name, option in _options_of(root, command).items():
        variable = f"BACKUPSCAN_{command}_{name}".upper()
        # The command line ignores an empty variable, too.
        if os.environ.get(variable):
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
