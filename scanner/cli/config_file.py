"""``backupscan.toml``, or the table ``tool.backupscan`` of ``pyproject.toml``.

Options on the command line outrank environment variables, these outrank the file, and the file
outranks the defaults.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from reprlib import Repr
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from scanner.catalogue import Catalogue, Edition
from scanner.catalogue.text import nearest
from scanner.cli.thresholds import Threshold, override
from scanner.cli.trust import SetBy, vet_found_value
from scanner.cli.user_files import CONFIGURATION_BYTES, read_text
from scanner.errors import UsageError
from scanner.gate.waivers import Waiver
from scanner.inventory.armid import ArmId

FILE = "backupscan.toml"
Kind = type[bool] | type[int] | type[float] | type[str] | type[list[str]]
"""The type of an option's value."""
_KINDS: Mapping[Kind, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list of texts",
}
_TABLES = ("scan", "precheck", "collect", "reach", "plan", "waiver", "threshold")
_SHAPES = {
    "expires": "a date, such as 2027-03-31",
    "limit": "a number, a version or a list of texts",
}
"""What a key of a waiver or a threshold takes. Every other key takes a text."""
_MOST_DOTS = 1_000
_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 80
_Entry = TypeVar("_Entry", Waiver, Threshold)


class Setting(Struct, frozen=True):
    """What a file may give for one option."""

    kind: Kind
    set_by: SetBy


class Config(Struct, frozen=True):
    """The content of the file; empty without a file."""

    path: Path | None = None
    trusted: bool = False
    """True if ``--config`` or its variable names the file, false if it was found."""
    options: Mapping[str, Mapping[str, Any]] = {}
    """Values of options by command, then by the option's long name with underscores."""
    waivers: tuple[Waiver, ...] = ()
    thresholds: tuple[Threshold, ...] = ()

    @property
    def origin(self) -> str:
        """The file, and why it is trusted or not. ``none`` without a file."""
        if self.path is None:
            return "none"
        why = "trusted: --config names it" if self.trusted else "not trusted: it was found here"
        return f"{self.path.absolute()} ({why})"

    def apply(self, edition: Edition, catalogue: Catalogue) -> Edition:
        """The edition with the file's thresholds in place of its own limits.

        Raises ``UsageError`` if a threshold is of no rule, or has a limit of another kind.
        """
        return override(edition, self.thresholds, catalogue, f"{self.path}")


def find(folder: Path) -> Path | None:
    """The configuration file of a folder, or None."""
    own, shared = folder / FILE, folder / "pyproject.toml"
    # A link that leads nowhere, or a folder, is reported by whoever reads it.
    if os.path.lexists(own):
        return own
    if os.path.lexists(shared) and _backupscan_table(shared, _read_shared(shared)):
        return shared
    return None


def _read_shared(path: Path) -> dict[str, Any]:
    """A ``pyproject.toml``, which may be of somebody who does not use this command."""
    try:
        return _read_toml(path)
    except UsageError as error:
        remedy = "Fix the file, or read none: backupscan --no-config COMMAND"
        raise UsageError(error.what, remedy) from error


def load(path: Path, settings: Mapping[str, Mapping[str, Setting]], *, trusted: bool) -> Config:
    """Read a file; ``settings`` are what it may give for the options of each command.

    Raises ``UsageError`` that names the wrong key, and the nearest known one, or the key that only
    a trusted file may set.
    """
    content = _read_toml(path)
    if path.name == "pyproject.toml":
        content = _backupscan_table(path, content)
    for key in content:
        if key not in _TABLES:
            raise UsageError(f"{path}: unknown table {key!r}", nearest(key, list(_TABLES)))
    values = {
        command: _command_options(path, command, content.get(command, {}), known, trusted=trusted)
        for command, known in settings.items()
    }
    if not trusted:
        _vet_found_options(path, values, settings)
    waivers = _read_entries(path, content, "waiver", Waiver)
    for waiver in waivers:
        _vet_waiver(path, waiver)
    return Config(
        path, trusted, values, waivers, _read_entries(path, content, "threshold", Threshold)
    )


def _read_toml(path: Path) -> dict[str, Any]:
    text = read_text(path, CONFIGURATION_BYTES)
    for number, line in enumerate(text.splitlines(), 1):
        # The parser takes minutes for a key of many parts. A key is on one line.
        if line.count(".") > _MOST_DOTS:
            what = f"{path}:{number} has more than {_MOST_DOTS:,} dots"
            raise UsageError(what, "Use shorter keys, and several lines for a long list")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise UsageError(f"{path} is nested too deep", "Fix the file") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} cannot be read ({str(error)[:200]})", "Fix the file") from error
    except ValueError:
        raise UsageError(f"{path} has a number of too many digits", "Fix the file") from None


def _backupscan_table(path: Path, content: dict[str, Any]) -> dict[str, Any]:
    """The table ``tool.backupscan`` of a ``pyproject.toml``; empty if there is none."""
    for key in ("tool", "backupscan"):
        table = content.get(key, {})
        if not isinstance(table, dict):
            raise UsageError(f"{path}: {key} is not a table", "Write [tool.backupscan]")
        content = table
    return content


def _command_options(
    path: Path, command: str, table: Any, known: Mapping[str, Setting], *, trusted: bool
) -> Mapping[str, Any]:
    """The options of one command, by name with underscores."""
    if not isinstance(table, dict):
        raise UsageError(f"{path}: {command} is not a table", f"Write [{command}]")
    values = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in known:
            options = [
                option.replace("_", "-")
                for option, setting in known.items()
                if trusted or setting.set_by.found_file
            ]
            raise UsageError(f"{path}: unknown key {command}.{key}", nearest(key, options))
        kind = known[name].kind
        if kind is list and isinstance(value, str):
            value = [value]
        if not _is_of_kind(value, kind):
            what = f"{path}: {command}.{key} is {_shown(value)}"
            raise UsageError(what, f"Give {_KINDS[kind]}")
        values[name] = value
    return values


def _vet_found_options(
    path: Path,
    values: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, Mapping[str, Setting]],
) -> None:
    """Raise ``UsageError`` if a file that was found sets what only a trusted file may set."""
    for command, options in values.items():
        for name, value in options.items():
            key = f"{command}.{name.replace('_', '-')}"
            vet_found_value(path, key, value, settings[command][name].set_by)


def _is_of_kind(value: object, kind: Kind) -> bool:
    if kind is list:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    # To Python true is a number, to the author of the file it is not.
    return type(value) is kind or (kind is float and type(value) is int)


def _read_entries(
    path: Path, content: Mapping[str, Any], table: str, kind: type[_Entry]
) -> tuple[_Entry, ...]:
    """The waivers or the thresholds of the file."""
    entries = content.get(table, [])
    if not isinstance(entries, list):
        raise UsageError(f"{path}: {table} is not a list of tables", f"Write [[{table}]]")
    return tuple(
        _read_entry(f"{path}: {table} {number}", entry, kind)
        for number, entry in enumerate(entries, 1)
    )


def _read_entry(where: str, entry: Any, kind: type[_Entry]) -> _Entry:
    """One waiver or threshold; raises ``UsageError`` that names the key that is wrong."""
    if not isinstance(entry, dict):
        todo = f"Write [[{kind.__name__.lower()}]]"
        raise UsageError(f"{where} is {_shown(entry)}, not a table", todo)
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    for key in entry:
        if key not in fields:
            raise UsageError(f"{where} has the unknown key {key!r}", nearest(key, list(fields)))
    for name, field in fields.items():
        if name in entry:
            _vet_entry_value(where, name, entry[name], field.type)
        elif field.required:
            raise UsageError(f"{where} has no {name}", f"Add {name}: {_shape(name)}")
    return msgspec.convert(entry, kind)


def _vet_entry_value(where: str, key: str, value: object, kind: Any) -> None:
    """Raise ``UsageError`` if a value of a waiver or threshold has the wrong type."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        # The library's own message speaks of its types, not of the file.
        raise UsageError(f"{where}: {key} is {_shown(value)}", f"Give {_shape(key)}") from None


def _shown(value: object) -> str:
    """A value as the file has it, for a message."""
    if isinstance(value, bool):
        return str(value).lower()
    return _SHORT.repr(value) if isinstance(value, str | int | list | dict) else str(value)


def _shape(key: str) -> str:
    """What the author of the file must give for a key, in words."""
    return _SHAPES.get(key, "a text")


def _vet_waiver(path: Path, waiver: Waiver) -> None:
    """Raise ``UsageError`` if a waiver of the file lacks a reason, an owner or a limited scope."""
    if (waiver.cause is None) == (waiver.fact is None):
        names = "both a cause and a fact" if waiver.cause else "neither a cause nor a fact"
        what = f"{path}: a waiver by {waiver.owner} names {names}"
        raise UsageError(what, "Name one: cause, or fact and scope")
    where = f"{path}: the waiver of {waiver.name}"
    for key in ("reason", "owner"):
        if not getattr(waiver, key).strip():
            raise UsageError(f"{where} has no {key}", "Write one")
    if waiver.fact is not None and (waiver.scope is None or waiver.tag is not None):
        what = f"{where} is of a fact and has {'a tag' if waiver.tag else 'no scope'}"
        raise UsageError(what, "Give it the scope of what was not read, and no tag")
    if waiver.scope is None and waiver.tag is None:
        raise UsageError(f"{where} covers everything", "Give it a scope (an ARM id) or a tag")
    if waiver.tag is not None and not all(waiver.tag.partition("=")[:2]):
        raise UsageError(f"{where} has the tag {waiver.tag!r} with no '='", "Write key=value")
    if waiver.scope is not None and not _is_in_subscription(waiver.scope):
        what = f"{where} has the scope {waiver.scope!r}, which is no ARM id in a subscription"
        raise UsageError(what, "Give the id of a subscription, a group or a VM")


def _is_in_subscription(scope: str) -> bool:
    """True for an ARM id of a subscription or of something in it."""
    try:
        return ArmId(scope).subscription is not None
    except ValueError:
        return False
