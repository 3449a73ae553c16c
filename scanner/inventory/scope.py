"""What a scan looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ScopeSummary:
    """The scope as asked for and as found, for the reader of a report."""

    subscriptions: Mapping[str, str]
    """Names by GUID, in lower case."""
    disabled_subscriptions: tuple[str, ...]
    managed_left_out: int
    excluded: int
    by_protection: int = 0
