"""The time, as Azure has it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from scanner.arm.notices import Notice, Notify

_TOLERANCE = timedelta(minutes=5)
"""Kerberos and Entra ID accept the same difference."""
_NONSENSE = timedelta(days=3650)
"""No clock is so wrong: the header is."""


class Clock:
    """The clock of this machine, corrected if it is far from Azure's.

    Ages of backups and of agents' reports are counted from it.
    """

    def __init__(self, notify: Notify) -> None:
        self._notify = notify
        self._correction: timedelta | None = None
        self.note: str | None = None
        """What is wrong with the clock of this machine."""

    def __call__(self) -> datetime:
        """The time (UTC)."""
        return datetime.now(UTC) + (self._correction or timedelta())

    def compare(self, date: str | None) -> None:
        """Compare with the ``Date`` header of the first answer that has one."""
        if self._correction is not None or not date:
            return
        try:
            ahead = parsedate_to_datetime(date).astimezone(UTC) - datetime.now(UTC)
        except (ValueError, OverflowError):
            return
        is_far = _TOLERANCE < abs(ahead) < _NONSENSE
        self._correction = ahead if is_far else timedelta()
        if is_far:
            way = "behind" if ahead > timedelta() else "ahead of"
            length = timedelta(seconds=round(abs(ahead).total_seconds()))
            self.note = f"this machine's clock is {length} {way} Azure's, which is used"
            self._notify(Notice(self.note))
