"""The attributes of one planned resource: known, unknown until apply, or not set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from scanner.plan.planned import UNKNOWN, Unknown

Path = tuple[str | int, ...]
Resolve = Callable[[Any, str], list[list[str | Unknown]]]
"""From an expression, and the name of its attribute, to the values that each of its references may
have."""


class Attributes:
    """What a plan says of the attributes of a resource.

    An attribute whose value is unknown is one of three: it has an expression, which leads to
    another resource or nowhere; its block is written and it is not, so Azure sets its default; or
    it is never an input. Only the first is unknown, the others are not set.
    """

    def __init__(
        self, values: Any, unknown: Any, sensitive: Any, expressions: Any, resolve: Resolve
    ) -> None:
        self.values = values if isinstance(values, Mapping) else {}
        self._unknown, self._sensitive = unknown or None, sensitive or None
        self._unset = self._names_unset()
        self._expressions = expressions
        self._resolve = resolve

    def _names_unset(self) -> frozenset[str]:
        """Attributes of which nothing is said, as of most. A write-only one never has a value."""
        marks = (self._unknown, self._sensitive)
        if not all(isinstance(one, dict | None) for one in marks):
            return frozenset()
        unset = {n for n, v in self.values.items() if v is None and not n.endswith("_wo")}
        return frozenset(unset.difference(*filter(None, marks)))

    def get(self, *path: str | int) -> Any:
        """The value, ``UNKNOWN``, or None if it is not set.

        Providers write what is not set as an empty text or list, too.
        """
        if path[0] in self._unset:
            return None
        if self._sensitive is not None and _at(self._sensitive, path) is True:
            # Its value must never be shown, so it is not even kept.
            return UNKNOWN
        if self._unknown is not None and _at(self._unknown, path) is True:
            return self._open(path)
        value = _at(self.values, path)
        if value is None:
            is_write_only = str(path[-1]).endswith("_wo") and self._expression(path)
            return self._open(path) if is_write_only else None
        return None if value in ("", []) else value

    def plain(self, *path: str | int) -> Any:
        """As ``get``, in blocks without an order: their expressions have another one."""
        is_known = not _is_unknown(self._unknown, path)
        return self.get(*path) if is_known else UNKNOWN

    def text(self, *path: str | int) -> Any:
        """As ``get``, for a text: another value is unknown."""
        value = self.get(*path)
        return value if value is None or isinstance(value, str | Unknown) else UNKNOWN

    def number(self, *path: str | int) -> Any:
        """As ``get``, for a number: providers write 0 for what is not set."""
        value = self.get(*path)
        if isinstance(value, bool) or not isinstance(value, int | Unknown | None):
            return int(value) if isinstance(value, float) and value.is_integer() else UNKNOWN
        return value or None

    def blocks(self, *path: str | int) -> Sequence[Path] | Unknown:
        """The paths of the blocks of a kind. Unknown if their number is."""
        value = _at(self.values, path)
        unknown = _at(self._unknown, path)
        if unknown is True:
            written = self._expressions
            is_input = written is None or (isinstance(written, Mapping) and path[0] in written)
            return UNKNOWN if is_input or len(path) > 1 else ()
        count = len(value) if isinstance(value, list) else int(isinstance(value, Mapping))
        if isinstance(unknown, list):
            count = max(count, len(unknown))
        return tuple((*path, index) for index in range(count))

    def is_hidden(self, name: str) -> bool:
        """True if blocks of a kind may be given in a way that the plan does not show.

        They may be resources of their own, be in a ``dynamic`` block, or not be there at all.
        """
        return _at(self._unknown, (name,)) is True and self.blocks(name) == ()

    def texts(self, *path: str | int) -> Any:
        """A list of texts, each known or unknown; unknown if their number is; None if not set."""
        value, unknown = _at(self.values, path), _at(self._unknown, path)
        if _at(self._sensitive, path) is True:
            return UNKNOWN
        if unknown is True or _is_unknown(self._unknown, path[:-1] or path):
            return self._open_list(path, None)
        if not isinstance(value, list):
            return None if value in (None, "") else UNKNOWN
        marks = unknown if isinstance(unknown, list) else []
        if True not in marks:
            return [one if isinstance(one, str) else UNKNOWN for one in value] or None
        return self._open_list(path, [None if m is True else v for v, m in _paired(value, marks)])

    def _open_list(self, path: Path, known: list[Any] | None) -> Any:
        """A list in which the references of its expression give what is unknown."""
        expression = self._expression(path)
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
        expression = self._expression(path)
        if expression is None:
            return UNKNOWN if self._is_written(path) else None
        values = [value for lead in self._resolve(expression, _name(path)) for value in lead]
        return values[0] if len(values) == 1 else UNKNOWN

    def mark(self, name: str) -> Any:
        """What is unknown of an attribute: True, or the same shape with marks."""
        return _at(self._unknown, (name,))

    def secret(self, name: str) -> Any:
        """What must not be shown of an attribute: True, or the same shape with marks."""
        return _at(self._sensitive, (name,))

    def expression(self, *path: str | int) -> Any:
        """The expression of an attribute, or None."""
        return self._expression(path)

    def _expression(self, path: Path) -> Any:
        """The expression of an attribute or of the block around it. None if none is written."""
        at = self._expressions
        for step in path:
            if isinstance(at, Mapping) and ("references" in at or "constant_value" in at):
                return at
            if isinstance(at, list):
                at = at[step] if isinstance(step, int) and step < len(at) else None
            elif isinstance(step, int):
                continue
            else:
                at = at.get(step) if isinstance(at, Mapping) else None
            if at is None:
                return None
        is_one = isinstance(at, Mapping) and ("references" in at or "constant_value" in at)
        return at if is_one else None

    def _is_written(self, path: Path) -> bool:
        """True if a value without an expression may still be given: nobody knows how.

        The configuration was left out of the plan, or a ``dynamic`` block has no expression.
        """
        if self._expressions is None:
            return True
        head = path[0]
        if not isinstance(self._expressions, Mapping) or head in self._expressions:
            blocks = self._expressions.get(head) if isinstance(self._expressions, Mapping) else None
            values = self.values.get(str(head))
            if isinstance(blocks, list) and isinstance(values, list):
                # Blocks that a dynamic block adds have no place in the expressions.
                return len(blocks) != len(values)
            return False
        return len(path) > 1


def _name(path: Path) -> str:
    """The name of the attribute at a path."""
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def _paired(value: list[Any], marks: list[Any]) -> Iterator[tuple[Any, Any]]:
    for index in range(max(len(value), len(marks))):
        yield (
            value[index] if index < len(value) else None,
            marks[index] if index < len(marks) else False,
        )


def _at(tree: Any, path: Sequence[str | int]) -> Any:
    """The value at a path. True anywhere on the way is a mark for all below it."""
    for step in path:
        # Decoded JSON has no other kinds of objects and lists.
        if type(tree) is dict:
            tree = tree if type(step) is int else tree.get(step)
        elif type(tree) is list:
            tree = tree[step] if type(step) is int and step < len(tree) else None
        else:
            return True if tree is True else None
    return tree


def _is_unknown(tree: Any, path: Sequence[str | int]) -> bool:
    return _at(tree, path) is True
