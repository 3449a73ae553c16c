"""How many files the process may have open: connections count as files."""

from __future__ import annotations

import sys

from scanner.errors import UsageError

_NEEDED = 256


def raise_file_limit() -> None:
    """Raise the limit to what a scan needs. Raises ``UsageError`` if the system does not allow it.

    A scan has many connections, and loads modules while they are open.
    """
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= _NEEDED:
        return
    if hard != resource.RLIM_INFINITY and hard < _NEEDED:
        what = f"only {hard} files may be open at once, and a scan needs {_NEEDED}"
        raise UsageError(what, f"Raise the limit, such as by: ulimit -n {_NEEDED}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (_NEEDED, hard))
