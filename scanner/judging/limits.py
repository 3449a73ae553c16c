"""What the code of a check may take, as one value."""

from __future__ import annotations

from msgspec import Struct


class CheckLimits(Struct, frozen=True, kw_only=True):
    """Limits on the code of checks and on what it yields. Times are in seconds, sizes in bytes."""

    load: float = 30
    """To import what one entry point names."""
    call: float = 5
    """For one call of a check's function."""
    slow_calls: int = 3
    """Calls that may take too long. After that the check is not called any more in this scan."""
    findings: int = 1000
    """Findings of one call."""
    message: int = 4 * 1024
    """A longer message is cut."""
    evidence: int = 1000
    """Values that one finding may hold, and resources behind it."""
    value: int = 64 * 1024
    """One value of the evidence. A longer text is cut."""
    error: int = 500
    """The text of an exception, as a report quotes it."""


CHECK_LIMITS = CheckLimits()
"""The limits of every scan."""
