"""How one resource type of azurerm becomes an ARM body: rows of attribute and member."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

from scanner.plan.attributes import Attributes
from scanner.plan.marks import Path
from scanner.plan.planned import UNKNOWN, Unknown

How = Literal["value", "plain", "text", "number", "reference", "references", "texts"]
Body = dict[str, Any]


def reference(id_: Any) -> Body:
    """A reference to a resource, known or not."""
    return {"id": id_}


def _reference(attributes: Attributes, *path: str | int) -> Body | None:
    value = attributes.text(*path)
    return None if value is None else reference(value)


def _references(attributes: Attributes, *path: str | int) -> Any:
    values = attributes.texts(*path)
    is_list = isinstance(values, list)
    return list(map(reference, values)) if is_list else values


_READS: Mapping[str, Callable[..., Any]] = {
    "value": Attributes.get, "plain": Attributes.plain, "text": Attributes.text,
    "number": Attributes.number, "texts": Attributes.texts, "reference": _reference,
    "references": _references,
}  # fmt: skip


class Row:
    """One attribute and the member of the ARM body that has its value."""

    def __init__(self, attribute: str, member: str, how: How = "value") -> None:
        """``attribute`` is its path with dots, where a number is the index of a block."""
        self.path: Path = tuple(
            int(step) if step.isdecimal() else step for step in attribute.split(".")
        )
        self.member = member
        self.read = _READS[how]


class Mapped(NamedTuple):
    """One resource type."""

    id: str
    """The ARM id below the subscription, with attributes in braces. With ``id:`` before it, the
    attribute in the first braces has the id of the parent, or of what an association changes."""
    rows: Sequence[Row] = ()
    more: Callable[[Attributes, Body], None] | None = None
    """What no row says."""
    changes: Callable[[Attributes], Iterator[tuple[Any, Any]]] | None = None
    """For an association: the ids of the resources that it changes, and the parts of their
    bodies. Without the association, the same parts are None."""
    sibling: str = ""
    """The attribute with an id below the same parent, which shows the subscription."""
    subject: str = ""
    """The attribute with an id that shows the subscription if nothing else does."""

    @property
    def parent(self) -> str:
        """The attribute that has the id of the parent, or of what an association changes."""
        return self.id.removeprefix("id:{").partition("}")[0] if self.id[:3] == "id:" else ""


def fill(attributes: Attributes, rows: Sequence[Row], at: Path = ()) -> Body:
    """The body that rows make of attributes. What is not set has no member."""
    body: Body = {}
    for row in rows:
        value = row.read(attributes, *at, *row.path)
        if value is not None:
            put(body, row.member, value)
    return body


def put(body: Body, member: str, value: Any) -> None:
    """Set the member at a path with dots."""
    above, last = _steps(member)
    for name in above:
        body = body.setdefault(name, {})
    body[last] = value


@cache
def _steps(member: str) -> tuple[Sequence[str], str]:
    *above, last = member.split(".")
    return tuple(above), last


def entries(
    attributes: Attributes, block: str, read: Callable[[Path], Body]
) -> list[Body] | Unknown:
    """The bodies of all blocks of a kind. Unknown if their number is."""
    paths = attributes.blocks(block)
    return UNKNOWN if isinstance(paths, Unknown) else [read(path) for path in paths]
