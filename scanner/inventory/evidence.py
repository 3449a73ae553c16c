"""Values that were read, with the place in ARM that they come from."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, get_args

from msgspec import Meta, Struct

from scanner.inventory.armid import ArmId

Value = str | int | float | bool | None
VALUES = get_args(Value)


class Evidence(Struct, frozen=True, gc=False):
    """One value that was read from ARM."""

    id: ArmId
    """The resource."""
    path: str
    """Property path in the resource's body, such as ``properties.hardwareProfile.vmSize``."""
    value: Value
    """None if ARM left the property out."""
    seen_at: Annotated[datetime, Meta(tz=True)]
    """When it was read (UTC)."""


class Source(Struct, frozen=True, gc=False):
    """The part of an ARM body that a fact was read from."""

    id: ArmId
    """The resource."""
    seen_at: datetime
    """When the body was read (UTC)."""
    path: str = ""
    """Property path of the part. Empty for the whole body."""

    def at(self, path: str) -> Source:
        """The part at a path below this one, such as ``properties``."""
        return Source(self.id, self.seen_at, self._path_below(path))

    def evidence(self, path: str, value: Value) -> Evidence:
        """Evidence that ``value`` was read at a path below this part. An empty path is the part."""
        return Evidence(self.id, self._path_below(path), value, self.seen_at)

    def _path_below(self, path: str) -> str:
        return f"{self.path}.{path}" if self.path and path else self.path or path
