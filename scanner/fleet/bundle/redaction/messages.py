"""Messages: words of the documents and of the scanner stay, every other word is a name.

A word is kept by a list of what is known, so a name that nobody thought of is replaced as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from msgspec import Struct

from scanner.catalogue import load, read
from scanner.catalogue.search import match_error
from scanner.fleet.bundle.content import known_fields
from scanner.inventory.armid import parse_id

_PART = r"[^\W_]+"
_COMPOUND = re.compile(rf"/*(?:{_PART}|_)(?:[-_./\\@+&#$~%^`*]*(?:{_PART}|_))*")
"""A word, or what names are made of: words with such characters between them."""
_CODE = re.compile(r"(?:UserError|Extension(?:Snapshot|Install|Operation|Config))[A-Za-z]+")
"""Codes of errors, which are no names of a customer."""
_SERVICE = re.compile(r"Microsoft(?:\.[A-Za-z]+)+(?:/[A-Za-z]+)*")
_STATUS = re.compile(r".*\bHTTP \d{3} ", re.DOTALL)
"""What is before the code of a refusal of ARM."""
_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SHORT = re.compile(r"\d{1,3}|0[xX][0-9a-fA-F]{8}")
"""Numbers that name nothing, and results of Windows."""
_MEMBERS = ("properties", "extensions", "identity", "resources", "sku")
"""How paths of properties begin."""


@cache
def known_words() -> frozenset[str]:
    """The words of the documents, of the scanner's messages and of ARM's members, in lower case."""
    text = resources.files(__package__).joinpath("words.txt").read_text(encoding="utf-8")
    parts = (text, *known_fields().values(), *_texts(read()), *_texts(load()))
    return frozenset(found[0].lower() for part in parts for found in _COMPOUND.finditer(part))


def _texts(value: Any) -> Iterator[str]:
    """All texts in a value of the catalogue."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from _texts(getattr(value, name))
    elif isinstance(value, Mapping):
        for entry in (*value.keys(), *value.values()):
            yield from _texts(entry)
    elif isinstance(value, tuple | list | set | frozenset):
        for entry in value:
            yield from _texts(entry)


class Messages:
    """Replaces the words of messages that are not known."""

    def __init__(self, rename: Callable[[str], str]) -> None:
        """``rename`` gives the pseudonym of a name, of an id or of an address."""
        self._rename = rename
        self._words = known_words()
        self._known: dict[str, str] = {}

    def text(self, text: str) -> str:
        """A message without names."""
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = _COMPOUND.sub(self._word, text)
        return found

    def error(self, title: str | None, number: int | None, text: str | None) -> tuple[
        str | None, str | None
    ]:  # fmt: skip
        """Title and text of an error. They mean what they meant to the documents.

        Without the words that are gone, the rest may mean something else. The text is then the
        documents' own sentence.
        """
        new_title = None if title is None else self.text(title)
        new_text = None if text is None else self.text(text)
        for edition in read().editions:
            meant = match_error(title, number, text, edition)
            if match_error(new_title, number, new_text, edition) != meant:
                sentence = meant.symptom.message if meant and meant.symptom else None
                return new_title, sentence if text is not None else None
        return new_title, new_text

    def _word(self, found: re.Match[str]) -> str:
        word = found[0]
        is_code = word.isalpha() and _STATUS.fullmatch(found.string[: found.start()])
        return word if is_code or self._is_known(word) else self._rename(word)

    def _is_known(self, word: str) -> bool:
        if word.lower() in self._words or _SHORT.fullmatch(word) or _CODE.fullmatch(word):
            return True
        if _SERVICE.fullmatch(word):
            return all(hump.lower() in self._words for hump in _HUMPS.findall(word))
        first, *others = word.split(".")
        if others and first in _MEMBERS:
            return all(part.lower() in self._words for part in others)
        return "/" in word and parse_id(word) is None and self._are_known(word)

    def _are_known(self, word: str) -> bool:
        """True for words with a slash between them, such as ``and/or``."""
        return all(part.lower() in self._words for part in word.split("/"))
