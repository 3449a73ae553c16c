"""Agent and extension versions."""

from __future__ import annotations

import re
from functools import lru_cache, total_ordering

_NUMBERS = re.compile(r"\d+(?:\.\d+)+")


@lru_cache(maxsize=1024)
def _numbers(text: str) -> tuple[int, ...]:
    """The numbers in a version text, without trailing zeros. Cached: a fleet has few versions."""
    match = _NUMBERS.search(text)
    if match is None:
        raise ValueError(f"not a version: {text!r}")
    numbers = [int(number) for number in match.group().split(".")]
    while numbers[-1:] == [0]:
        numbers.pop()
    return tuple(numbers)


@total_ordering
class Version:
    """A dotted version. Numbers are compared one by one, and missing numbers count as 0.

    Text before the first dotted number is ignored: old Linux agents report
    ``WALinuxAgent-2.0.16``. Raises ``ValueError`` for text without one, such as ``Unknown``.
    """

    __slots__ = ("_numbers", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._numbers = _numbers(text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._numbers == other._numbers

    def __lt__(self, other: Version) -> bool:
        return self._numbers < other._numbers

    def __hash__(self) -> int:
        return hash(self._numbers)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Version({self.text!r})"
