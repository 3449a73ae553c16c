"""Standard output and error, which may be closed, full, or left by their reader."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_STDOUT, _STDERR = 1, 2
_NOBODY_READS = {errno.EPIPE, errno.EIO, errno.EBADF}
"""The reader of a pipe left, a terminal is gone, or the stream was closed."""


def guard_streams() -> None:
    """Make standard output and error streams that cost no report.

    What nobody reads is dropped. A full disk raises ``OSError`` once, and only for standard output.
    """
    # A file that is opened later must not get the number of a closed stream, and be printed into.
    while (number := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        pass
    os.close(number)
    if not _is_console(sys.stdout):
        sys.stdout = _guarded(sys.stdout, _STDOUT)
    if not _is_console(sys.stderr):
        sys.stderr = _guarded(sys.stderr, _STDERR)


def _is_console(stream: TextIO | None) -> bool:
    """True for a console of Windows. Python writes to it in UTF-16, past the descriptor."""
    return sys.platform == "win32" and stream is not None and stream.isatty()


def _guarded(stream: TextIO | None, number: int) -> TextIO:
    """A stream like this one, which is None if it was closed."""
    writer = io.BufferedWriter(_Stream(number))
    if not isinstance(stream, io.TextIOWrapper):
        return io.TextIOWrapper(writer, "utf-8", "replace")
    return io.TextIOWrapper(
        writer,
        stream.encoding,
        stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


class _Stream(io.FileIO):
    """A standard stream. After a write that failed it drops everything."""

    def __init__(self, number: int) -> None:
        super().__init__(number, "w", closefd=False)
        self._drops = False

    def write(self, data: ReadableBuffer) -> int:
        """Write, or drop what nobody can read. Raises ``OSError`` once if stdout is full."""
        if not self._drops:
            try:
                return super().write(data)
            except OSError as error:
                self._drops = True
                if self.fileno() == _STDOUT and error.errno not in _NOBODY_READS:
                    raise OSError(error.errno, error.strerror, "stdout") from error
        return memoryview(data).nbytes
