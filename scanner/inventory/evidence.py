"""Where a value was seen."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, get_args

from msgspec import Meta, Struct

from scanner.inventory.armid import ArmId

Value = str | int | float | bool | None
VALUES = get_args(Value)


class Evidence(Struct, frozen=True, gc=False):
    """One value that was seen: of which resource, at which property path, when (UTC)."""

    id: ArmId
    path: str
    value: Value
    seen_at: Annotated[datetime, Meta(tz=True)]


class Source(Struct, frozen=True, gc=False):
    """The part of one ARM body that a fact was read from."""

    id: ArmId
    seen_at: datetime
    path: str = ""
    """Property path of that part; empty for the whole body."""

    def at(self, path: str) -> Source:
        """The same body, deeper down."""
        whole = f"{self.path}.{path}" if self.path and path else self.path or path
        return Source(self.id, self.seen_at, whole)

    def evidence(self, path: str, value: Value) -> Evidence:
        """``value`` as seen at ``path`` below this part; the part itself if ``path`` is empty."""
        whole = f"{self.path}.{path}" if self.path and path else self.path or path
        return Evidence(self.id, whole, value, self.seen_at)
