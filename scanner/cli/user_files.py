"""Files that the user names: regular ones, of a bounded size, with text in UTF-8 or UTF-16."""

from __future__ import annotations

import os
import stat
import sys
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path
from typing import BinaryIO

from scanner.errors import UsageError
from scanner.gate.baseline import Baseline, parse_baseline

_MIB = 1024 * 1024
CONFIGURATION_BYTES = 1 * _MIB
IDS_BYTES = 16 * _MIB
REPORT_BYTES = 512 * _MIB
PLAN_BYTES = 256 * _MIB
_OTHER_BYTES = 16 * _MIB
_ENCODINGS = {BOM_UTF8: "utf-8-sig", BOM_UTF16_LE: "utf-16", BOM_UTF16_BE: "utf-16"}
"""Encodings by the mark that a file begins with. A file without a mark is UTF-8."""
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def read_text(file: Path, most_bytes: int) -> str:
    """The text of a file. Raises ``UsageError`` if it is no regular file, too large, or no text."""
    data = read_bytes(file, most_bytes)
    encoding = next((name for mark, name in _ENCODINGS.items() if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _no_text(file, f"{error.reason} at byte {error.start}") from error
    if "\0" in text:
        # UTF-16 without its mark, or UTF-32. Read as UTF-8, it would be other text.
        raise _no_text(file, "it has zero bytes, as UTF-16 without a byte order mark has")
    return text


def read_bytes(file: Path, most_bytes: int) -> bytes:
    """The bytes of a file. Raises ``UsageError`` if it is no regular file, or too large."""
    with _opened(file, f"{file}", most_bytes) as opened:
        # A file can grow after it was measured.
        data = opened.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise _too_large(f"{file}", most_bytes)
    return data


def read_input(most_bytes: int, example: str) -> bytes:
    """What is piped in. Raises ``UsageError`` if nothing is, or it is too large.

    ``example`` is a command that pipes something in.
    """
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(
            "- is the standard input, and nothing is piped into it", f"Run '{example}'"
        )
    data = sys.stdin.buffer.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise _too_large("the standard input", most_bytes)
    return data


def read_report(file: Path) -> Baseline:
    """An older JSON report. Raises ``UsageError`` if the file is not one."""
    return parse_baseline(read_text(file, REPORT_BYTES), f"{file}")


def vet_file(file: Path, name: str) -> None:
    """Raise ``UsageError`` if a library cannot be let read a file. ``name`` begins the message."""
    with _opened(file, name, _OTHER_BYTES):
        pass


def _opened(file: Path, name: str, most_bytes: int) -> BinaryIO:
    """A regular file of a bounded size, open for reading. Nothing else is waited for or read."""
    try:
        # A pipe would be waited for until somebody writes to it.
        number = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        what = f"{name} cannot be read ({reason})"
        raise UsageError(what, "Check the path and its rights") from error
    status = os.fstat(number)
    if stat.S_ISREG(status.st_mode) and status.st_size <= most_bytes:
        return os.fdopen(number, "rb")
    os.close(number)
    if stat.S_ISREG(status.st_mode):
        raise _too_large(name, most_bytes)
    kind = _KINDS.get(stat.S_IFMT(status.st_mode), "something else")
    raise UsageError(f"{name} is {kind}, not a file", "Name a regular file")


def _no_text(file: Path, why: str) -> UsageError:
    return UsageError(f"{file} is not text in UTF-8 or UTF-16 ({why})", "Save it as UTF-8")


def _too_large(name: str, most_bytes: int) -> UsageError:
    return UsageError(f"{name} has more than {most_bytes // _MIB} MiB", "Name the right file")
