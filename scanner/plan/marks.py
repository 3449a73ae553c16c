"""What a plan marks of the attributes of a resource: unknown until apply, secret, or neither."""

from __future__ import annotations

from typing import Any, Literal

from scanner.plan.decoded import at

Path = tuple[str | int, ...]
Mark = Literal["known", "write-only", "unknown", "secret"]
"""What is known of a value. A write-only one is in the configuration alone."""


class Marks(dict[Path, Mark]):
    """The marks of a resource by path, and the expressions that its values come from.

    Most instances of one resource have the same marks. So each path is looked up once for all.
    """

    def __init__(self, unknown: Any, sensitive: Any, expressions: Any) -> None:
        super().__init__()
        self.unknown, self.sensitive = unknown or None, sensitive or None
        self.expressions = expressions
        """None if nobody knows them: the configuration was left out of the plan."""
        self._expressions: dict[Path, Any] = {}

    def __missing__(self, path: Path) -> Mark:
        found = self[path] = self._look(path)
        return found

    def _look(self, path: Path) -> Mark:
        if _has_mark(at(self.sensitive, path)):
            # A list is secret if an entry is: what must never be shown has no place in a body.
            return "secret"
        if self.is_unknown(path):
            return "unknown"
        is_write_only = str(path[-1]).endswith("_wo") and self.expression(path)
        return "write-only" if is_write_only else "known"

    def is_unknown(self, path: Path) -> bool:
        """True if the whole value at a path is unknown."""
        return self.unknown_at(path) is True

    def unknown_at(self, path: Path) -> Any:
        """What is unknown of the value at a path: True, or the same shape with marks."""
        return at(self.unknown, path)

    def may_be_input(self, name: str | int) -> bool:
        """True if the configuration gives an attribute, or nobody knows the configuration."""
        written = self.expressions
        return written is None or (isinstance(written, dict) and name in written)

    def expression(self, path: Path) -> Any:
        """The expression of an attribute or of the block around it. None if none is written."""
        if path not in self._expressions:
            self._expressions[path] = self._find_expression(path)
        return self._expressions[path]

    def _find_expression(self, path: Path) -> Any:
        found = self.expressions
        for step in path:
            if _is_expression(found):
                return found
            if isinstance(found, list):
                found = found[step] if isinstance(step, int) and step < len(found) else None
            elif isinstance(step, int):
                continue
            else:
                found = found.get(step) if isinstance(found, dict) else None
            if found is None:
                return None
        return found if _is_expression(found) else None


def _has_mark(tree: Any) -> bool:
    """True if a value, or any part of it, is marked."""
    if isinstance(tree, dict | list):
        return any(map(_has_mark, tree.values() if isinstance(tree, dict) else tree))
    return tree is True


def _is_expression(value: Any) -> bool:
    return isinstance(value, dict) and ("references" in value or "constant_value" in value)
