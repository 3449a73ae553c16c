"""The attributes of one planned resource: known, unknown until apply, or not set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from scanner.inventory.armid import parse_id
from scanner.plan.decoded import at
from scanner.plan.marks import Marks, Path
from scanner.plan.planned import UNKNOWN, Unknown

Resolve = Callable[[Any, str], list[list[str | Unknown]]]
"""From an expression, and the name of its attribute, to the values that each of its references may
have."""


class Attributes:
    """What a plan says of the attributes of a resource.

    An attribute whose value is unknown is one of three: it has an expression, which leads to
    another resource or nowhere; its block is written and it is not, so Azure sets its default; or
    it is never an input. Only the first is unknown, the others are not set.
    """

    def __init__(self, values: Any, marks: Marks, resolve: Resolve) -> None:
        self.values = values if isinstance(values, dict) else {}
        self.marks = marks
        self._resolve = resolve

    def get(self, *path: str | int) -> Any:
        """The value, ``UNKNOWN``, or None if it is not set.

        Providers write what is not set as an empty text or list, too.
        """
        mark = self.marks[path]
        if mark == "unknown":
            return self._open(path)
        if mark == "secret":
            # Its value must never be shown, so it is not even kept.
            return UNKNOWN
        value = self.values.get(path[0]) if len(path) == 1 else at(self.values, path)
        if value is None:
            return self._open(path) if mark == "write-only" else None
        return value if value or value not in ("", []) else None

    def plain(self, *path: str | int) -> Any:
        """As ``get``, in blocks without an order: their expressions have another one."""
        return UNKNOWN if self.marks[path] == "unknown" else self.get(*path)

    def text(self, *path: str | int) -> Any:
        """As ``get``, for a text: another value is unknown."""
        value = self.get(*path)
        return value if type(value) is str or value is None else UNKNOWN

    def subscription(self, name: str) -> str | None:
        """The subscription in the id that an attribute has. None if it has none."""
        value = self.text(name) if name else None
        id_ = parse_id(value) if isinstance(value, str) else None
        return id_.subscription if id_ else None

    def number(self, *path: str | int) -> Any:
        """As ``get``, for a number: providers write 0 for what is not set."""
        value = self.get(*path)
        if isinstance(value, bool) or not isinstance(value, _NUMBERS):
            return int(value) if isinstance(value, float) and value.is_integer() else UNKNOWN
        return value or None

    def blocks(self, *path: str | int) -> Sequence[Path] | Unknown:
        """The paths of the blocks of a kind. Unknown if their number is."""
        value, unknown = at(self.values, path), self.marks.unknown_at(path)
        if unknown is True:
            return UNKNOWN if self.marks.may_be_input(path[0]) or len(path) > 1 else ()
        count = len(value) if isinstance(value, list) else int(isinstance(value, dict))
        if isinstance(unknown, list):
            count = max(count, len(unknown))
        return tuple((*path, index) for index in range(count))

    def is_hidden(self, name: str) -> bool:
        """True if blocks of a kind may be given in a way that the plan does not show.

        They may be resources of their own, be in a ``dynamic`` block, or not be there at all.
        """
        return self.marks.is_unknown((name,)) and self.blocks(name) == ()

    def texts(self, *path: str | int) -> Any:
        """A list of texts, each known or unknown; unknown if their number is; None if not set."""
        value, mark = at(self.values, path), self.marks[path]
        if mark == "secret":
            return UNKNOWN
        if mark == "unknown":
            return self._open_list(path, None)
        if not isinstance(value, list):
            return None if value in (None, "") else UNKNOWN
        unknown = self.marks.unknown_at(path)
        marks = unknown if isinstance(unknown, list) else []
        if True not in marks:
            return [one if isinstance(one, str) else UNKNOWN for one in value] or None
        return self._open_list(path, [None if m is True else v for v, m in _paired(value, marks)])

    def _open_list(self, path: Path, known: list[Any] | None) -> Any:
        """A list in which the references of its expression give what is unknown."""
        expression = self.marks.expression(path)
        if expression is None:
            return UNKNOWN if self._is_written(path) else None
        leads = self._resolve(expression, _name(path))
        if known is None:
            one = leads[0] if len(leads) == 1 else []
            return one if one and not any(isinstance(v, Unknown) for v in one) else UNKNOWN
        missing = known.count(None)
        flat = [lead[0] if len(lead) == 1 else UNKNOWN for lead in leads]
        flat = [value for value in flat if value not in known]
        if len(flat) != missing:
            flat = [UNKNOWN] * missing
        given = iter(flat)
        return [next(given) if value is None else value for value in known]

    def _open(self, path: Path) -> Any:
        """The value that an expression leads to; None if there is no expression."""
        expression = self.marks.expression(path)
        if expression is None:
            return UNKNOWN if self._is_written(path) else None
        values = [value for lead in self._resolve(expression, _name(path)) for value in lead]
        return values[0] if len(values) == 1 else UNKNOWN

    def _is_written(self, path: Path) -> bool:
        """True if a value without an expression may still be given: nobody knows how.

        The configuration was left out of the plan, or a ``dynamic`` block has no expression.
        """
        written = self.marks.expressions
        if written is None:
            return True
        if isinstance(written, dict) and path[0] not in written:
            return len(path) > 1
        blocks = written.get(path[0]) if isinstance(written, dict) else None
        values = self.values.get(str(path[0]))
        # Blocks that a dynamic block adds have no place in the expressions.
        return isinstance(blocks, list) and isinstance(values, list) and len(blocks) != len(values)


_NUMBERS = (int, Unknown, type(None))


@cache
def _name(path: Path) -> str:
    """The name of the attribute at a path."""
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def _paired(value: list[Any], marks: list[Any]) -> Iterator[tuple[Any, Any]]:
    for index in range(max(len(value), len(marks))):
        yield (
            value[index] if index < len(value) else None,
            marks[index] if index < len(marks) else False,
        )
