"""What tests need beyond Python."""

from __future__ import annotations

from typing import Protocol


class Need(Protocol):
    """Skips a test if a requirement is missing, or fails it with ``--require-all``."""

    def __call__(self, is_there: bool, what: str) -> None: ...
