"""The requests to the simulated Azure: all in a file, those without an answer on stderr."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import IO, TYPE_CHECKING

import msgspec

from scanner.catalogue.text import counted
from scanner.report.escape import log_line

if TYPE_CHECKING:
    from scanner.sim.http_messages import Logged


class RequestLog:
    """Takes the entries of a simulated ARM's log.

    `file` gets one JSON object a line. `say` gets a line for the first request of each kind that
    the simulation does not serve.
    """

    def __init__(self, say: Callable[[str], None], file: IO[str] | None = None) -> None:
        self.unserved: Counter[str] = Counter()
        self._say, self._file = say, file

    def __call__(self, logged: Logged) -> None:
        """Take one entry."""
        if logged.is_unserved:
            kind = f"{logged.method} {log_line(logged.path)}"
            self.unserved[kind] += 1
            if self.unserved[kind] == 1:
                self._say(f"not served: {kind} (HTTP {logged.status})")
        if self._file is not None:
            self._file.write(f"{msgspec.json.encode(_entry(logged)).decode()}\n")
            self._file.flush()

    def summary(self) -> str:
        """How many requests the simulation did not serve."""
        return f"{counted(self.unserved.total(), 'request')} not served"


def _entry(logged: Logged) -> dict[str, object]:
    """An entry of the file; the token of a request is in no entry."""
    return {
        "method": logged.method,
        "host": logged.host,
        "path": logged.path,
        "query": dict(logged.query),
        "status": logged.status,
        "served": not logged.is_unserved,
    }
