"""How a command ends on an error: one line on stderr and an exit code, a traceback by --debug."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from scanner.errors import ScanError
from scanner.report.escape import log_line

_CANNOT_RUN = 2
_INTERRUPTED = 130


@contextmanager
def one_line_errors(*, debug: bool) -> Iterator[None]:
    """Turn every exception raised within into one line on stderr and an exit code."""
    try:
        yield
    except typer.Exit:
        raise
    except (KeyboardInterrupt, typer.Abort):
        _exit_with_line("interrupted before there was anything to report", _INTERRUPTED)
    except BaseException as error:  # noqa: BLE001 - every error ends in one line
        if debug:
            _print_traceback()
        _exit_with_line(_reason(error), _CANNOT_RUN)


class OneLineGroup(TyperGroup):
    """A command whose subcommands end in one line also while their options are read.

    Typer itself ends without a word on a signal.
    """

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """Read the options of the command."""
        with one_line_errors(debug=False):
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Read the options of the subcommand, and run it."""
        with one_line_errors(debug=False):
            return super().invoke(ctx)


_BEFORE_COMMANDS = ("--config", "--no-config", "--version")


def _reason(error: BaseException) -> str:
    """What went wrong and what to do, on one line."""
    # The parser's own errors have this method; typer does not export their class.
    format_message = getattr(error, "format_message", None)
    if isinstance(error, ScanError):
        return str(error)
    if format_message:
        command = getattr(getattr(error, "ctx", None), "command_path", "backupscan")
        option = getattr(error, "option_name", None)
        is_misplaced = option in _BEFORE_COMMANDS and command != "backupscan"
        place = f" It goes before the command: backupscan {option}." if is_misplaced else ""
        text = " ".join(format_message().split()).rstrip(".")
        return f"{text}.{place} See '{command} --help'."
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}. Check this machine, then run again."
    what = f"internal error, {type(error).__name__}: {error}".splitlines()[0]
    return f"{what}. Run again with --debug and report it"


def _print_traceback() -> None:
    """Print the current error. Its text may come from a server, so it is made harmless."""
    for line in traceback.format_exc().splitlines():
        # A pipeline finds commands at the start of a line.
        sys.stderr.write(f"| {log_line(line)}\n")


def _exit_with_line(line: str, code: int) -> None:
    """Print the line on stderr and end the command."""
    typer.echo(f"exit {code}: {log_line(line)}", err=True)
    raise typer.Exit(code)
