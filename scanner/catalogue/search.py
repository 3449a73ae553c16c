"""From an id, an error code, its number or the text of an error to what the documents say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace
from rapidfuzz import fuzz, utils

from scanner.catalogue.documents import Documented, Documents, Symptom
from scanner.errors import UsageError

_ALIKE = 70
"""Of 100: what resembles less is not what was meant."""
_SURELY_ALIKE = 85
"""Of 100: what a machine may take for the same."""
_SUGGESTED = 3


By = Literal["id", "code", "number", "text"]


class Match(Struct, frozen=True):
    """What a query means."""

    edition: str
    """The edition that knows it: the one asked for, else another."""
    by: By
    symptom: Symptom | None
    causes: tuple[str, ...]
    """In the document's order: those of the symptom, else the only one or those of a code."""
    code: str | None = None


def look_up(query: str, edition: str, documents: Documents) -> Match:
    """What the words mean, in this edition if it knows them.

    Raises ``UsageError`` with what is nearest where nothing resembles them.
    """
    wanted = query.strip()
    editions = [(edition, documents.editions[edition]), *documents.others(edition)]
    for name, documented in editions:
        found = _by_id(wanted, name, documented) or _by_code(wanted, name, documented)
        if found:
            return found
    for word in re.findall(r"\w+", wanted, re.ASCII):
        code = _of_number(word, documents) if word.isdigit() else word
        for name, documented in editions:
            found = _by_code(code, name, documented) if code else None
            if found:
                return replace(found, by="number" if word.isdigit() else "code")
    return _by_text(wanted, editions)


def match_error(
    title: str | None, number: int | None, text: str | None, edition: str, documents: Documents
) -> Match | None:
    """What the documents make of an error of the service, in this edition if it knows it.

    By its symbol, then its number, then its English words; None for one that is not documented:
    words must be close to a symptom's, for here nobody chooses among suggestions, and they do not
    outweigh a symbol that is none of the documents'. A code that they name without a cause is a
    match without causes.
    """
    editions = [(edition, documents.editions[edition]), *documents.others(edition)]
    # A title in words is no symbol.
    symbol = title if title and not re.search(r"\s", title) else None
    if symbol and (found := _named(symbol, "code", editions, documents)):
        return found
    by_number = _of_number(str(number), documents) if number is not None else None
    if by_number and (found := _named(by_number, "number", editions, documents)):
        return found
    spoken = () if symbol else tuple(utils.default_process(each or "") for each in (title, text))
    for words in filter(None, spoken):
        for name, documented in editions:
            for symptom in documented.symptoms:
                if _is_said(words, symptom.message):
                    return Match(name, "text", symptom, symptom.all_causes)
        said = (name for name, code in documents.codes.items() if _is_said(words, code.text))
        if (code := next(said, None)) and (found := _named(code, "text", editions, documents)):
            return found
    return None


def _named(
    code: str, by: By, editions: Sequence[tuple[str, Documented]], documents: Documents
) -> Match | None:
    """What a code means; it is a match without causes where the documents name none."""
    for name, documented in editions:
        if found := _by_code(code, name, documented):
            return replace(found, by=by)
    bare = (each for each, told in documents.codes.items() if told.bare)
    known = next((each for each in bare if each.lower() == code.lower()), None)
    return Match(editions[0][0], by, None, (), known) if known else None


def _is_said(words: str, text: str | None) -> bool:
    return bool(words and text) and _alike(words, text or "") >= _SURELY_ALIKE


def counterpart(symptom: Symptom, documented: Documented) -> Symptom | None:
    """The same symptom in another edition: one that shares a code with it."""
    codes = {code.lower() for code in symptom.all_codes}
    shared = (each for each in documented.symptoms if codes & set(map(str.lower, each.all_codes)))
    return next(shared, None)


def _by_id(wanted: str, edition: str, documented: Documented) -> Match | None:
    for symptom in documented.symptoms:
        if symptom.id.lower() == wanted.lower():
            code = next((each for each in symptom.codes if each == symptom.id), None)
            return Match(edition, "id", symptom, symptom.all_causes, code)
    if wanted.lower() in documented.causes:
        return Match(edition, "id", None, (wanted.lower(),))
    return None


def _of_number(number: str, documents: Documents) -> str | None:
    known = (name for name, code in documents.codes.items() if code.number == int(number))
    return next(known, None)


def _by_code(code: str, edition: str, documented: Documented) -> Match | None:
    for symptom in documented.symptoms:
        for each in symptom.all_codes:
            if each.lower() == code.lower():
                return Match(edition, "code", symptom, symptom.all_causes, each)
    named = [
        (each, cause.id)
        for cause in documented.causes.values()
        for each in cause.codes
        if each.lower() == code.lower()
    ]
    if not named:
        return None
    return Match(edition, "code", None, tuple(cause for _, cause in named), named[0][0])


def _by_text(wanted: str, editions: list[tuple[str, Documented]]) -> Match:
    texts = [each for name, documented in editions for each in _texts(name, documented)]
    words = utils.default_process(wanted)
    ranked = sorted(texts, key=lambda each: -_alike(words, each[0])) if words else []
    if ranked and _alike(words, ranked[0][0]) >= _ALIKE:
        return ranked[0][1]
    near = list(dict.fromkeys(text for text, _ in ranked))[:_SUGGESTED]
    raise UsageError(
        f"nothing that is documented resembles {wanted!r}",
        f"Nearest: {'; '.join(near)}" if near else "Give an error code, its number or its text",
    )


def _alike(words: str, text: str) -> float:
    """Up to 100: shared words count, and so do those that only one of them has."""
    theirs = utils.default_process(text)
    shared, whole = fuzz.token_set_ratio(words, theirs), fuzz.token_sort_ratio(words, theirs)
    return (shared + whole) / 2


def _texts(edition: str, documented: Documented) -> Iterator[tuple[str, Match]]:
    """Everything that may be typed in words, with what it means."""
    for symptom in documented.symptoms:
        match = Match(edition, "text", symptom, symptom.all_causes)
        for text in (symptom.message, symptom.heading_ko, *symptom.all_codes):
            if text:
                yield text, match
    for cause in documented.causes.values():
        match = Match(edition, "text", None, (cause.id,))
        for text in (cause.title, cause.id.replace("-", " "), *cause.codes):
            yield text, match
