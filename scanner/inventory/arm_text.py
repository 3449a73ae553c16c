"""Text as ARM writes it: words in any casing, and times that may be placeholders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_PLACEHOLDER_YEAR = 2001
"""Where there is no time yet, Azure Backup writes one of this year or of year 1 (as recorded)."""
_CLOCK_SKEW = timedelta(minutes=30)
"""How far the service's clock may be ahead of ours. No document has a number: this one is ours."""


def lower(text: str | None) -> str:
    """A word in lower case, to compare with; empty if there is none."""
    return (text or "").lower()


# What an item says of its last backup is asked for several times.
@lru_cache(maxsize=1024)
def parse_time(text: str | None) -> datetime | None:
    """A time in UTC; None if there is no text, or the text is not a time."""
    try:
        time = datetime.fromisoformat(text) if text else None
        return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC) if time else None
    except (ValueError, OverflowError):
        return None


def is_placeholder(text: str | None) -> bool:
    """True for a time that says that there is none yet."""
    time = parse_time(text)
    return time is not None and time.year <= _PLACEHOLDER_YEAR


def past_time(text: str | None, seen_at: datetime) -> datetime | None:
    """A time in UTC; None for a placeholder, and for a time later than when it was read."""
    time = parse_time(text)
    if time is None or time.year <= _PLACEHOLDER_YEAR or time >= seen_at + _CLOCK_SKEW:
        return None
    return time
