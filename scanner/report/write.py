"""The files that ``--output`` and ``--format`` name: opened before a scan, written after it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from scanner.catalogue.text import nearest
from scanner.errors import UsageError
from scanner.report.destination import Destination, open_destination
from scanner.report.formats import FORMATS, Format, lazy_parts, lazy_writer
from scanner.report.report import Report

D = TypeVar("D")

_REMEDY = "Check the path, its rights and the space"

WRITERS: Mapping[str, Callable[[Report], bytes]] = {
    name: lazy_writer(entry.writer) for name, entry in FORMATS.items()
}
"""Writers of a report, by the name of the format."""
PARTS: Mapping[str, Callable[[Report], Iterable[bytes]]] = {
    name: lazy_parts(entry.writer) for name, entry in FORMATS.items()
}
"""The same in parts, so that no large file is in memory as a whole."""


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
        if known[name].is_binary:
            raise UsageError(f"{option}: {name} is no text", f"Name a file: -f {name}=FILE")
        return output
    if output.path.is_dir():
        raise UsageError(f"{option} is a folder", "Name a file in it")
    if not folder.is_dir():
        raise UsageError(f"{option}: {folder} is no folder to write to", "Make it, or name another")
    return output


def _refuse_shared_files(outputs: Sequence[Output]) -> None:
    if sum(output.to_stdout for output in outputs) > 1:
        raise UsageError("two reports cannot share stdout", "Give all but one a file")
    try:
        paths = [Path(os.path.realpath(output.path)) for output in outputs if not output.to_stdout]
    except FileNotFoundError as error:
        raise UsageError("the current folder was removed", "Change to another folder") from error
    for path in paths:
        # A pipe or a device can take several reports.
        if paths.count(path) > 1 and (path.is_file() or not path.exists()):
            raise UsageError(f"two reports cannot share {path}", "Give each a file")


class OpenOutput:
    """An output that can be written. If it later cannot, it keeps the reason."""

    def __init__(self, output: Output) -> None:
        """Raises ``UsageError`` if the output cannot be written."""
        self.format, self._name = output.format, "stdout" if output.to_stdout else output.path
        self.error: Exception | None = None
        try:
            self._destination: Destination = open_destination(output.path)
        except (OSError, ValueError) as error:
            self.error = error
            raise UsageError(self.failure, _REMEDY) from error

    def put(self, make: Callable[[], Iterable[bytes]], *, is_partial: bool = False) -> None:
        """Make a report and write it. A partial one is written next to the file."""
        try:
            self._destination.put(make(), is_partial=is_partial)
        except Exception as error:  # noqa: BLE001 - the other outputs are written all the same
            self.error = error

    def append(self, data: bytes) -> None:
        """Write lines, unless lines before them are missing."""
        if self.error is None:
            try:
                self._destination.append(data)
            except OSError as error:
                self.error = error

    def finish(self, *, is_partial: bool) -> None:
        """End a report that grew. Unless it is partial, it replaces the file."""
        if self.error is None:
            try:
                self._destination.finish(is_partial=is_partial)
            except OSError as error:
                self.error = error

    @property
    def file(self) -> Path | None:
        """The regular file that has the whole report. None if there is none."""
        is_file = self._destination.partial is not None and self.error is None
        return self._name if is_file and isinstance(self._name, Path) else None

    @property
    def partial_note(self) -> str | None:
        """Where a partial report is. None if it is where a whole one would be."""
        partial = self._destination.partial
        if partial is None:
            return None
        return f"the report is partial: it is in {partial}, and {self._name} is as it was"

    def close(self) -> None:
        """Close the file. Some file systems say only then that they are full."""
        try:
            self._destination.close()
        except OSError as error:
            self.error = self.error or error

    @property
    def failure(self) -> str:
        """Why the output was not written."""
        error = self.error
        if isinstance(error, OSError):
            return f"{self._name} cannot be written ({error.strerror})"
        return f"{self._name} cannot be made ({type(error).__name__}: {error})"


@contextmanager
def open_outputs(outputs: Sequence[Output]) -> Iterator[list[OpenOutput]]:
    """The outputs, open until the block ends. After it, ``unwritten`` says which failed.

    Raises ``UsageError`` at the start if one cannot be written.
    """
    with ExitStack() as stack:
        opened = [OpenOutput(output) for output in outputs]
        for output in opened:
            stack.callback(output.close)
        yield opened


def unwritten(outputs: Sequence[OpenOutput]) -> UsageError | None:
    """Why some outputs were not written, in one error. None if all were."""
    failed = [output for output in outputs if output.error]
    if not failed:
        return None
    error = UsageError("; ".join(output.failure for output in failed), _REMEDY)
    error.__cause__ = failed[0].error
    return error


def write(
    document: D,
    outputs: Sequence[OpenOutput],
    writers: Mapping[str, Callable[[D], Iterable[bytes]]],
    *,
    is_partial: bool = False,
) -> None:
    """Write every output, a file whole or not at all. One that fails keeps no other one back."""
    for output in outputs:
        output.put(partial(writers[output.format], document), is_partial=is_partial)
