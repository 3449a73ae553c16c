"""Changes of a resource that is not known until apply: it may be any that the plan creates.

An id that is not known yet is one that Azure does not know yet either, so it belongs to a resource
that the same plan creates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from scanner.inventory.origin import Origin
from scanner.plan.kinds import PARTS
from scanner.plan.merge import Added
from scanner.plan.planned import UNKNOWN, Planned


class Adrift(Struct, frozen=True):
    """A change of which only the type of its resource is known."""

    origin: Origin
    types: Sequence[str]
    """The types that the resource may have, in lower case."""
    body: Any
    """What may be changed of it, all unknown."""


def of_patch(origin: Origin, types: Sequence[str], patch: Any) -> Adrift:
    """The change of an association."""
    return Adrift(origin, types, _opened(patch))


def of_part(origin: Origin, type_: str) -> Adrift | None:
    """A part of a parent that is not known. None if the type is that of no part."""
    part = PARTS.get(type_)
    if part is None:
        return None
    body: Any = UNKNOWN
    for name in reversed(part.path):
        body = {name: body}
    return Adrift(origin, (type_.rpartition("/")[0],), body)


def with_adrift(planned: Sequence[Planned], adrift: Iterable[Adrift]) -> Iterator[Planned]:
    """All changes, and those that may be of each resource that is created.

    Many that leave the same open, such as the attachments of a list, are one: the first is named.
    """
    yield from planned
    for one in {(*one.types, f"{one.body}"): one for one in reversed([*adrift])}.values():
        for change in planned:
            if change.action == "create" and change.id.type in one.types:
                yield Planned(id=change.id, action="change", origin=one.origin, body=one.body)


def _opened(patch: Any) -> Any:
    """The members of a patch, with what they refer to unknown."""
    if not isinstance(patch, Mapping) or isinstance(patch, Added) or patch.keys() == {"id"}:
        return UNKNOWN
    return {name: _opened(value) for name, value in patch.items()}
