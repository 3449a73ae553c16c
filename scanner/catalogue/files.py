"""The TOML files of the catalogue: what each may hold, and reading them.

``causes/<id>.toml`` is the page of one cause: all that every edition says of it, the rules that
decide on it, and what fixes it. ``editions/<id>.toml`` holds the order of causes, the documents and
the symptoms of one edition.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import TypeVar

import msgspec
from msgspec import Struct

from scanner.catalogue.documents import Disagreement, InWords, Statement, Symptom
from scanner.catalogue.fix import Commands, Step
from scanner.catalogue.values import BEHIND, Destination, Document, Family, Limit, RuleVerdict
from scanner.errors import CatalogueError

FOLDER = resources.files(__package__)
T = TypeVar("T")


class RuleEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A ``Rule`` without its edition and cause. A VM that no rule matches is clear."""

    condition: str
    limit: Limit | None = None
    verdict: RuleVerdict
    says: str
    documents: tuple[str, ...]
    is_note: bool = False


class FixEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A ``Fix`` without its cause."""

    conditions: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    changes: str
    risk: str
    undo_az: Commands = ()
    undo_powershell: Commands = ()
    steps: tuple[Step, ...]


class Section(Statement, frozen=True, kw_only=True, rename="kebab"):
    """What one edition says of a cause, and its rules."""

    title: str | None = None
    """The document's own title, if it is not that of the page."""
    system: Family | None = None
    """The only operating system it is about in this edition, if the page has no family."""
    remedy: str | None = None
    """What to do, if the page has no remedy for all editions."""
    rules: tuple[RuleEntry, ...] = ()
    destinations: tuple[Destination, ...] = ()
    """What a VM must reach, by this edition."""
    verdicts: InWords = msgspec.field(default_factory=dict)
    """``Described.rule``: only without rules."""


class Page(Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """The page of one cause; ``Cause`` says what its fields mean."""

    title: str
    family: Family | None = None
    guest_only: bool = False
    behind: str = BEHIND
    remedy: str | None = None
    remedy_for: Mapping[str, str] = {}
    """What to do about what the rules on a condition find, in every edition, by condition."""
    planned: str | None = None
    edition: Mapping[str, Section]
    """Keyed by the id of the edition."""
    fixes: tuple[FixEntry, ...] = ()

    @property
    def remedies(self) -> dict[str, str]:
        """What each edition says to do about the cause, without editions that say nothing."""
        remedies = {name: section.remedy or self.remedy for name, section in self.edition.items()}
        return {name: remedy for name, remedy in remedies.items() if remedy}


class EditionFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file of one edition."""

    date: date
    causes: tuple[str, ...]
    members: Mapping[str, tuple[str, ...]] = {}
    classic: tuple[str, ...] = ()
    documents: Mapping[str, Document]
    symptoms: tuple[Symptom, ...]

    @property
    def named(self) -> tuple[str, ...]:
        """Every cause, each followed by its members."""
        return tuple(
            part for cause in self.causes for part in (cause, *self.members.get(cause, ()))
        )


class DisagreementsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The file of disagreements."""

    disagreements: tuple[Disagreement, ...]


@cache
def edition_files() -> Mapping[str, EditionFile]:
    """The files of all editions by id, the oldest first; raises ``CatalogueError``."""
    found = _toml_files("editions", EditionFile)
    return dict(sorted(found.items(), key=lambda item: item[1].date))


@cache
def pages() -> Mapping[str, Page]:
    """The pages of all causes by id.

    Raises ``CatalogueError`` if one cannot be read, or does not fit the files of the editions.
    """
    found = _toml_files("causes", Page)
    _vet_names(found)
    for cause, page in found.items():
        for edition, section in page.edition.items():
            _vet_rules(f"causes/{cause}.toml", edition, section)
        _vet_remedies(f"causes/{cause}.toml", page)
    return found


def _vet_names(found: Mapping[str, Page]) -> None:
    """Refuse a page unless exactly the editions that it has a table of name its cause."""
    editions = edition_files().items()
    named = {(cause, edition) for edition, file in editions for cause in file.named}
    described = {(cause, edition) for cause, page in found.items() for edition in page.edition}
    for cause, edition in sorted(named - described):
        what = f"editions/{edition}.toml names {cause}, which has no table edition.{edition}"
        raise CatalogueError(what, f"Add it to causes/{cause}.toml, or do not name the cause")
    for cause, edition in sorted(described - named):
        what = f"causes/{cause}.toml has a table edition.{edition}, which does not name the cause"
        raise CatalogueError(what, f"Name it in editions/{edition}.toml, or delete the table")
    if bare := [cause for cause, page in found.items() if not page.edition]:
        raise CatalogueError(f"causes/{bare[0]}.toml is of no edition", "Add a table of an edition")


def _vet_rules(file: str, edition: str, section: Section) -> None:
    known = edition_files()[edition].documents
    for rule in section.rules:
        if unknown := [key for key in rule.documents if key not in known]:
            what = f"{file} cites {unknown[0]}, which edition {edition} does not have"
            raise CatalogueError(what, f"Fix it, or add the document to editions/{edition}.toml")
    if section.rules and section.verdicts:
        what = f"{file} has both rules and verdicts in edition {edition}"
        raise CatalogueError(what, "Delete the verdicts: rules decide")


def _vet_remedies(file: str, page: Page) -> None:
    """Refuse a remedy for a condition that no rule of the page has."""
    known = {rule.condition for section in page.edition.values() for rule in section.rules}
    if unknown := sorted(page.remedy_for.keys() - known):
        what = f"{file} has a remedy for {unknown[0]}, which no rule has as its condition"
        raise CatalogueError(what, "Fix it, or delete it")


def table(name: str, kind: type[T]) -> T:
    """A file of the catalogue as a value; raises ``CatalogueError`` if it is not such a value."""
    try:
        return msgspec.toml.decode(FOLDER.joinpath(name).read_bytes(), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, OSError) as error:
        what = f"scanner/catalogue/{name} cannot be read: {error}"
        raise CatalogueError(what, "Fix the file, or reinstall backupscan") from error


def _toml_files(name: str, kind: type[T]) -> dict[str, T]:
    """All TOML files of a folder, by their names without the suffix."""
    files = FOLDER.joinpath(name).iterdir()
    names = (file.name for file in files if file.name.endswith(".toml"))
    return {file.removesuffix(".toml"): table(f"{name}/{file}", kind) for file in names}
