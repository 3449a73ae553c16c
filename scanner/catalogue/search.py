"""From an id, an error code, its number or the text of an error to what the documents say.

A scan and ``explain`` read an error in the same way. ``explain`` is more tolerant of what a person
types, and marks what it only guesses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from scanner.catalogue.documents import Documented, Documents
from scanner.catalogue.loading import read
from scanner.catalogue.pasted import likeness, numbers_of, plain, spoken, start_of, symbol_of
from scanner.catalogue.text import first_of
from scanner.catalogue.vocabulary import Match, Vocabulary, answered_by, only_one, vocabulary
from scanner.errors import UsageError

_LIKE_FOR_A_PERSON = 70
"""The likeness, of 100, from which a typed text may mean a documented one."""
_LIKE_FOR_A_MACHINE = 85
"""The likeness, of 100, from which a sentence of the service may be a documented one."""
_LIKE_ENOUGH_TO_SUGGEST = 45
"""The likeness, of 100, from which a documented text is worth a suggestion."""
_SUGGESTIONS = 3
_ECHO = 200
"""Characters of a query that an error repeats."""
_LIKENESS_OF = 2_000
"""Characters of a text whose likeness is computed."""


def look_up(query: str, edition: str) -> Match:
    """What the words mean, in this edition if it has the symptom or the cause.

    A match that is only likely is a guess. Raises ``UsageError`` with the nearest documented texts
    if no text is like them, for an error of another operation, or for the start of several names.
    """
    if found := _with_id(query.strip().lower(), edition, read()):
        return found
    known, text = vocabulary(edition), plain(query)
    if (start := start_of(query)) and (found := _begun(start, known)):
        return found
    found = known.by_code(text) or known.by_number(numbers_of(text), text)
    if found is None and (other := known.refused(text)):
        raise UsageError(*other)
    found = found or known.by_words(text)
    found = found or _guess(text, known, _typed_texts(known), _LIKE_FOR_A_PERSON)
    if found:
        return replace(found, inner=known.inner(text, found))
    symbol = symbol_of(text)
    if symbol and known.is_general(symbol):
        raise UsageError(f"{symbol} alone does not say what failed", "Add the words of the error")
    nearest = _nearest(text, known)
    raise UsageError(
        f"{_shortened(query.strip())!r} is no documented error or cause",
        f"Nearest: {'; '.join(nearest)}" if nearest else "Give the name of the error, or its text",
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _ECHO else f"{text[:_ECHO]}…"


def match_error(
    title: str | None, number: int | None, text: str | None, edition: str
) -> Match | None:
    """What the documents say of an error of the service, in this edition if it has it.

    Found by its symbol, then by its number, then by its words; None if the documents do not know
    it. The words do not count if the error has a symbol that no document has. A code that the
    documents name without a cause is a match without causes.
    """
    known, name, words = vocabulary(edition), plain(title or ""), plain(text or "")
    if known.refused(name):
        return None
    numbers = () if number is None else (number,)
    found = known.by_code(name, words) or known.by_number(numbers, f"{name} {words}")
    symbol = symbol_of(name)
    if not found and (symbol is None or known.is_general(symbol)):
        found = known.in_text(name) or known.in_text(words)
        found = found or _guess(name, known) or _guess(words, known)
    found = found or (known.mistyped(symbol) if symbol else None)
    inner = known.inner(words, found)
    if found is None:
        return None if inner is None else replace(_UNKNOWN, edition=edition, inner=inner)
    return replace(found, inner=inner)


_UNKNOWN = Match("", "text", None, (), is_documented=False)
"""An error that the documents do not know."""


class _Typed(NamedTuple):
    """A text that a person may type, as ``spoken``, and what it means."""

    text: str
    shown: str
    match: Match


def _with_id(wanted: str, edition: str, documents: Documents) -> Match | None:
    """The symptom or the cause that has this id."""
    for name, documented in ((edition, documents.editions[edition]), *documents.others(edition)):
        for symptom in documented.symptoms:
            if symptom.id.lower() == wanted:
                code = symptom.id if symptom.id in symptom.codes else None
                found = Match(name, "id", symptom, symptom.all_causes, code)
                return answered_by(found, edition, documents)
        if wanted in documented.causes:
            return Match(name, "id", None, (wanted,))
    return None


def _begun(start: str, known: Vocabulary) -> Match | None:
    """What the codes, symptoms and causes mean whose name has this start.

    None if there is none. Raises ``UsageError`` with their names if they mean several things.
    """
    documents, lower = read(), start.lower()
    codes = {match.code or code: match for code, match in known.codes.items()}
    ids = {
        id_: _with_id(id_.lower(), known.edition, documents)
        for documented in documents.editions.values()
        for id_ in (*(symptom.id for symptom in documented.symptoms), *documented.causes)
    }
    found = {name: one for name, one in (codes | ids).items() if name.lower().startswith(lower)}
    if len(found) > 1 and not only_one(found.values()):
        raise UsageError(f"several names begin with {start!r}", f"Give one: {first_of(found)}")
    return next(iter(found.values()), None)


def _guess(
    text: str,
    known: Vocabulary,
    typed: Iterable[_Typed] = (),
    least: int = _LIKE_FOR_A_MACHINE,
) -> Match | None:
    """The most similar code or sentence, if it is similar enough."""
    symbol = symbol_of(text)
    if symbol and not known.is_general(symbol):
        return known.mistyped(symbol)
    words = spoken(text[:_LIKENESS_OF])
    if not words or known.is_ambiguous(words):
        return None
    sentences = ((one.text, one.match) for one in known.sentences)
    pairs = [*sentences, *((one.text, one.match) for one in typed)]
    best, match = max(pairs, key=lambda pair: likeness(words, pair[0]))
    # The words of a restore are no words of a backup.
    is_like = likeness(words, best) >= least and _begins_restore(words) == _begins_restore(best)
    return replace(match, is_guess=best != words) if match and is_like else None


def _begins_restore(words: str) -> bool:
    return words.split(" ", 1)[0] in ("restore", "recovery")


def _typed_texts(known: Vocabulary) -> list[_Typed]:
    """The titles and ids of causes."""
    documents = read()
    editions = (
        (known.edition, documents.editions[known.edition]),
        *documents.others(known.edition),
    )
    return [text for name, documented in editions for text in _cause_texts(name, documented)]


def _cause_texts(edition: str, documented: Documented) -> Iterator[_Typed]:
    for cause in documented.causes.values():
        match = Match(edition, "text", None, (cause.id,))
        for text in (cause.title, cause.id):
            yield _Typed(spoken(text), text, match)


def _nearest(text: str, known: Vocabulary) -> list[str]:
    """The codes, sentences and titles that are most like a text.

    None for a number: the next one is of another error.
    """
    words = spoken(text[:_LIKENESS_OF])
    if not words or words.isdecimal():
        return []
    texts = {spoken(code.code or ""): code.code or "" for code in known.codes.values()}
    texts |= {one.text: one.shown for one in known.sentences if one.match}
    texts |= {one.text: one.shown for one in _typed_texts(known)}
    like = {other: likeness(words, other) for other in texts}
    ranked = sorted(texts, key=lambda other: -like[other])[:_SUGGESTIONS]
    return [texts[other] for other in ranked if like[other] >= _LIKE_ENOUGH_TO_SUGGEST]
