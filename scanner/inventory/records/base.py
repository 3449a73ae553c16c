"""The base classes of all records."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from scanner.inventory.armid import ArmId


class Record(Struct, frozen=True, rename="camel", gc=False):
    """Base of all records. ARM's member names are the field names in camel case."""


class Resource(Record, frozen=True):
    """Base of the records of ARM resources."""

    id: ArmId


class Reference(Record, frozen=True):
    """A reference to another resource."""

    id: ArmId | None = None


def arm_id_from_text(kind: type, text: Any) -> ArmId:
    """The ``dec_hook`` of records. Raises ``TypeError`` or ``ValueError`` for what is no id."""
    if kind is ArmId and isinstance(text, str):
        return ArmId(text)
    raise TypeError(f"expected an ARM resource id, got {type(text).__name__}")
