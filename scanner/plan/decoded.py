"""Looking into decoded JSON of any shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_NOTHING: Mapping[str, Any] = {}


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def at(tree: Any, path: Sequence[str | int]) -> Any:
    """The value at a path of decoded JSON. True on the way is a mark for all below it."""
    for step in path:
        if type(tree) is dict:
            tree = tree if type(step) is int else tree.get(step)
        elif type(tree) is list:
            tree = tree[step] if type(step) is int and step < len(tree) else None
        else:
            return True if tree is True else None
    return tree
