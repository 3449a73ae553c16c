"""How one resource type of azurerm becomes an ARM body: rows of attribute and member."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

from scanner.plan.attributes import Attributes, Path
from scanner.plan.planned import UNKNOWN, Unknown

How = Literal["value", "plain", "text", "number", "reference", "references", "texts"]
Body = dict[str, Any]


class Row(NamedTuple):
    """One attribute and the member of the ARM body that has its value."""

    attribute: str
    """Its path, with dots. A number is the index of a block."""
    member: str
    how: How = "value"


class Mapped(NamedTuple):
    """One resource type."""

    id: str
    """The ARM id below the subscription, with attributes in braces. With ``id:`` before it, the
    attribute in the first braces has the id of the parent."""
    rows: Sequence[Row] = ()
    more: Callable[[Attributes, Body], None] | None = None
    """What no row says."""
    changes: Callable[[Attributes], Iterator[tuple[Any, Any]]] | None = None
    """For an association: the ids of the resources that it changes, and the parts of their
    bodies. Without the association, the same parts are None."""

    @property
    def reads(self) -> frozenset[str]:
        """The attributes that the rows read, without what is in their blocks."""
        return frozenset(row.attribute.partition(".")[0] for row in self.rows)


def fill(attributes: Attributes, rows: Sequence[Row], at: Path = ()) -> Body:
    """The body that rows make of attributes. What is not set has no member."""
    body: Body = {}
    for row in rows:
        value = _read(attributes, row.how, (*at, *_path(row.attribute)))
        if value is not None:
            put(body, row.member, value)
    return body


@cache
def _path(attribute: str) -> Path:
    return tuple(int(step) if step.isdecimal() else step for step in attribute.split("."))


def put(body: Body, member: str, value: Any) -> None:
    """Set the member at a path with dots."""
    *above, last = member.split(".")
    for name in above:
        body = body.setdefault(name, {})
    body[last] = value


def _read(attributes: Attributes, how: How, path: Path) -> Any:
    if how == "reference":
        value = attributes.text(*path)
        return None if value is None else reference(value)
    if how == "references":
        values = attributes.texts(*path)
        return (
            values
            if values is None or isinstance(values, Unknown)
            else list(map(reference, values))
        )
    return _READS[how](attributes, *path)


_READS: Mapping[str, Callable[..., Any]] = {
    "value": Attributes.get, "plain": Attributes.plain, "text": Attributes.text,
    "number": Attributes.number, "texts": Attributes.texts,
}  # fmt: skip


def reference(id_: Any) -> Body:
    """A reference to a resource, known or not."""
    return {"id": id_}


def entries(
    attributes: Attributes, block: str, read: Callable[[Path], Body]
) -> list[Body] | Unknown:
    """The bodies of all blocks of a kind. Unknown if their number is."""
    paths = attributes.blocks(block)
    return UNKNOWN if isinstance(paths, Unknown) else [read(path) for path in paths]
