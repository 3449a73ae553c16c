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
"""The commands whose options a file can give."""
_NOT_IN_A_FILE = ("help", "debug", "context")


def config(context: typer.Context) -> None:
    """Print every value of the configuration with where it comes from."""
    from scanner.catalogue.text import limit_text
    from scanner.report.escape import log_line

    found = context.obj
    typer.echo(f"file: {found.path or 'none'}")
    for name, values in _values(context, found.options):
        typer.echo(f"[{name}]")
        for value in values:
            typer.echo(value)
    for waiver in found.waivers:
        typer.echo(log_line(f"waiver: {waiver}: {waiver.reason}"))
    for each in found.thresholds:
        rule = f"{each.cause}/{each.condition}/{each.verdict}"
        typer.echo(log_line(f"threshold: {rule} = {limit_text(each.limit)} ({each.reason})"))


def configured(context: typer.Context, file: Path | None) -> Config:
    """The configuration of a run; raises ``UsageError``."""
    path = file or next(
        (each for each in (Path("backupscan.toml"), Path("pyproject.toml")) if each.is_file()), None
    )
    if path is None or context.invoked_subcommand not in (*CONFIGURED, "config"):
        return _without()
    from scanner.cli.config_file import find, load

    path = file or find(Path())
    return load(path, option_kinds(context.find_root().command)) if path else _without()


def _without() -> Config:
    """No file: nothing of the scanner need be imported for it, and help stays quick."""
    from scanner.cli.config_file import Config

    return Config()


def option_kinds(root: Any) -> Mapping[str, Mapping[str, Kind]]:
    """By command the options that a file can give, and what each of them takes."""
    return {
        command: {name: _kind(option) for name, option in _options(root, command).items()}
        for command in CONFIGURED
    }


def _kind(option: Any) -> Kind:
    if option.multiple:
        return list
    if option.is_flag:
        return bool
    return int if isinstance(option.default, int) else str


def _options(root: Any, command: str) -> Mapping[str, Any]:
    params = root.commands[command].params
    return {each.name: each for each in params if each.name not in _NOT_IN_A_FILE}


def _values(
    context: typer.Context, told: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, list[str]]]:
    for command in CONFIGURED:
        lines = []
        for name, option in _options(context.find_root().command, command).items():
            variable = f"BACKUPSCAN_{command}_{name}".upper()
            value, origin = option.default, "default"
            if name in told.get(command, {}):
                value, origin = told[command][name], "file"
            # An empty variable is none to the command line, too.
            if os.environ.get(variable):
                value, origin = os.environ[variable], variable
            shown = "" if value is None else value
            lines.append(f"{name.replace('_', '-')} = {shown!r}  ({origin})")
        yield command, lines
