"""Times as ARM writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def utc(text: str | None) -> datetime | None:
    """A time in UTC, for evidence and comparison; None where there is none or it makes no sense."""
    try:
        time = datetime.fromisoformat(text) if text else None
        return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC) if time else None
    except (ValueError, OverflowError):
        return None
