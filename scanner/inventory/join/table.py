"""Looking resources up in a reading: the record, or the gap in its place."""

from __future__ import annotations

from typing import Generic, TypeVar

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, Reason, Unseen, require
from scanner.inventory.records.base import Resource
from scanner.inventory.snapshot import Reading

R = TypeVar("R", bound=Resource)

NOT_LISTED = "the resource"
"""What the gap of a resource lacks that another one names, and that no listing has."""


class Table(Generic[R]):
    """One reading, indexed by id; two ids that differ only in case are the same."""

    def __init__(self, reading: Reading[R]) -> None:
        self.seen_at = reading.seen_at
        self.rest = reading.rest
        self.entries = reading.index()

    def get(self, wanted: ArmId) -> R | Gap | None:
        """The record, its gap, or None if the reading does not have it."""
        return self.entries.get(wanted)

    def find(self, wanted: ArmId, fact: str) -> R:
        """The record that another resource refers to. Raises ``Unseen`` if it was not read.

        ``fact`` is the fact that needs it.
        """
        found = self.entries.get(wanted, self.rest)
        if found is None:
            remedy = "Another resource names it but no listing does: deleted meanwhile? Scan again."
            raise Unseen(Gap(wanted.text, fact, Reason.FAILED, None, remedy, NOT_LISTED))
        return require(found)

    def source(self, resource: ArmId, path: str = "") -> Source:
        """The body of an entry, or the part of it at a property path."""
        return Source(resource, self.seen_at, path)
