"""What a scan reports while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from msgspec import Struct


class Notice(Struct, frozen=True):
    """Something that happens while a scan goes on."""

    text: str
    until: datetime | None = None
    """When it ends (UTC). None if it does not, or nobody knows."""

    def __str__(self) -> str:
        end = f": waiting until {self.until:%Y-%m-%d %H:%M:%SZ}" if self.until else ""
        return f"{self.text}{end}"


def after(seconds: float) -> datetime:
    """The time (UTC) when this many seconds have passed."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


Notify = Callable[[Notice], None]


def ignore(_notice: Notice) -> None:
    """Show nothing."""
