"""How a command ends on an error: one line on stderr and an exit code, a traceback by --debug."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from scanner.errors import ScanError

_CANNOT_RUN = 2
_INTERRUPTED = 130


@contextmanager
def one_line_errors(*, debug: bool) -> Iterator[None]:
    """Turn every exception raised within into one line on stderr and an exit code."""
    try:
        yield
    except typer.Exit:
        raise
    except KeyboardInterrupt:
        _exit_with_line("interrupted before the report was complete", _INTERRUPTED)
    except ScanError as error:
        if debug:
            traceback.print_exc()
        _exit_with_line(str(error), _CANNOT_RUN)
    except Exception as error:  # noqa: BLE001 - a user gets one line, whatever went wrong
        if debug:
            traceback.print_exc()
        what = f"internal error, {type(error).__name__}: {error}".splitlines()[0]
        _exit_with_line(f"{what}. Run again with --debug and report it", _CANNOT_RUN)


def _exit_with_line(line: str, code: int) -> None:
    """Print the line on stderr and end the command."""
    typer.echo(f"exit {code}: {line}", err=True)
    raise typer.Exit(code)
