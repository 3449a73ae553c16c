"""Errors that end a run before it has a report. Each says what to do about it.

    ScanError
    ├── UsageError       an option or a file is invalid
    ├── EndpointError    no Azure Resource Manager answers at the endpoint
    ├── SignInError      no credential gave a token
    ├── ScopeError       a subscription, management group, resource group or VM does not exist
    ├── CatalogueError   the catalogue's data files are inconsistent
    └── PluginError      a check cannot be loaded

A later failure of one read or one check raises no error. It becomes a ``Gap`` in the report.
"""

from __future__ import annotations


class ScanError(Exception):
    """The run cannot go on. ``str()`` is one line: what happened, where, and what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        remedy = _one_line(remedy)
        self.what = _one_line(what)
        super().__init__(f"{self.what}. {remedy}{'' if remedy.endswith('?') else '.'}")


class UsageError(ScanError):
    """An option or a file is invalid."""


class EndpointError(ScanError):
    """No Azure Resource Manager answers at the endpoint."""


class SignInError(ScanError):
    """No credential gave a token for Azure Resource Manager."""


class ScopeError(ScanError):
    """A subscription, management group, resource group or VM does not exist."""


class CatalogueError(ScanError):
    """The catalogue's data files are inconsistent."""


class PluginError(ScanError):
    """A check cannot be loaded. ``package`` is the distribution that it comes from."""

    def __init__(self, what: str, remedy: str, package: str = "") -> None:
        super().__init__(what, remedy)
        self.package = package


def _one_line(text: str) -> str:
    """The text on one line, without control characters and a final full stop.

    It may quote an answer of a server.
    """
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split()).rstrip(".")
