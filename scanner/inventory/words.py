"""Words of closed lists: ARM documents which words a member can have.

A word that the documents do not have may mean anything, so it is a gap. A list is with the reader
that uses it, and has its source. Its keys are in lower case: ARM changes the casing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from scanner.inventory.arm_text import lower
from scanner.inventory.evidence import Source
from scanner.inventory.gap import present, unrecorded

M = TypeVar("M")
D = TypeVar("D")

_MOST_SHOWN = 60
"""Characters of an undocumented word that a gap shows."""


def by_lower_case(*words: str) -> Mapping[str, str]:
    """A closed list whose words mean themselves, in the spelling of the documents."""
    return {lower(word): word for word in words}


def word(text: str | None, words: Mapping[str, M], at: Source, path: str, fact: str) -> M:
    """What a word means. Raises ``Unseen`` if there is none, or one that is not documented."""
    found = present(text, at, path, fact)
    key = lower(found)
    if key not in words:
        what = f"{path} that is documented, only {found[:_MOST_SHOWN]!r}"
        raise unrecorded(at, what, fact)
    return words[key]


def word_or(
    default: D, text: str | None, words: Mapping[str, M], at: Source, path: str, fact: str
) -> M | D:
    """What a word means. ``default`` is what the documents say of a member that is left out."""
    return default if text is None else word(text, words, at, path, fact)
