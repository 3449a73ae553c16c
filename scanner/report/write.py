"""The files that ``--output`` and ``--format`` name: parsed before a scan, written after it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from scanner.catalogue.text import nearest
from scanner.errors import UsageError
from scanner.report.formats import FORMATS, Format, lazy_writer
from scanner.report.report import Report

D = TypeVar("D")

WRITERS: Mapping[str, Callable[[Report], bytes]] = {
    name: lazy_writer(entry.writer) for name, entry in FORMATS.items()
}
"""Writers of a report, by the name of the format."""


@dataclass(frozen=True)
class Output:
    """A format and the file it goes to. The path ``-`` is stdout."""

    format: str
    path: Path

    @property
    def to_stdout(self) -> bool:
        """True if the report goes to stdout."""
        return str(self.path) == "-"


def parse_outputs(
    files: Sequence[str], formats: Sequence[str], known: Mapping[str, Format] = FORMATS
) -> tuple[Output, ...]:
    """The outputs that ``-o FILE`` and ``-f FORMAT=FILE`` ask for.

    Raises ``UsageError`` if a format is unknown, a file cannot be written, or two share one.
    """
    asked = [(Path(file).suffix.lstrip(".").lower(), file, f"-o {file}") for file in files]
    for text in formats:
        name, equals, file = text.partition("=")
        if not equals or not file:
            raise UsageError(f"-f {text!r} names no file", "Give FORMAT=FILE, FILE may be -")
        asked.append((name.lower(), file, f"-f {text}"))
    outputs = tuple(_output(name, file, option, known) for name, file, option in asked)
    _refuse_shared_files(outputs)
    return outputs


def _output(name: str, file: str, option: str, known: Mapping[str, Format]) -> Output:
    """``name`` is the name of a format or the ending of its files."""
    if not name:
        raise UsageError(f"{option} has no ending that names a format", f"Name it {file}.json")
    by_ending = {entry.ending: entry.name for entry in known.values()}
    name = by_ending.get(name, name)
    if name not in known:
        raise UsageError(f"{option}: there is no format {name!r}", nearest(name, list(known)))
    output = Output(name, Path(file))
    folder = output.path.parent
    if output.to_stdout:
        return output
    if output.path.is_dir():
        raise UsageError(f"{option} is a folder", "Name a file in it")
    if not folder.is_dir():
        raise UsageError(f"{option}: {folder} is no folder to write to", "Make it, or name another")
    return output


def _refuse_shared_files(outputs: Sequence[Output]) -> None:
    if sum(output.to_stdout for output in outputs) > 1:
        raise UsageError("two reports cannot share stdout", "Give all but one a file")
    paths = [output.path.resolve() for output in outputs if not output.to_stdout]
    for path in paths:
        # A pipe or a device can take several reports.
        if paths.count(path) > 1 and (path.is_file() or not path.exists()):
            raise UsageError(f"two reports cannot share {path}", "Give each a file")


def write(
    document: D, outputs: Sequence[Output], writers: Mapping[str, Callable[[D], bytes]]
) -> None:
    """Write every output whole or not at all. Raises ``UsageError`` if a file cannot be written."""
    for output in outputs:
        data = writers[output.format](document)
        if output.to_stdout:
            _to_stdout(data)
            continue
        try:
            _replace(output.path.resolve(), data)
        except OSError as error:
            raise _unwritable_error(output.path, error) from error


def appending(output: Output) -> Callable[[bytes], None]:
    """A function that appends bytes to stdout or to the file of an output, emptied first.

    Raises ``UsageError`` if the file cannot be written.
    """
    if output.to_stdout:
        return _to_stdout
    try:
        output.path.write_bytes(b"")
    except OSError as error:
        raise _unwritable_error(output.path, error) from error

    def append(data: bytes) -> None:
        with output.path.open("ab") as file:
            file.write(data)

    return append


def _unwritable_error(path: Path, error: OSError) -> UsageError:
    what = f"{path} cannot be written ({error.strerror})"
    return UsageError(what, "Check the folder and its rights")


def _replace(path: Path, data: bytes) -> None:
    """Replace a file whole or not at all. A pipe or a device is written to as it is."""
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _to_stdout(data: bytes) -> None:
    """A reader that leaves early ends the output, not the run."""
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        drop_stdout()


def drop_stdout() -> None:
    """Send everything that is still written to stdout nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
