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

_LIKENESS_FOR_A_PERSON = 70
"""The likeness, of 100, from which a typed text means a documented one."""
_LIKENESS_FOR_A_MACHINE = 85
"""The likeness, of 100, from which the text of an error is a documented one."""
_SUGGESTIONS = 3

By = Literal["id", "code", "number", "text"]
Editions = Sequence[tuple[str, Documented]]
"""Editions with their ids, the first choice first."""


class Match(Struct, frozen=True):
    """What a query means."""

    edition: str
    """The edition that knows it: the one asked for, else another."""
    by: By
    symptom: Symptom | None
    causes: tuple[str, ...]
    """The causes of the symptom or code, or the only cause, in the document's order."""
    code: str | None = None


def look_up(query: str, edition: str, documents: Documents) -> Match:
    """What the words mean, in this edition if it knows them.

    Raises ``UsageError`` with the nearest documented texts if no text is like them.
    """
    wanted = query.strip()
    editions = _this_edition_first(edition, documents)
    for name, documented in editions:
        found = _match_id(wanted, name, documented) or _match_code(wanted, name, documented)
        if found:
            return found
    for word in re.findall(r"\w+", wanted, re.ASCII):
        code = _code_with_number(word, documents) if word.isdigit() else word
        for name, documented in editions:
            found = _match_code(code, name, documented) if code else None
            if found:
                return replace(found, by="number" if word.isdigit() else "code")
    return _match_text(wanted, editions)


def match_error(
    title: str | None, number: int | None, text: str | None, edition: str, documents: Documents
) -> Match | None:
    """What the documents say of an error of the service, in this edition if it knows it.

    Found by its symbol, then by its number, then by its English words; None if the documents do
    not know it. The words must be close to those of a symptom, as nobody chooses among suggestions
    here. They do not count if the error has a symbol that no document has. A code that the
    documents name without a cause is a match without causes.
    """
    editions = _this_edition_first(edition, documents)
    # A title in words is no symbol.
    symbol = title if title and not re.search(r"\s", title) else None
    if symbol and (found := _match_any_code(symbol, "code", editions, documents)):
        return found
    code = _code_with_number(str(number), documents) if number is not None else None
    if code and (found := _match_any_code(code, "number", editions, documents)):
        return found
    for words in () if symbol else (title, text):
        if found := _match_message(utils.default_process(words or ""), editions, documents):
            return found
    return None


def counterpart(symptom: Symptom, documented: Documented) -> Symptom | None:
    """The same symptom in another edition: one that shares an error code with it."""
    codes = {code.lower() for code in symptom.all_codes}
    for other in documented.symptoms:
        if codes & {code.lower() for code in other.all_codes}:
            return other
    return None


def _this_edition_first(edition: str, documents: Documents) -> Editions:
    """All editions, this one first, the order of every search."""
    return [(edition, documents.editions[edition]), *documents.others(edition)]


def _match_any_code(code: str, by: By, editions: Editions, documents: Documents) -> Match | None:
    """What a code means; a match without causes if the documents name none for it."""
    for name, documented in editions:
        if found := _match_code(code, name, documented):
            return replace(found, by=by)
    for known, details in documents.codes.items():
        if details.bare and known.lower() == code.lower():
            return Match(editions[0][0], by, None, (), known)
    return None


def _match_message(words: str, editions: Editions, documents: Documents) -> Match | None:
    """What the words of an error mean, without the tolerance for what a person types."""
    for name, documented in editions:
        for symptom in documented.symptoms:
            if _is_like_message(words, symptom.message):
                return Match(name, "text", symptom, symptom.all_causes)
    known = documents.codes.items()
    code = next((code for code, details in known if _is_like_message(words, details.text)), None)
    return _match_any_code(code, "text", editions, documents) if code else None


def _is_like_message(words: str, message: str | None) -> bool:
    """True if the words are a message, for errors that a service wrote."""
    return bool(words and message) and _likeness(words, message or "") >= _LIKENESS_FOR_A_MACHINE


def _match_id(wanted: str, edition: str, documented: Documented) -> Match | None:
    """The symptom or the cause that has this id."""
    for symptom in documented.symptoms:
        if symptom.id.lower() == wanted.lower():
            code = symptom.id if symptom.id in symptom.codes else None
            return Match(edition, "id", symptom, symptom.all_causes, code)
    if wanted.lower() in documented.causes:
        return Match(edition, "id", None, (wanted.lower(),))
    return None


def _code_with_number(number: str, documents: Documents) -> str | None:
    """The code that a number has in the documents."""
    known = (name for name, code in documents.codes.items() if code.number == int(number))
    return next(known, None)


def _match_code(wanted: str, edition: str, documented: Documented) -> Match | None:
    """What a code means: a symptom's causes, else the causes that name the code."""
    for symptom in documented.symptoms:
        for code in symptom.all_codes:
            if code.lower() == wanted.lower():
                return Match(edition, "code", symptom, symptom.all_causes, code)
    named = [
        (code, cause.id)
        for cause in documented.causes.values()
        for code in cause.codes
        if code.lower() == wanted.lower()
    ]
    if not named:
        return None
    return Match(edition, "code", None, tuple(cause for _, cause in named), named[0][0])


def _match_text(wanted: str, editions: Editions) -> Match:
    """What the most similar text means. Raises ``UsageError`` if none is similar enough."""
    texts = [pair for name, documented in editions for pair in _texts(name, documented)]
    words = utils.default_process(wanted)
    ranked = sorted(texts, key=lambda pair: -_likeness(words, pair[0])) if words else []
    if ranked and _likeness(words, ranked[0][0]) >= _LIKENESS_FOR_A_PERSON:
        return ranked[0][1]
    nearest = list(dict.fromkeys(text for text, _ in ranked))[:_SUGGESTIONS]
    raise UsageError(
        f"nothing that is documented resembles {wanted!r}",
        f"Nearest: {'; '.join(nearest)}"
        if nearest
        else "Give an error code, its number or its text",
    )


def _likeness(words: str, text: str) -> float:
    """How alike two texts are, up to 100; words that only one of them has count against it."""
    other = utils.default_process(text)
    shared, whole = fuzz.token_set_ratio(words, other), fuzz.token_sort_ratio(words, other)
    return (shared + whole) / 2


def _texts(edition: str, documented: Documented) -> Iterator[tuple[str, Match]]:
    """Each text that a person may type, with what it means."""
    for symptom in documented.symptoms:
        match = Match(edition, "text", symptom, symptom.all_causes)
        for text in (symptom.message, symptom.heading_ko, *symptom.all_codes):
            if text:
                yield text, match
    for cause in documented.causes.values():
        match = Match(edition, "text", None, (cause.id,))
        for text in (cause.title, cause.id.replace("-", " "), *cause.codes):
            yield text, match
