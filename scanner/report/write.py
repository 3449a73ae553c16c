"""Which formats go to which files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from scanner.catalogue.text import nearest
from scanner.errors import UsageError
from scanner.report.formats.json_v1 import to_json
from scanner.report.report import Report

D = TypeVar("D")
Writer = Callable[[Report], bytes]


def _late(module: str, name: str) -> Writer:
    """A writer whose module is imported where it is wanted: some bring libraries with them."""
    return lambda report: getattr(import_module(f"scanner.report.formats.{module}"), name)(report)


WRITERS: Mapping[str, Writer] = {
    "json": to_json,
    "jsonl": _late("jsonl", "to_jsonl"),
    "csv": _late("csv_rows", "to_csv"),
    "markdown": _late("markdown", "to_markdown"),
    "html": _late("html", "to_html"),
    "sarif": _late("sarif", "to_sarif"),
    "junit": _late("junit", "to_junit"),
    "fixes": _late("scripts", "to_json"),
    "sh": _late("scripts", "to_shell"),
    "ps1": _late("scripts", "to_powershell"),
}
"""Formats by name."""
_ENDINGS = {"md": "markdown", "xml": "junit"}
"""Endings of files that are not the name of their format."""


@dataclass(frozen=True)
class Output:
    """A format and where it goes; a path of ``-`` is stdout."""

    format: str
    path: Path

    @property
    def to_stdout(self) -> bool:
        """Whether the report goes to stdout."""
        return str(self.path) == "-"


def parse_outputs(
    files: Sequence[str], formats: Sequence[str], known: Collection[str] = WRITERS.keys()
) -> tuple[Output, ...]:
    """Outputs from ``-o FILE`` and ``-f FORMAT=FILE``; raises ``UsageError`` before any scan."""
    asked = [(Path(file).suffix.lstrip(".").lower(), file, f"-o {file}") for file in files]
    for each in formats:
        name, equals, file = each.partition("=")
        if not equals or not file:
            raise UsageError(f"-f {each!r} names no file", "Give FORMAT=FILE, FILE may be -")
        asked.append((name.lower(), file, f"-f {each}"))
    outputs = tuple(_output(*each, known) for each in asked)
    if sum(output.to_stdout for output in outputs) > 1:
        raise UsageError("two reports cannot share stdout", "Give all but one a file")
    paths = [output.path.resolve() for output in outputs if not output.to_stdout]
    for path in paths:
        # A pipe or a device takes what comes.
        if paths.count(path) > 1 and (path.is_file() or not path.exists()):
            raise UsageError(f"two reports cannot share {path}", "Give each a file")
    return outputs


def _output(name: str, file: str, option: str, known: Collection[str]) -> Output:
    if not name:
        raise UsageError(f"{option} has no ending to tell its format", f"Name it {file}.json")
    name = _ENDINGS.get(name, name)
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


def _replace(path: Path, data: bytes) -> None:
    """Whole or not at all; what is no file (a pipe, a device) is written to as it is."""
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _to_stdout(data: bytes) -> None:
    """A reader that leaves early ends the output, not the run."""
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        drop_stdout()


def drop_stdout() -> None:
    """Send whatever is still written to stdout nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def appending(output: Output) -> Callable[[bytes], None]:
    """How parts of a report are written one after the other; the file is begun anew.

    Raises ``UsageError`` where it cannot be.
    """
    if output.to_stdout:
        return _to_stdout
    try:
        output.path.write_bytes(b"")
    except OSError as error:
        what = f"{output.path} cannot be written ({error.strerror})"
        raise UsageError(what, "Check the folder and its rights") from error

    def append(data: bytes) -> None:
        with output.path.open("ab") as file:
            file.write(data)

    return append


def write(
    document: D, outputs: Sequence[Output], writers: Mapping[str, Callable[[D], bytes]]
) -> None:
    """Write every output whole or not at all; raises ``UsageError`` where one cannot be."""
    for output in outputs:
        data = writers[output.format](document)
        if output.to_stdout:
            _to_stdout(data)
            continue
        try:
            _replace(output.path.resolve(), data)
        except OSError as error:
            what = f"{output.path} cannot be written ({error.strerror})"
            raise UsageError(what, "Check the folder and its rights") from error
