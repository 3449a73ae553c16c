"""Where a value was seen."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from scanner.inventory.armid import ArmId

Value = str | int | float | bool | None


class Evidence(Struct, frozen=True):
    """One value that was seen: of which resource, at which property path, when (UTC)."""

    id: ArmId
    path: str
    value: Value
    seen_at: datetime


class Source(Struct, frozen=True):
    """The part of one ARM body that a fact was read from."""

    id: ArmId
    seen_at: datetime
    path: str = ""
    """Property path of that part; empty for the whole body."""

    def at(self, path: str) -> Source:
        """The same body, deeper down."""
        return Source(self.id, self.seen_at, ".".join(part for part in (self.path, path) if part))

    def evidence(self, path: str, value: Value) -> Evidence:
        """``value`` as seen at ``path`` below this part; the part itself if ``path`` is empty."""
        return Evidence(self.id, self.at(path).path, value, self.seen_at)
