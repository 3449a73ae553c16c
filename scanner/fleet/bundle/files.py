"""The files of a bundle: written whole or not at all, and read only if they are what they say."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from scanner.errors import UsageError
from scanner.fleet.bundle.url import UrlPath

FILE_BYTES = 2 * 1024**3
Folder = Path | UrlPath
"""Where a bundle is."""
OF_BUNDLE = ".msgpack.zst"
"""How the names of files with records end."""
_UNFINISHED = ".unfinished"


class BundleError(UsageError):
    """A file of a bundle that cannot be used. Its name begins the message."""


def file_of(subscription: str) -> str:
    """The name of the file of a subscription, by its GUID."""
    # What ARM calls a GUID is a name of a file here, so it cannot be trusted.
    is_safe = subscription.replace("-", "").isalnum() and subscription.isascii()
    name = subscription if is_safe and len(subscription) <= 64 else digest(subscription.encode())
    return f"{name.lower()}{OF_BUNDLE}"


def digest(data: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return sha256(data).hexdigest()


def write_whole(file: Path | UrlPath, data: bytes) -> None:
    """Write a file that only its owner may read. It is there whole, or as it was before.

    Raises ``OSError``.
    """
    if isinstance(file, UrlPath):
        file.write_bytes(data)
        return
    # The name is of this process alone, and the mode is 0600.
    number, temporary = tempfile.mkstemp(_UNFINISHED, f".{file.name}.", file.parent)
    try:
        with os.fdopen(number, "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        Path(temporary).replace(file)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise


def remove_unfinished(folder: Folder) -> None:
    """Remove what a killed process left of files that it was writing. Raises ``OSError``."""
    for file in folder.glob(f".*{_UNFINISHED}"):
        if isinstance(file, Path):
            file.unlink(missing_ok=True)


def read_whole(file: Path | UrlPath, most_bytes: int = FILE_BYTES) -> bytes:
    """The bytes of a regular file. Raises ``BundleError``."""
    if isinstance(file, UrlPath):
        try:
            return file.read_at_most(most_bytes)
        except OSError as error:
            what = f"{file} cannot be read ({error.strerror or error})"
            raise BundleError(what, "Check the URL and its rights") from error
    try:
        # A pipe would be waited for until somebody writes to it.
        number = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        what = f"{file} cannot be read ({reason})"
        raise BundleError(what, "Check the path and its rights") from error
    with os.fdopen(number, "rb") as opened:
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode):
            raise BundleError(f"{file} is no regular file", "Name the folder of a bundle")
        if status.st_size > most_bytes:
            raise BundleError(f"{file} is larger than a file of a bundle", "Name the right folder")
        return opened.read()
