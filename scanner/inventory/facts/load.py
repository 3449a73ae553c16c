"""Facts about the load of a VM while a backup took its snapshot, from Azure Monitor's metrics."""

from __future__ import annotations

from datetime import datetime
from math import floor

from msgspec import Struct

from scanner.inventory.evidence import Evidence
from scanner.inventory.gap import Gap, Unseen, require


class Window(Struct, frozen=True, gc=False):
    """A time from one minute to another (UTC)."""

    begin: datetime
    end: datetime

    def __str__(self) -> str:
        return f"from {self.begin:%Y-%m-%d %H:%MZ} to {self.end:%H:%MZ}"


class Use(Struct, frozen=True, gc=False):
    """How much of its CPU or memory a VM used: the highest average of a minute."""

    percent: float
    at: datetime | None
    """The minute (UTC). None if the answer does not say."""
    evidence: Evidence
    missing: Gap | None = None
    """Why the highest use is not known, if minutes have no value."""

    def __str__(self) -> str:
        """Such as ``at most 97.3 % at 01:03``. Never rounded up to a limit."""
        at = f" at {self.at:%H:%M}" if self.at else ""
        return f"at most {floor(self.percent * 10) / 10:g} %{at}"

    def need_every_minute(self) -> None:
        """Raise ``Unseen`` if a minute has no value, so that the use may have been higher."""
        if self.missing:
            raise Unseen(self.missing)


class GuestLoad(Struct, frozen=True, gc=False):
    """CPU and memory of a VM around a backup that failed in its snapshot."""

    window: Window
    """From shortly before the backup began to its end."""
    known_cpu: Use | Gap
    known_memory: Use | Gap

    @property
    def cpu(self) -> Use:
        """The CPU in use, in percent. Raises ``Unseen`` if no minute has a value."""
        return require(self.known_cpu)

    @property
    def memory(self) -> Use:
        """The memory in use, in percent. Raises ``Unseen`` if no minute has a value."""
        return require(self.known_memory)
