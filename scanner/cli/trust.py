"""Which configuration files may set an option. Each option declares it, next to its help.

Whoever can write to a folder writes the file that is found there, such as the author of a pull
request. The gate is that repository's own. The credential, the code that runs and the files
elsewhere belong to the person who runs the command. So a file that was found sets the gate, and a
file that the user names sets everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

from scanner.errors import UsageError
from scanner.report.escape import log_line


@dataclass(frozen=True)
class SetBy:
    """The configuration files that may set an option."""

    named_file: bool
    """A file that ``--config`` or its variable names."""
    found_file: bool
    """A file that the command found by itself."""
    path_in: Callable[[str], str] | None = None
    """The path in a value of the option. It stays in the folder of a file that was found."""


ANY_FILE = SetBy(named_file=True, found_file=True)
NAMED_FILE = SetBy(named_file=True, found_file=False)
NO_FILE = SetBy(named_file=False, found_file=False)


def any_file_within(path_in: Callable[[str], str]) -> SetBy:
    """Any file sets it; from a found one, its paths stay in the folder of that file."""
    return SetBy(named_file=True, found_file=True, path_in=path_in)


def declared(command: Callable[..., Any]) -> Mapping[str, SetBy]:
    """What the options of a command declare, by the name of the parameter."""
    hints = get_type_hints(command, include_extras=True)
    return {
        name: mark
        for name, hint in hints.items()
        for mark in getattr(hint, "__metadata__", ())
        if isinstance(mark, SetBy)
    }


def vet_found_value(file: Path, key: str, value: str | int | list[str], set_by: SetBy) -> None:
    """Raise ``UsageError`` unless a file that was found may give this value."""
    trusting = f"Remove it, or name the file to trust it: backupscan --config {file} COMMAND"
    if not set_by.found_file:
        what = f"{file} was found, not named, so it cannot set {key}"
        raise UsageError(what, trusting)
    path_in = set_by.path_in
    if path_in is None:
        return
    for text in value if isinstance(value, list) else [str(value)]:
        if not _is_within(file.parent, path_in(text)):
            what = f"{file} was found, not named, and its {key} leaves the folder: {log_line(text)}"
            raise UsageError(what, trusting)


def _is_within(folder: Path, path: str) -> bool:
    """True if a path leads into a folder, once links and ``..`` are followed."""
    try:
        return (folder / path).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        # A circle of links, or a path that no system takes.
        return False
