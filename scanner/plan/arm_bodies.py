"""ARM bodies of what-if, snapshots and templates: what is still an expression is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.inventory.armid import ArmId
from scanner.inventory.origin import Origin
from scanner.plan.planned import UNKNOWN, Planned

_MASK = "*******"
"""What what-if shows in place of a secret."""


def evaluated(value: Any) -> Any:
    """The value with ``UNKNOWN`` in place of expressions and of secrets.

    A text in brackets is an expression, and one that begins with two brackets is text (ARM template
    syntax, "Escape characters").
    """
    if isinstance(value, str):
        is_open = value.startswith("[") and not value.startswith("[[") and value.endswith("]")
        return UNKNOWN if is_open or value == _MASK else value
    if isinstance(value, Mapping):
        return {str(name): evaluated(part) for name, part in value.items()}
    if isinstance(value, list):
        return [evaluated(part) for part in value]
    return value


def entries(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The bodies in a list. Raises ``ValueError`` for anything else: nothing is left out unseen."""
    listed = body.get(name)
    if listed is None:
        return []
    if not isinstance(listed, list):
        raise ValueError(f"no list - at `$.{name}`")
    for index, entry in enumerate(listed):
        if not isinstance(entry, Mapping):
            raise ValueError(f"no body - at `$.{name}[{index}]`")
    return listed


def created(id_: ArmId, body: Any) -> Planned:
    """A resource that is written whole, whether it lives or not."""
    return Planned(id=id_, action="create", origin=Origin(id_.text), body=body, may_live=True)
