"""What all records share."""

from __future__ import annotations

from msgspec import Struct

from scanner.inventory.armid import ArmId


class Record(Struct, frozen=True, rename="camel", gc=False):
    """Base of all records: ARM's member names are ours in camel case."""


class Resource(Record, frozen=True):
    """What every ARM resource has."""

    id: ArmId


class Reference(Record, frozen=True):
    """A pointer to another resource."""

    id: ArmId | None = None
