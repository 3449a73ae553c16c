"""The parts of a JSON text, without decoding them: what is broken in one part spoils no other."""

from __future__ import annotations

import re
from collections.abc import Iterator

_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TOKEN = re.compile(_STRING + rb"|[\[\]{},]", re.DOTALL)
_MEMBER = re.compile(rb"\s*(" + _STRING + rb")\s*:(.*)", re.DOTALL)


def members(text: bytes) -> list[tuple[bytes, bytes]]:
    """The name and the value of every member of an object, as bytes. A name may occur twice.

    Raises ``ValueError`` if the text is no object.
    """
    found = [_MEMBER.fullmatch(part) for part in _parts(text, b"{}")]
    if not all(found):
        raise ValueError("a member has no name")
    return [(match.group(1), match.group(2)) for match in found if match]


def elements(text: bytes) -> list[bytes]:
    """The elements of an array. Raises ``ValueError`` if the text is no array."""
    return list(_parts(text, b"[]"))


def _parts(text: bytes, brackets: bytes) -> Iterator[bytes]:
    """What is between commas at the top of an object or an array."""
    stripped = text.strip()
    if stripped[:1] != brackets[:1] or stripped[-1:] != brackets[1:]:
        raise ValueError("it does not begin and end as it should")
    depth, start = 0, 1
    for match in _TOKEN.finditer(stripped):
        token = match.group()
        if token in (b"[", b"{"):
            depth += 1
        elif token in (b"]", b"}"):
            depth -= 1
            if depth == 0:
                break
        elif token == b"," and depth == 1:
            yield stripped[start : match.start()]
            start = match.end()
    else:
        raise ValueError("it has no end")
    if match.end() != len(stripped):
        raise ValueError("something follows its end")
    if last := stripped[start:-1].strip():
        yield last
