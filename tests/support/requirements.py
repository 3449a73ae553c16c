"""What tests need beyond Python."""

from __future__ import annotations

from typing import Protocol


class Need(Protocol):
    """Skips a test without what it needs beyond Python, or fails where all is required."""

    def __call__(self, there: bool, what: str) -> None: ...
