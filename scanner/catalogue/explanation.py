"""What the documents say of a symptom or a cause: what shows it, what to do, what has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from scanner.catalogue.documents import (
    Code,
    Described,
    Disagreement,
    Documents,
    Source,
    Symptom,
)
from scanner.catalogue.text import limit_text
from scanner.catalogue.values import Catalogue, Edition
from scanner.catalogue.vocabulary import Match, counterpart


class Elsewhere(Struct, frozen=True):
    """What another edition says of a cause; without facts and steps if it does not name it."""

    edition: str
    is_named: bool
    facts: tuple[str, ...]
    steps: tuple[str, ...]


class ExplainedCause(Struct, frozen=True):
    """A cause with all that one edition says of it."""

    id: str
    title: str
    system: str | None
    is_note: bool
    """True if a note names it before the list of causes."""
    observability: str
    judged_by: tuple[str, ...]
    """Ids of the loaded checks that judge it."""
    rules: tuple[str, ...]
    """When it applies or is possible, with the limit and the documents that say so."""
    says: tuple[str, ...]
    """The same in the rules' own words, without documents."""
    shown: tuple[str, ...]
    guest: tuple[str, ...]
    facts: tuple[str, ...]
    steps: tuple[str, ...]
    sources: tuple[Source, ...]
    elsewhere: tuple[Elsewhere, ...]
    """The other editions that say something else."""
    members: tuple[ExplainedCause, ...]


class OtherSymptom(Struct, frozen=True):
    """The same symptom in another edition; without an id if the edition does not have it."""

    edition: str
    id: str | None
    message: str | None
    causes: tuple[str, ...]


class InnerError(Struct, frozen=True):
    """Another error that the words of an error name. Its causes come first."""

    code: str | None
    number: int | None
    message: str | None
    """The message of its symptom, or the title of its first cause."""
    causes: tuple[str, ...]


class Explanation(Struct, frozen=True):
    """The answer to one query."""

    query: str
    matched_by: str
    edition: str
    code: str | None
    number: int | None
    symptom: Symptom | None
    causes: tuple[ExplainedCause, ...]
    """In the document's order."""
    other_editions: tuple[OtherSymptom, ...]
    disagreements: tuple[Disagreement, ...]
    """Questions about one of the causes that today's pages answer in two ways."""
    guess: bool = False
    """True if the query only resembles a documented text."""
    documented: bool = True
    """False for a code that only recorded answers have."""
    about: str | None = None
    """What a code without causes is about, by the documents or by recorded answers."""
    page: str | None = None
    """The address of the section that has the symptom. None without a symptom."""
    inner: InnerError | None = None


def explain(
    query: str,
    match: Match,
    catalogue: Catalogue,
    documents: Documents,
    judges: Mapping[str, Sequence[str]],
) -> Explanation:
    """All that the documents say of a match; ``judges`` are the ids of checks by cause."""
    notes = match.symptom.note_causes if match.symptom else ()
    own = match.inner.causes if match.inner else ()
    # An inner error may be one of another edition.
    views = {
        cause: _EditionView(catalogue.edition(found.edition), documents, judges)
        for found in filter(None, (match, match.inner))
        for cause in found.causes
    }
    causes = tuple(
        views[cause].explained(cause, is_note=cause in notes and cause not in own)
        for cause in match.all_causes
    )
    named = {part.id for cause in causes for part in (cause, *cause.members)}
    code = documents.codes.get(match.code or "", Code())
    return Explanation(
        query=query,
        matched_by=match.by,
        edition=match.edition,
        code=match.code,
        number=code.number,
        symptom=match.symptom,
        causes=causes,
        other_editions=tuple(_other_symptoms(match, documents)),
        disagreements=tuple(one for one in documents.disagreements if named & set(one.causes)),
        guess=match.is_guess,
        documented=match.is_documented,
        about=code.bare or code.recorded,
        page=_page_of(match.symptom, catalogue.edition(match.edition)),
        inner=inner_error(match.inner, documents) if match.inner else None,
    )


def _page_of(symptom: Symptom | None, edition: Edition) -> str | None:
    """The address of a symptom's section, or of its page where only an old text has the section."""
    article = edition.documents.get("article")
    if symptom is None or article is None:
        return None
    return f"{article.url}#{symptom.anchor}" if edition.id == "current" else article.url


def inner_error(inner: Match, documents: Documents) -> InnerError:
    """What the documents say of the error that the words of another error name."""
    code = documents.codes.get(inner.code or "", Code())
    return InnerError(inner.code, code.number, message_of(inner, documents), inner.causes)


def message_of(match: Match, documents: Documents) -> str | None:
    """The documents' words for an error: of its symptom, of its code, or of its first cause."""
    if match.symptom:
        return match.symptom.message
    if match.causes:
        return documents.editions[match.edition].causes[match.causes[0]].title
    known = documents.codes.get(match.code or "", Code())
    return known.bare or known.recorded


def _other_symptoms(match: Match, documents: Documents) -> Iterator[OtherSymptom]:
    """The same symptom in the other editions; without causes where they do not have it."""
    if match.symptom is None:
        return
    for name, documented in documents.others(match.edition):
        same = counterpart(match.symptom, documented)
        if same:
            yield OtherSymptom(name, same.id, same.message, same.all_causes)
        else:
            yield OtherSymptom(name, None, None, ())


class _EditionView(Struct, frozen=True):
    """The causes of one edition, next to what other editions and the loaded checks make of them."""

    edition: Edition
    documents: Documents
    judges: Mapping[str, Sequence[str]]

    def explained(self, cause: str, *, is_note: bool = False) -> ExplainedCause:
        described = self.documents.editions[self.edition.id].causes[cause]
        members = self.edition.members.get(cause, ())
        return ExplainedCause(
            id=cause,
            title=described.title,
            system=described.system,
            is_note=is_note,
            observability=described.observability,
            judged_by=tuple(self.judges.get(cause, ())),
            rules=tuple(self._rule_texts(described)),
            says=tuple(
                f"{rule.verdict}: {rule.says}"
                for rule in self.edition.rules
                if rule.cause == described.id
            ),
            shown=described.shown,
            guest=described.guest,
            facts=described.facts,
            steps=described.steps,
            sources=tuple(self.documents.sources[key] for key in described.sources),
            elsewhere=tuple(self._in_other_editions(described)),
            members=tuple(self.explained(member) for member in members),
        )

    def _rule_texts(self, described: Described) -> Iterator[str]:
        """The rules of a cause with their limits, then what decides where it has no rules."""
        for rule in self.edition.rules:
            if rule.cause == described.id:
                limit = rule.limit
                shown = "" if limit is None else f" ({rule.condition} {limit_text(limit)})"
                yield f"{rule.verdict}: {self.edition.cite(rule)}{shown}"
        for verdict, when in described.rule.items():
            yield f"{verdict}: {when}"

    def _in_other_editions(self, described: Described) -> Iterator[Elsewhere]:
        """Where another edition does not name the cause or says something else of it."""
        for name, documented in self.documents.others(self.edition.id):
            other = documented.causes.get(described.id)
            if other is None:
                yield Elsewhere(name, False, (), ())
            elif (other.facts, other.steps) != (described.facts, described.steps):
                yield Elsewhere(name, True, other.facts, other.steps)
