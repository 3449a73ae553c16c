"""All codes, numbers and sentences that mean an error of a backup, as one edition answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace
from rapidfuzz import fuzz

from scanner.catalogue.documents import Code, Documented, Documents, Symptom
from scanner.catalogue.loading import read
from scanner.catalogue.pasted import (
    cut_words_of,
    is_cut,
    numbers_of,
    spoken,
    symbol_of,
    type_in,
    words_of,
)

By = Literal["id", "code", "number", "text"]

_LIKE_A_CODE = 93
"""The likeness, of 100, from which a symbol may be a code that was mistyped. Mistyped codes reach
95 to 99, other codes of Azure up to 91."""
_LEAST_OF_A_CODE = 12
"""Characters of a code that a cut must leave."""
_LEAST_OF_A_SENTENCE = 20
"""Characters of a sentence that a cut must leave; a shorter sentence has to be the whole text."""
_CUT_SHARE, _SURE_SHARE = 0.4, 0.7
"""The share of a sentence that a cut must leave, and from which it needs no ellipsis."""
_LONGEST = 20_000
"""Characters in which sentences are looked for. Codes and numbers may be anywhere."""


class Match(Struct, frozen=True):
    """What a text means."""

    edition: str
    """The edition that knows it: the one asked for, else another."""
    by: By
    symptom: Symptom | None
    causes: tuple[str, ...]
    """The causes of the symptom or code, or the only cause, in the document's order."""
    code: str | None = None
    is_guess: bool = False
    """True if the text only resembles a documented one."""
    is_documented: bool = True
    """False for a code that only recorded answers have."""
    inner: Match | None = None
    """Another error that the words of the error name."""

    @property
    def all_causes(self) -> tuple[str, ...]:
        """The causes of the inner error, which says more, then the others."""
        inner = self.inner.causes if self.inner else ()
        return tuple(dict.fromkeys((*inner, *self.causes)))


class Sentence(Struct, frozen=True):
    """A sentence of the service and what it means."""

    text: str
    """As ``spoken``."""
    shown: str
    pattern: re.Pattern[str]
    match: Match | None
    """None for a sentence that is no error of a backup."""
    code: str | None = None

    def is_in(self, words: str) -> bool:
        """True if a spoken text contains the sentence. A short one has to be the whole text."""
        is_short = len(self.text.encode()) < _LEAST_OF_A_SENTENCE
        return self.text == words or (not is_short and bool(self.pattern.search(words)))


class Vocabulary(Struct, frozen=True):
    """What codes and sentences mean. The edition asked for answers wherever it can."""

    edition: str
    codes: Mapping[str, Match]
    """What codes mean, by their names in lower case."""
    numbers: Mapping[int, str]
    """Codes by number."""
    details: Mapping[str, Code]
    """What is known of codes, by code in lower case."""
    sentences: tuple[Sentence, ...]
    """The longest first."""

    def refused(self, text: str) -> tuple[str, str] | None:
        """What is wrong with a text that is no error of a backup, and what to do."""
        numbered = (self.numbers.get(number, "") for number in numbers_of(text))
        named = (*words_of(text), *numbered)
        codes = [code for code in named if self._details(code).refused]
        found = self._sentence(spoken(text[:_LONGEST])) if not codes else None
        code = codes[0] if codes else found.code if found and found.match is None else None
        if code is None:
            return None
        return f"{code} is {self._details(code).refused}", "Give the error of a backup job"

    def in_text(self, text: str) -> Match | None:
        """What a plain text means by its code, its number or its words."""
        return self.by_code(text) or self.by_number(numbers_of(text), text) or self.by_words(text)

    def by_code(self, text: str, more: str = "") -> Match | None:
        """What the first known code in a text means, whole or cut; ``more`` are words with it."""
        for word in words_of(text):
            found = None if word.isdigit() else self.codes.get(word.lower())
            if found and self._is_about(word, f"{text} {more}"):
                return found
        for start, end in cut_words_of(text):
            if found := self.completed(start, end):
                return found
        return None

    def by_number(self, numbers: Iterable[int], text: str = "") -> Match | None:
        """What the first known number means; ``text`` are the words with it."""
        names = (self.numbers[number].lower() for number in numbers if number in self.numbers)
        known = (name for name in names if name in self.codes and self._is_about(name, text))
        found = next(known, None)
        return replace(self.codes[found], by="number") if found else None

    def by_words(self, text: str) -> Match | None:
        """What the words of a text mean, whole, cut, or among others.

        None for the words of a symbol that is not known: nobody knows what else they mean.
        """
        symbol = symbol_of(text)
        return None if symbol and not self.is_general(symbol) else self.by_sentence(text)

    def by_sentence(self, text: str) -> Match | None:
        """What the longest known sentence in a text means, or the only one that it is a part of.

        A part without an ellipsis is a guess, unless it is most of the sentence.
        """
        words = spoken(text[:_LONGEST])
        if found := self._sentence(words):
            return found.match
        whole = self.with_part(words)
        match = only_one(sentence.match for sentence in whole)
        length = len(words.encode())
        if match is None or length < _LEAST_OF_A_SENTENCE:
            return None
        share = length / len(whole[0].text.encode())
        is_edge = all(one.text.startswith(words) or one.text.endswith(words) for one in whole)
        if share >= _CUT_SHARE and (is_cut(text) or (is_edge and share >= _SURE_SHARE)):
            return match
        is_of_words = all(f" {words} " in f" {one.text} " for one in whole)
        return replace(match, is_guess=True) if share >= _CUT_SHARE and is_of_words else None

    def with_part(self, words: str) -> list[Sentence]:
        """The sentences that spoken words are a part of."""
        return [sentence for sentence in self.sentences if words in sentence.text]

    def is_ambiguous(self, words: str) -> bool:
        """True for spoken words that are a part of sentences with different meanings."""
        return len({_means(sentence.match) for sentence in self.with_part(words)}) > 1

    def inner(self, text: str, outer: Match | None) -> Match | None:
        """Another error that the words of an error name, by its code or by its sentence."""
        by_code = (self.by_code(word, text) for word in words_of(text))
        cut = (self.completed(start, end) for start, end in cut_words_of(text))
        by_number = (self.by_number((number,), text) for number in numbers_of(text))
        # Nobody knows what the sentences with an unknown symbol mean.
        by_sentence = self._sentence_matches(spoken(text[:_LONGEST])) if outer else ()
        found = (*by_code, *cut, *by_number, *by_sentence)
        return next((one for one in found if one and _means(one) != _means(outer)), None)

    def _sentence_matches(self, words: str) -> Iterator[Match | None]:
        """What the sentences in a spoken text mean, without the parts of longer ones."""
        longer: list[str] = []
        for sentence in self.sentences:
            if sentence.is_in(words) and not any(sentence.text in other for other in longer):
                longer.append(sentence.text)
                yield sentence.match

    def _sentence(self, words: str) -> Sentence | None:
        """The longest sentence in a spoken text."""
        return next((sentence for sentence in self.sentences if sentence.is_in(words)), None)

    def _details(self, code: str) -> Code:
        return self.details.get(code.lower(), Code())

    def completed(self, start: str, end: str = "") -> Match | None:
        """What a code means of which only the start and the end are left, if it is the only one."""
        start, end = start.lower(), end.lower()
        if len(start) + len(end) < _LEAST_OF_A_CODE:
            return None
        return only_one(
            match
            for code, match in self.codes.items()
            if code.startswith(start) and code.endswith(end) and len(code) >= len(start) + len(end)
        )

    def mistyped(self, symbol: str) -> Match | None:
        """What a symbol may mean that resembles a code or begins only one, as a guess."""
        wanted = symbol.lower()
        # A known code is not mistyped, even if its words are about something else.
        known = {*self.codes, *self.details}
        if wanted in known:
            return None
        best = max(known, key=lambda code: (fuzz.ratio(wanted, code), code))
        if fuzz.ratio(wanted, best) >= _LIKE_A_CODE:
            found = self.codes.get(best)
        else:
            begun = [code for code in known if code.startswith(wanted)]
            is_half = all(2 * len(wanted) >= len(code) for code in begun)
            found = only_one(map(self.codes.get, begun)) if is_half else None
        return replace(found, by="text", is_guess=True) if found else None

    def is_general(self, symbol: str) -> bool:
        """True for a code of compute or ARM that says nothing alone."""
        return self._details(symbol).is_general

    def _is_about(self, code: str, text: str) -> bool:
        """False for a code of one ARM type with words that name a resource of another type."""
        about = self._details(code).about
        return about is None or type_in(text) in (None, about)


@lru_cache(maxsize=8)
def vocabulary(edition: str) -> Vocabulary:
    """The vocabulary as an edition answers; raises ``CatalogueError``."""
    documents = read()
    editions = [(edition, documents.editions[edition]), *documents.others(edition)]
    matches = [
        answered_by(match, edition, documents)
        for name, documented in editions
        for match in _matches_of_codes(name, documented)
    ]
    codes: dict[str, Match] = {}
    for match in matches:
        codes.setdefault((match.code or "").lower(), match)
    for code, details in documents.codes.items():
        if not (details.is_general or details.refused):
            # The newest documents name these codes, if any do.
            newest = [*documents.editions][-1]
            bare = Match(newest, "code", None, (), code, is_documented=details.recorded is None)
            codes.setdefault(code.lower(), bare)
    sentences = [
        Sentence(spoken(text), text, _pattern(text), match, code)
        for text, match, code in _sentences(editions, edition, documents, codes)
    ]
    return Vocabulary(
        edition,
        codes,
        _numbers(documents),
        {code.lower(): details for code, details in documents.codes.items()},
        tuple(sorted(sentences, key=lambda sentence: -len(sentence.text))),
    )


def answered_by(match: Match, edition: str, documents: Documents) -> Match:
    """The same meaning in the words of an edition, if it has the symptom or the causes."""
    asked = documents.editions[edition]
    if match.edition == edition:
        return match
    if match.symptom:
        same = counterpart(match.symptom, asked)
        return (
            replace(match, edition=edition, symptom=same, causes=same.all_causes) if same else match
        )
    is_known = bool(match.causes) and all(cause in asked.causes for cause in match.causes)
    return replace(match, edition=edition) if is_known else match


def counterpart(symptom: Symptom, documented: Documented) -> Symptom | None:
    """The same symptom in another edition: one that shares an error code with it."""
    codes = {code.lower() for code in symptom.all_codes}
    for other in documented.symptoms:
        if codes & {code.lower() for code in other.all_codes}:
            return other
    return None


def _matches_of_codes(edition: str, documented: Documented) -> Iterator[Match]:
    """The codes of an edition: first of its symptoms, then of its causes."""
    for symptom in documented.symptoms:
        for code in symptom.all_codes:
            yield Match(edition, "code", symptom, symptom.all_causes, code)
    causes: dict[str, list[str]] = {}
    for cause in documented.causes.values():
        for code in cause.codes:
            causes.setdefault(code, []).append(cause.id)
    for code, named in causes.items():
        yield Match(edition, "code", None, tuple(named), code)


def _sentences(
    editions: Iterable[tuple[str, Documented]],
    edition: str,
    documents: Documents,
    codes: Mapping[str, Match],
) -> Iterator[tuple[str, Match | None, str | None]]:
    """Every sentence of symptoms, of codes and of causes, with what it means."""
    for name, documented in editions:
        for symptom in documented.symptoms:
            match = Match(name, "text", symptom, symptom.all_causes)
            for text in filter(None, (symptom.message, symptom.heading_ko)):
                yield text, answered_by(match, edition, documents), None
    for code, details in documents.codes.items():
        known = codes.get(code.lower())
        for text in details.texts:
            yield text, replace(known, by="text") if known else None, code
    for name, documented in editions:
        for cause in documented.causes.values():
            match = Match(name, "text", None, (cause.id,))
            for text in filter(None, (*cause.sentences, cause.heading_ko)):
                yield text, answered_by(match, edition, documents), None


def _numbers(documents: Documents) -> dict[int, str]:
    found = documents.codes.items()
    return {details.number: code for code, details in found if details.number is not None}


def _pattern(text: str) -> re.Pattern[str]:
    """A sentence among other words; a ``*`` is a part of at most 300 characters."""
    parts = (re.escape(spoken(part)) for part in text.split("*"))
    return re.compile(
        r"(?<!\w)" + r".{0,300}?".join(parts) + (r"" if text.endswith("*") else r"(?!\w)")
    )


def only_one(matches: Iterable[Match | None]) -> Match | None:
    """The match, if all mean the same."""
    found = list(matches)
    return found[0] if len({_means(match) for match in found}) == 1 else None


def _means(match: Match | None) -> tuple[str | None, tuple[str, ...], str | None]:
    """What a match says: two codes of the same symptom mean the same."""
    if match is None:
        return None, (), None
    is_bare = not (match.symptom or match.causes)
    return (
        match.symptom.id if match.symptom else None,
        match.causes,
        match.code if is_bare else None,
    )
