"""Addresses and references of Terraform, taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

Key = int | str | None
"""The index of an instance: of ``count``, of ``for_each``, or none."""


class Step(NamedTuple):
    """A name in a traversal, with the index after it: ``subnet["a"]``."""

    name: str
    key: Key = None
    has_key: bool = False


def steps(text: str) -> tuple[Step, ...]:
    """The steps of an address or a reference. Raises ``ValueError`` for other text."""
    if "[" not in text:
        return tuple(Step(name) for name in text.split(".") if name)
    found: list[Step] = []
    at = 0
    while at < len(text):
        end = at
        while end < len(text) and text[end] not in ".[":
            end += 1
        name, key, has_key = text[at:end], None, False
        keys: list[Key] = []
        while end < len(text) and text[end] == "[":
            key, end = _key(text, end + 1)
            keys.append(key)
            has_key = True
        if name or keys:
            found.append(Step(name, keys[0] if keys else None, has_key))
        at = end + 1
    return tuple(found)


def _key(text: str, at: int) -> tuple[Key, int]:
    """The index that begins at a position, and the position after its bracket."""
    if text[at : at + 1] == '"':
        end = at + 1
        while end < len(text) and text[end] != '"':
            end += 2 if text[end] == "\\" else 1
        return text[at + 1 : end].replace('\\"', '"'), text.find("]", end) + 1 or len(text)
    end = text.find("]", at)
    if end < 0:
        raise ValueError(f"an index without its end: {text[:100]!r}")
    inside = text[at:end]
    return (int(inside) if inside.isdecimal() else None), end + 1


def roots(references: Sequence[Any]) -> list[tuple[Step, ...]]:
    """The references that are no prefix of another one: Terraform lists each with its prefixes."""
    texts = dict.fromkeys(text for text in references if isinstance(text, str))
    found = [steps(text) for text in texts]
    return [
        one
        for one in found
        if not any(one is not other and _is_prefix(one, other) for other in found)
    ]


def _is_prefix(one: tuple[Step, ...], other: tuple[Step, ...]) -> bool:
    """True if a traversal begins another one, which may add an index to its last name."""
    if not one or len(one) > len(other) or one[:-1] != other[: len(one) - 1]:
        return False
    last, same = one[-1], other[len(one) - 1]
    return last == same or (last.name == same.name and not last.has_key)


Module = tuple[tuple[str, Key], ...]
"""The modules that lead to a resource, with their indices."""


@cache
def module_of(address: str | None) -> Module:
    """The modules in a module's address, such as ``module.web["a"].module.vm``."""
    found = steps(address or "")
    return tuple(
        (step.name, step.key)
        for before, step in zip(found[::2], found[1::2], strict=False)
        if before.name == "module"
    )


@cache
def names_of(module: Module) -> tuple[str, ...]:
    """The names of the modules, without their indices."""
    return tuple(name for name, _ in module)
