"""Where a report is written to: standard output, a file, a pipe or a device.

Whoever opens one learns at once whether it can be written, and what is opened is not changed
until there is something to write.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Protocol


class Destination(Protocol):
    """Takes a report. Its methods raise ``OSError`` if it cannot be written."""

    def put(self, parts: Iterable[bytes], *, is_partial: bool = False) -> None:
        """Write a whole report. A partial one does not replace a file."""

    def append(self, data: bytes) -> None:
        """Write the next lines of a report that grows."""

    def finish(self, *, is_partial: bool) -> None:
        """End a report that grew. Unless it is partial, it replaces the file."""

    @property
    def partial(self) -> Path | None:
        """The file that a partial report is in. None if it is where a whole one would be."""

    def close(self) -> None:
        """Close what is open."""


def open_destination(path: Path) -> Destination:
    """What is at a path. ``-`` is standard output.

    Raises ``OSError`` or ``ValueError`` if nothing can be written there.
    """
    if str(path) == "-":
        return _Stdout()
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return _File(path)
    if stat.S_ISLNK(mode):
        mode = path.stat().st_mode if path.exists() else stat.S_IFREG
        # A link to a pipe or a device is how a shell names them, such as /dev/stdout.
        if stat.S_ISREG(mode):
            raise OSError(0, _why_no_link(path))
    if stat.S_ISREG(mode):
        return _File(path)
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
        return _Device(path)
    raise OSError(0, "neither a file nor a pipe")


def _why_no_link(path: Path) -> str:
    """Why a link to a file is refused, and what to name in its place."""
    if path.exists() and os.path.samestat(path.stat(), os.fstat(1)):
        return "a link to standard output: name it -"
    return f"a link to {path.readlink()}: name the file itself"


class _Stdout:
    """Standard output."""

    partial = None

    def put(self, parts: Iterable[bytes], *, is_partial: bool = False) -> None:  # noqa: ARG002
        for data in parts:
            self.append(data)

    def append(self, data: bytes) -> None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    def finish(self, *, is_partial: bool) -> None:
        """Nothing: what was written is there."""

    def close(self) -> None:
        """Nothing: it is not ours."""


class _Device:
    """A pipe or a device. It is kept open: the reader of a pipe leaves when it is closed."""

    def __init__(self, path: Path) -> None:
        # Without a reader, a pipe would be waited for until one comes.
        try:
            number = os.open(path, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0))
        except OSError as error:
            if error.errno == errno.ENXIO:
                raise OSError(errno.ENXIO, "a pipe that nobody reads") from error
            raise
        # Another one may have come to the path since it was looked at.
        if stat.S_ISREG(os.fstat(number).st_mode):
            os.close(number)
            raise OSError(0, "a file now, and a pipe or a device before")
        os.set_blocking(number, True)
        self.partial = None
        self._opened = os.fdopen(number, "wb", buffering=0)

    def put(self, parts: Iterable[bytes], *, is_partial: bool = False) -> None:  # noqa: ARG002
        for data in parts:
            self.append(data)

    def append(self, data: bytes) -> None:
        _write_all(self._opened, data)

    def finish(self, *, is_partial: bool) -> None:
        """Nothing: what was written is there."""

    def close(self) -> None:
        self._opened.close()


class _File:
    """A file, which is replaced by a new one that only its owner may read.

    A partial report is written next to it, as ``NAME.partial.EXT``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.partial = path.with_name(f"{path.stem}.partial{path.suffix}")
        self._growing: BinaryIO | None = None
        opened, temporary = self._new_file()
        opened.close()
        temporary.unlink()

    def put(self, parts: Iterable[bytes], *, is_partial: bool = False) -> None:
        """Replace the file, or the partial one, whole or not at all."""
        opened, temporary = self._new_file()
        try:
            with opened:
                for data in parts:
                    _write_all(opened, data)
            temporary.replace(self.partial if is_partial else self._path)
        finally:
            temporary.unlink(missing_ok=True)

    def append(self, data: bytes) -> None:
        """Add whole lines, or nothing. Until the end they are in the partial file."""
        if self._growing is None:
            self._growing, temporary = self._new_file()
            temporary.replace(self.partial)
        size = self._growing.tell()
        try:
            _write_all(self._growing, data)
        except OSError:
            self._growing.truncate(size)
            raise

    def finish(self, *, is_partial: bool) -> None:
        """Replace the file by the lines, unless they are partial."""
        if self._growing is not None and not is_partial:
            self.partial.replace(self._path)

    def close(self) -> None:
        if self._growing:
            self._growing.close()

    def _new_file(self) -> tuple[BinaryIO, Path]:
        """A file with a random name in the same folder, with mode 0600. No link is followed."""
        number, name = tempfile.mkstemp(".part", ".backupscan-", self._path.parent)
        return os.fdopen(number, "wb", buffering=0), Path(name)


def _write_all(opened: BinaryIO, data: bytes) -> None:
    """Write to an unbuffered file, which may take a part at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[opened.write(rest) :]
