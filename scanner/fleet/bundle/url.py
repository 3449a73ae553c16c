"""Folders of bundles at a URL, by fsspec: a container of Azure Storage, or memory.

fsspec and what it needs for a scheme are extras, and are imported only when a URL is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from scanner.errors import UsageError

_FILE = "file"
_EXTRAS = {"abfs": "abfs", "abfss": "abfs", "az": "abfs"}
"""The extra of backupscan that a scheme needs."""
_CHECK = "Check the URL, and the sign-in to the store"


class UrlPath:
    """A folder or a file at a URL, with the part of ``pathlib.Path`` that bundles need.

    A store writes an object whole or not at all, so nothing unfinished stays behind.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def __truediv__(self, name: str) -> UrlPath:
        return UrlPath(f"{self._url}/{name}")

    def __str__(self) -> str:
        return self._url

    @property
    def name(self) -> str:
        """The last part of the URL."""
        return self._url.rpartition("/")[2]

    def exists(self) -> bool:
        """True if there is something. Raises ``UsageError`` if it cannot be reached."""
        system, path = self._opened()
        return bool(_ask(self, system.exists, path))

    def is_file(self) -> bool:
        """True if there is a file. Raises ``UsageError`` if it cannot be reached."""
        system, path = self._opened()
        return bool(_ask(self, system.isfile, path))

    def mkdir(self, **_: Any) -> None:
        """Nothing: a file brings its folder, where a store has folders."""

    def iterdir(self) -> Iterator[UrlPath]:
        """What is in the folder. Raises ``UsageError`` if it cannot be reached."""
        system, path = self._opened()
        if _ask(self, system.exists, path):
            for found in _ask(self, system.ls, path, detail=False):
                yield self / str(found).rstrip("/").rpartition("/")[2]

    def glob(self, _pattern: str) -> Iterator[UrlPath]:
        """Nothing: no file is unfinished."""
        return iter(())

    def write_bytes(self, data: bytes) -> None:
        """Write a file whole. Raises ``OSError``."""
        system, path = self._opened()
        try:
            _call(system.pipe_file, path, data)
        except FileNotFoundError:
            _call(system.makedirs, path.rpartition("/")[0], exist_ok=True)
            _call(system.pipe_file, path, data)

    def read_at_most(self, most_bytes: int) -> bytes:
        """The bytes of a file. Raises ``OSError``, also for a file that is larger."""
        system, path = self._opened()
        if _call(system.size, path) > most_bytes:
            raise OSError(None, "it is larger than a file of a bundle")
        return bytes(_call(system.cat_file, path))

    def _opened(self) -> tuple[Any, str]:
        """The file system and the path in it. Raises ``UsageError`` if the extra is missing."""
        scheme = urlsplit(self._url).scheme
        extra = _EXTRAS.get(scheme, "dask")
        try:
            from fsspec.core import url_to_fs

            system, path = url_to_fs(self._url)
        except ImportError as error:
            what = f"{scheme} URLs need a package that is not installed"
            raise UsageError(what, f"Install backupscan with its extra {extra}") from error
        except (ValueError, OSError) as error:
            raise UsageError(f"{self} cannot be opened ({error})", _CHECK) from error
        return system, str(path)


def folder_at(text: str) -> Path | UrlPath:
    """The folder with a path or a URL."""
    parts = urlsplit(text) if "://" in text else None
    if parts is None:
        return Path(text)
    if parts.scheme == _FILE:
        return Path(unquote(parts.path))
    return UrlPath(text)


def _ask(path: UrlPath, ask: Any, *arguments: Any, **options: Any) -> Any:
    try:
        return ask(*arguments, **options)
    # Each file system has errors of its own.
    except Exception as error:
        what = f"{path} cannot be reached ({type(error).__name__}: {error})"
        raise UsageError(what, _CHECK) from error


def _call(call: Any, *arguments: Any, **options: Any) -> Any:
    """What a call gives. Raises ``OSError`` for any error of a file system."""
    try:
        return call(*arguments, **options)
    except OSError:
        raise
    # Each file system has errors of its own.
    except Exception as error:
        raise OSError(None, f"{type(error).__name__}: {error}") from error
