"""What Azure keeps of a VM that does not exist any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import BackupError, Protection, State
from scanner.inventory.gap import Gap

OrphanKind = Literal["protected-item", "restore-point-collection"]
ORPHAN_NOUNS: Mapping[OrphanKind, str] = {
    "protected-item": "protected item",
    "restore-point-collection": "restore point collection",
}
"""The kinds of orphans as a person reads them."""


class Orphan(Struct, frozen=True, gc=False, kw_only=True):
    """A protected item or a restore point collection whose VM was deleted or moved."""

    id: ArmId
    kind: OrphanKind
    vm: ArmId
    """The VM that it names, and that does not exist."""
    known_protection: Protection | Gap | None = None
    """What an item says. None for a collection, a gap if the item's state is not known."""
    known_points: int | Gap | None = None
    """The number of restore points in a collection. None for an item."""
    seen_at: datetime
    """When its VM was looked for (UTC)."""

    @property
    def protection(self) -> Protection | None:
        """What an item says. None for a collection, or if the item's state is not known."""
        return None if type(self.known_protection) is Gap else self.known_protection

    @property
    def state(self) -> State | Literal["unknown"] | None:
        """The state of an item, ``unknown`` if it was not read. None for a collection."""
        if type(self.known_protection) is Gap:
            return "unknown"
        return self.known_protection.state if self.known_protection else None

    @property
    def points(self) -> int | None:
        """The number of restore points. None for an item, or if they were not read."""
        return None if type(self.known_points) is Gap else self.known_points

    @property
    def error(self) -> BackupError | None:
        """The error of an item's last backup. None if it did not fail or that is not known."""
        error = self.protection.known_error if self.protection else None
        return error if isinstance(error, BackupError) else None

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What was not read: an item's state or last backup, or a collection's points."""
        error = self.protection.known_error if self.protection else None
        unread = error.gap if isinstance(error, BackupError) else error
        values = (self.known_protection, self.known_points, unread)
        return tuple(value for value in values if type(value) is Gap)
