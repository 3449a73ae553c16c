"""How much a scan asked of Azure, and how long it waited for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Traffic:
    """Counts of one connection. They grow while a scan goes on."""

    requests: int = 0
    """Requests that were sent, those that were sent again too."""
    throttled: int = 0
    """Answers that there were too many requests (HTTP 429)."""
    waited: float = 0.0
    """Seconds that requests waited because Azure throttles, all requests together."""
