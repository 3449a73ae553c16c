"""Errors told plainly: one line on stderr, exit code 2, a traceback only where asked for."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from scanner.errors import ScanError

_CANNOT_RUN = 2
_INTERRUPTED = 130


@contextmanager
def told_plainly(*, debug: bool) -> Iterator[None]:
    """End the command with one line and the right exit code, whatever is raised within."""
    try:
        yield
    except typer.Exit:
        raise
    except KeyboardInterrupt:
        _end("interrupted before the report was whole", _INTERRUPTED)
    except ScanError as error:
        if debug:
            traceback.print_exc()
        _end(str(error), _CANNOT_RUN)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told in one line
        if debug:
            traceback.print_exc()
        what = f"internal error, {type(error).__name__}: {error}".splitlines()[0]
        _end(f"{what}. Run again with --debug and report it", _CANNOT_RUN)


def _end(line: str, code: int) -> None:
    typer.echo(f"exit {code}: {line}", err=True)
    raise typer.Exit(code)
