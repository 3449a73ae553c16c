"""The documents as data: editions, causes and the rules that decide.

What a number or a verdict is stands in the TOML files beside this one, with its source; code
holds neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from functools import cache, cached_property
from importlib import resources
from typing import Any, Literal

import msgspec
from msgspec import Struct

from scanner.errors import CatalogueError, UsageError


class Document(Struct, frozen=True):
    """One page a rule comes from."""

    title: str
    date: date
    url: str


Limit = int | str | tuple[str, ...]
"""What a rule compares with: a number (sizes in GiB), a version, or words."""


def limit_text(limit: Limit) -> str:
    """A limit as a person reads it."""
    return ", ".join(limit) if isinstance(limit, tuple) else str(limit)


class Rule(Struct, frozen=True):
    """In one edition, what a condition means for a cause."""

    edition: str
    cause: str
    condition: str
    """What is compared, such as ``disk-larger-than``."""
    verdict: Literal["applies", "possible", "clear"]
    """``clear`` marks a note: what the documents say about what is no sign of the cause."""
    documents: tuple[str, ...]
    """Keys of the edition's pages that say so; none for a rule of one's own."""
    says: str
    """The rule in words."""
    limit: Limit | None = None

    @property
    def number(self) -> int:
        """The limit of a rule that counts; raises ``CatalogueError`` for one that does not."""
        if not isinstance(self.limit, int):
            raise CatalogueError(f"{self.cause}/{self.condition} has no number", "Mend rules.toml")
        return self.limit

    @property
    def version(self) -> str:
        """The limit of a rule on versions; raises ``CatalogueError`` for another."""
        if not isinstance(self.limit, str):
            raise CatalogueError(f"{self.cause}/{self.condition} has no version", "Mend rules.toml")
        return self.limit

    @property
    def words(self) -> tuple[str, ...]:
        """The limit of a rule on words, in lower case; raises ``CatalogueError`` for another."""
        if not isinstance(self.limit, tuple):
            raise CatalogueError(f"{self.cause}/{self.condition} has no words", "Mend rules.toml")
        return self.limit


class Cause(Struct, frozen=True, rename="kebab"):
    """A documented reason for a failing backup, or a member of one."""

    id: str
    title: str
    remedy: Mapping[str, str] = {}
    """By edition: what the document says to do."""
    guest_only: bool = False
    """Whether nothing of it shows in Resource Manager: it is then listed beside its group."""
    family: Literal["windows", "linux"] | None = None
    """The only operating system it is about; None for both."""
    behind: str = "is behind this on {vms}"
    """What a resource does that is behind it on many VMs, such as ``keeps {vms} from …``."""


class Edition(Struct, frozen=True, dict=True):
    """One dated state of the documents."""

    id: str
    date: date
    causes: tuple[str, ...]
    """Ids in the document's order."""
    documents: Mapping[str, Document]
    members: Mapping[str, tuple[str, ...]] = {}
    """Of a cause that the document breaks down: the ids of its members, in its order."""
    rules: tuple[Rule, ...] = ()

    def parts(self, cause: str) -> tuple[str, ...]:
        """The cause and its members: what a check of any of them says, it says of the cause."""
        return (cause, *self.members.get(cause, ()))

    def of(self, cause: str, condition: str) -> tuple[Rule, ...]:
        """The rules on one condition, the worst verdict first; none if the edition has none."""
        return self._by_condition.get((cause, condition), ())

    def one(self, cause: str, condition: str) -> Rule:
        """The only rule on a condition; raises ``CatalogueError`` where there is another number."""
        found = self.of(cause, condition)
        if len(found) != 1:
            what = f"edition {self.id} has {len(found)} rules {cause}/{condition}, not one"
            raise CatalogueError(what, "Mend rules.toml")
        return found[0]

    @cached_property
    def _by_condition(self) -> Mapping[tuple[str, str], tuple[Rule, ...]]:
        found: dict[tuple[str, str], tuple[Rule, ...]] = {}
        for rule in sorted(self.rules, key=lambda rule: rule.verdict != "applies"):
            key = (rule.cause, rule.condition)
            found[key] = (*found.get(key, ()), rule)
        return found

    def differs(self, other: Edition, cause: str) -> bool:
        """Whether the two decide on a cause by other rules: what an edition is to a check."""
        return self._deciding(cause) != other._deciding(cause)

    def _deciding(self, cause: str) -> set[tuple[str, str, Limit | None]]:
        rules = (rule for rule in self.rules if rule.cause == cause)
        return {(rule.condition, rule.verdict, rule.limit) for rule in rules}

    def cite(self, rule: Rule) -> str:
        """The rule with the pages behind it and their dates."""
        # A limit of today's stands beside what an older edition says.
        keys = rule.documents if rule.edition == self.id else ()
        cited = "; ".join(f"{self.documents[k].title}, {self.documents[k].date}" for k in keys)
        return (
            f"{rule.says} [{rule.edition}: {cited}]" if cited else f"{rule.says} [{rule.edition}]"
        )


class Catalogue(Struct, frozen=True):
    """Every edition and cause."""

    editions: tuple[Edition, ...]
    """The oldest first; the last one is current."""
    causes: Mapping[str, Cause]

    def edition(self, name: str) -> Edition:
        """An edition by id; raises ``UsageError`` for an unknown one."""
        known = {edition.id: edition for edition in self.editions}
        if name not in known:
            raise UsageError(f"unknown edition {name!r}", f"Choose one of {', '.join(known)}")
        return known[name]

    def older_than(self, edition: Edition) -> tuple[Edition, ...]:
        """The editions before this one, the newest first."""
        return self.editions[: self.editions.index(edition)][::-1]


def counted(number: int, noun: str) -> str:
    """``1 VM``, ``2,000 VMs``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def nearest(name: str, known: list[str]) -> str:
    """What was probably meant, for the end of a message."""
    close = get_close_matches(name, known, n=1, cutoff=0.4)
    return f"Did you mean {close[0]}?" if close else f"Choose one of {', '.join(sorted(known))}"


@cache
def load() -> Catalogue:
    """The catalogue that ships with the scanner; raises ``CatalogueError``."""
    try:
        rules = _table("rules.toml", dict[Literal["rule"], tuple[Rule, ...]])["rule"]
        causes = _table("causes.toml", dict[Literal["cause"], tuple[Cause, ...]])["cause"]
        editions = _table("editions.toml", dict[Literal["edition"], tuple[Edition, ...]])["edition"]
    except msgspec.MsgspecError as error:
        raise CatalogueError(f"the catalogue cannot be read: {error}", "Reinstall") from error
    known = {cause.id: cause for cause in causes}
    for rule in rules:
        _vet(rule, known, {edition.id: edition for edition in editions})
    filled = (
        msgspec.structs.replace(edition, rules=tuple(r for r in rules if r.edition == edition.id))
        for edition in editions
    )
    return Catalogue(tuple(filled), known)


def _table(name: str, kind: Any) -> Any:
    text = resources.files(__package__).joinpath(name).read_bytes()
    return msgspec.toml.decode(text, type=kind)


def _vet(rule: Rule, causes: Mapping[str, Cause], editions: Mapping[str, Edition]) -> None:
    edition = editions.get(rule.edition)
    known = {part for cause in edition.causes for part in edition.parts(cause)} if edition else ()
    if edition is None or rule.cause not in causes or rule.cause not in known:
        what = f"rules.toml: {rule.edition}/{rule.cause} names no edition or cause"
        raise CatalogueError(what, "Mend the file")
    for key in rule.documents:
        if key not in edition.documents:
            raise CatalogueError(f"rules.toml: no document {key} in {edition.id}", "Mend the file")
