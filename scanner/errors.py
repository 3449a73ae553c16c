"""What ends a run before it has a report, each with what to do about it.

    ScanError
    ├── UsageError       an option or a file that makes no sense
    ├── EndpointError    Azure Resource Manager cannot be reached or is none
    ├── SignInError      no credential gave a token
    ├── ScopeError       no such subscription, management group, resource group or VM
    ├── CatalogueError   our own data files are inconsistent
    └── PluginError      a check that cannot be loaded

What goes wrong later, with one read or one check, is never raised: it becomes a ``Gap``.
"""

from __future__ import annotations


class ScanError(Exception):
    """The run cannot go on; ``str()`` is one line: what, where, what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        todo = _one_line(remedy)
        self.what = _one_line(what)
        super().__init__(f"{self.what}. {todo}{'' if todo.endswith('?') else '.'}")


class UsageError(ScanError):
    """An option or a file that makes no sense."""


class EndpointError(ScanError):
    """Azure Resource Manager cannot be reached, or what answers is none."""


class SignInError(ScanError):
    """No credential gave a token for Azure Resource Manager."""


class ScopeError(ScanError):
    """A subscription, management group, resource group or VM that does not exist."""


class CatalogueError(ScanError):
    """The catalogue's data files are inconsistent."""


class PluginError(ScanError):
    """A check that cannot be loaded."""


def _one_line(text: str) -> str:
    """Whatever a server said, on one line and without control characters."""
    kept = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(kept.split()).rstrip(".")
