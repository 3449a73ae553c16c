"""The parts of a pasted error: its symbol, its codes, its numbers and its words."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

from rapidfuzz import fuzz, utils

_LONGEST = 1_000_000
"""Characters of a text that are searched: more than a log of an activity has, and quick."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\+[nrtfb\"'/]|\\+")
_PERCENT = re.compile(r"%(?:0[9AaDd]|2[0-9A-Fa-f]|3[A-Fa-f]|5[BbDd]|7[BbDd])")
"""Punctuation and white space as in an address."""
_HIDDEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_BROKEN_LINE = re.compile(r"(?<=\w)[ \t]*\r?\n[ \t]*(?=\w)", re.ASCII)
_GLUED_NUMBER = re.compile(r"(?<=[A-Za-z0-9])[0-9]{6}\b", re.ASCII)
"""The number of a code, right behind it."""
_WORD = re.compile(r"\w+", re.ASCII)
_CUT = re.compile(r"(?:(\w*)(?:…|\.{3,})(\w*))", re.ASCII)
_BEGUN = re.compile(r"([\w.-]*\w-?)(?:…|\.{3})", re.ASCII)
_NUMBER = re.compile(r"(?<![\w.])(?:0[xX]([0-9a-fA-F]{4,8})|([0-9]{5,8}))(?![0-9A-Za-z_])")
_LABEL = re.compile(
    r"(?:오류\s*코드\W{0,6}|(?:code|title|error)\W{1,6}(?:is\W{1,6})?)([a-z]\w{5,})",
    re.IGNORECASE | re.ASCII,
)
_LEADING = re.compile(r"\A\W*([A-Za-z]\w{5,})\s*(?::|-|$)", re.ASCII)
_HUMPS = re.compile(r"[a-z0-9][A-Z]|[A-Z]{2}[a-z]")
"""What a symbol has and a word of a sentence has not: a capital letter inside."""
_RESOURCE = re.compile(r"\b(microsoft\.\w+)/(\w+)((?:/[^/\s'\"]+/\w+)*)", re.ASCII | re.IGNORECASE)


def plain(text: str) -> str:
    """The text without the escapes of JSON, HTML and addresses, in one form of Unicode."""
    bare = _COLOUR.sub("", text[:_LONGEST]).replace("…", "\0")
    found = html.unescape(unicodedata.normalize("NFKC", bare)[:_LONGEST])
    found = _HIDDEN.sub("", found.replace("\0", "…"))
    found = _ESCAPE.sub(lambda at: chr(int(at[1], 16)) if at[1] else " ", found)
    return _PERCENT.sub(" ", found).strip()


def words_of(text: str) -> Iterator[str]:
    """The words in which a code may be: as written, then without a number or a line break in it."""
    yield from _WORD.findall(text)
    for changed in (_GLUED_NUMBER.sub(" ", text), _BROKEN_LINE.sub("", text)):
        if changed != text:
            yield from _WORD.findall(changed)


def symbol_of(text: str) -> str | None:
    """The symbol that a text gives as its code. None if it has only a sentence.

    It is the only word, the word after a label such as ``Code=``, or the word before a colon.
    """
    found = (*_LABEL.finditer(text), *_LEADING.finditer(text))
    for word in (str(match[1]) for match in found):
        if _HUMPS.search(word):
            return word
    return text if re.fullmatch(r"\w+", text, re.ASCII) and not text.isdigit() else None


def numbers_of(text: str) -> Iterator[int]:
    """The numbers that may be codes, decimal or hexadecimal after ``0x``."""
    for found in _NUMBER.finditer(text):
        yield int(found[1], 16) if found[1] else int(found[2])


def is_cut(text: str) -> bool:
    """True if an ellipsis says that a text is not whole."""
    return "…" in text or "..." in text


def start_of(text: str) -> str | None:
    """The start of a name that a table cut, as ``restore-point-cl…``. None if no table cut it."""
    found = _BEGUN.fullmatch(text.strip())
    return found[1] if found else None


def cut_words_of(text: str) -> Iterator[tuple[str, str]]:
    """Start and end of the words that an ellipsis cuts."""
    for found in _CUT.finditer(text):
        if found[1] or found[2]:
            yield found[1], found[2]


def type_in(text: str) -> str | None:
    """The ARM type of the first resource in a text, in lower case; None if it names none."""
    found = _RESOURCE.search(text)
    if found is None:
        return None
    nested = found[3].split("/")[2::2]
    return "/".join((found[1], found[2], *nested)).lower()


def spoken(text: str) -> str:
    """The words of a text in one spelling, in lower case, without punctuation."""
    found = text.replace("\u2019", "'").replace("스냅숏", "스냅샷").lower()
    found = found.replace("can't", "can not").replace("cannot", "can not").replace("n't", " not")
    return " ".join(utils.default_process(found).split())


def likeness(words: str, other: str) -> float:
    """How alike two spoken texts are, up to 100; words of only one of them count against it."""
    shared, whole = fuzz.token_set_ratio(words, other), fuzz.token_sort_ratio(words, other)
    return (shared + whole) / 2
