"""How much a scan asked of Azure, and how long it waited for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Traffic:
    """Counts of one connection. They grow while a scan goes on."""

    by_kind: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Requests that were sent, by subscription and call. A repeated request counts again."""
    throttled: int = 0
    """Answers that there were too many requests (HTTP 429)."""
    waited: float = 0.0
    """Seconds that requests waited because Azure throttles, all requests together."""

    @property
    def calls(self) -> Mapping[str, int]:
        """Requests that were sent, by the name of their call."""
        found: Counter[str] = Counter()
        for (_, call), number in self.by_kind.items():
            found[call] += number
        return found

    @property
    def requests(self) -> int:
        """All requests that were sent."""
        return self.by_kind.total()
