"""What there is to say of a symptom or a cause: what can be seen, what to do, what has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from scanner.catalogue import Catalogue, Edition, limit_text
from scanner.catalogue.documents import Described, Disagreement, Documents, Source, Symptom
from scanner.catalogue.search import Match, counterpart


class Elsewhere(Struct, frozen=True):
    """What another edition says of a cause; nothing where it does not name it."""

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
    """Whether a note names it before the list of causes."""
    observability: str
    judged_by: tuple[str, ...]
    """The loaded checks that judge it."""
    rules: tuple[str, ...]
    """When it applies or is possible, with the limit and the pages that say so."""
    shown: tuple[str, ...]
    guest: tuple[str, ...]
    facts: tuple[str, ...]
    steps: tuple[str, ...]
    sources: tuple[Source, ...]
    elsewhere: tuple[Elsewhere, ...]
    members: tuple[ExplainedCause, ...]


class OtherSymptom(Struct, frozen=True):
    """The same symptom in another edition; no id where it has none."""

    edition: str
    id: str | None
    message: str | None
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
    """Where today's pages give two answers about one of the causes."""


def explain(
    query: str,
    match: Match,
    catalogue: Catalogue,
    documents: Documents,
    judges: Mapping[str, Sequence[str]],
) -> Explanation:
    """All that is documented about what a query means; ``judges`` are ids of checks by cause."""
    edition = catalogue.edition(match.edition)
    notes = match.symptom.note_causes if match.symptom else ()
    telling = _Telling(edition, documents, judges)
    causes = tuple(telling.of(cause, is_note=cause in notes) for cause in match.causes)
    named = {each.id for cause in causes for each in (cause, *cause.members)}
    code = documents.codes.get(match.code or "")
    return Explanation(
        query=query,
        matched_by=match.by,
        edition=match.edition,
        code=match.code,
        number=code.number if code else None,
        symptom=match.symptom,
        causes=causes,
        other_editions=tuple(_others(match, documents)),
        disagreements=tuple(each for each in documents.disagreements if named & set(each.causes)),
    )


def _others(match: Match, documents: Documents) -> Iterator[OtherSymptom]:
    if match.symptom is None:
        return
    for name, documented in documents.others(match.edition):
        same = counterpart(match.symptom, documented)
        if same:
            yield OtherSymptom(name, same.id, same.message, same.all_causes)
        else:
            yield OtherSymptom(name, None, None, ())


class _Telling(Struct, frozen=True):
    """What every cause of one explanation is told from."""

    edition: Edition
    documents: Documents
    judges: Mapping[str, Sequence[str]]

    def of(self, cause: str, *, is_note: bool = False) -> ExplainedCause:
        said = self.documents.editions[self.edition.id].causes[cause]
        members = self.edition.members.get(cause, ())
        return ExplainedCause(
            id=cause,
            title=said.title,
            system=said.system,
            is_note=is_note,
            observability=said.observability,
            judged_by=tuple(self.judges.get(cause, ())),
            rules=tuple(self._rules(said)),
            shown=said.shown,
            guest=said.guest,
            facts=said.facts,
            steps=said.steps,
            sources=tuple(self.documents.sources[key] for key in said.sources),
            elsewhere=tuple(self._elsewhere(said)),
            members=tuple(self.of(member) for member in members),
        )

    def _rules(self, said: Described) -> Iterator[str]:
        rules = [rule for rule in self.edition.rules if rule.cause == said.id]
        for rule in rules:
            limit = "" if rule.limit is None else f" ({rule.condition} {limit_text(rule.limit)})"
            yield f"{rule.verdict}: {self.edition.cite(rule)}{limit}"
        # The document's own words are for causes that no rule decides.
        for verdict, when in () if rules else said.rule.items():
            yield f"{verdict}: {when}"

    def _elsewhere(self, said: Described) -> Iterator[Elsewhere]:
        for name, documented in self.documents.others(self.edition.id):
            other = documented.causes.get(said.id)
            if other is None:
                yield Elsewhere(name, False, (), ())
            elif (other.facts, other.steps) != (said.facts, said.steps):
                yield Elsewhere(name, True, other.facts, other.steps)
