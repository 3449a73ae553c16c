"""From the files of the catalogue to its values."""

from __future__ import annotations

from functools import cache

from msgspec.structs import asdict

from scanner.catalogue.documents import Code, Described, Documented, Documents, Source, Statement
from scanner.catalogue.files import DisagreementsFile, EditionFile, edition_files, pages, table
from scanner.catalogue.fix import Fix
from scanner.catalogue.guests import in_guest
from scanner.catalogue.values import Catalogue, Cause, Edition, Rule


@cache
def load() -> Catalogue:
    """The editions and causes that ship with the scanner; raises ``CatalogueError``."""
    editions = tuple(_load_edition(name) for name in edition_files())
    return Catalogue(editions, {cause: _load_cause(cause) for cause in _in_order()})


@cache
def read() -> Documents:
    """All that the documents say; raises ``CatalogueError``."""
    return Documents(
        editions={name: _load_documented(name) for name in edition_files()},
        sources=table("sources.toml", dict[str, Source]),
        codes=table("codes.toml", dict[str, Code]),
        disagreements=table("disagreements.toml", DisagreementsFile).disagreements,
    )


@cache
def fixes() -> tuple[Fix, ...]:
    """All fixes in the order of the causes; raises ``CatalogueError``."""
    return tuple(fix for cause in load().causes for fix in fixes_of(cause))


@cache
def fixes_of(cause: str) -> tuple[Fix, ...]:
    """The fixes of one cause in the order of its page; raises ``CatalogueError``."""
    entries = pages()[cause].fixes if cause in pages() else ()
    return tuple(Fix(cause=cause, **asdict(entry)) for entry in entries)


def _in_order() -> tuple[str, ...]:
    """The ids of all causes, edition by edition, those that a report can name first."""
    found: dict[str, None] = {}
    for edition in edition_files().values():
        first = [cause for cause in edition.named if not _is_only_explained(cause, edition)]
        found |= dict.fromkeys((*first, *edition.named))
    return tuple(found)


def _is_only_explained(cause: str, edition: EditionFile) -> bool:
    """True for a member without a remedy: no report names it."""
    return cause not in edition.causes and not pages()[cause].remedies


def _load_cause(cause: str) -> Cause:
    """What judging needs of a cause, from its page."""
    page = pages()[cause]
    return Cause(
        cause, page.title, page.remedies, page.guest_only, page.family, page.behind, page.planned
    )


def _load_edition(name: str) -> Edition:
    """An edition with the rules of all causes that it names, from its file and their pages."""
    file = edition_files()[name]
    rules = (
        Rule(name, cause, remedy=page.remedy_for.get(entry.condition), **asdict(entry))
        for cause, page in ((cause, pages()[cause]) for cause in file.named)
        for entry in page.edition[name].rules
    )
    destinations = {cause: pages()[cause].edition[name].destinations for cause in file.named}
    return Edition(
        id=name,
        date=file.date,
        causes=file.causes,
        documents=file.documents,
        members=file.members,
        rules=tuple(rules),
        classic=file.classic,
        destinations={cause: found for cause, found in destinations.items() if found},
    )


def _load_documented(name: str) -> Documented:
    """What an edition says: its symptoms and its causes, with their facts and steps."""
    file = edition_files()[name]
    return Documented(file.symptoms, {cause: _load_described(cause, name) for cause in file.named})


def _load_described(cause: str, edition: str) -> Described:
    """What an edition says of a cause; the page's title if the edition gives none."""
    page = pages()[cause]
    section = page.edition[edition]
    stated = {field: getattr(section, field) for field in Statement.__struct_fields__}
    steps = tuple(in_guest(step, None) for step in section.steps)
    return Described(
        id=cause,
        title=section.title or page.title,
        system=section.system or page.family,
        rule=section.verdicts,
        **{**stated, "steps": steps},
    )
