"""What judging needs of the documents: editions, causes and the rules that decide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Literal

from msgspec import Struct

from scanner.errors import CatalogueError, UsageError

Family = Literal["windows", "linux"]
RuleVerdict = Literal["applies", "possible", "clear"]
"""``clear`` marks a note: what the documents say is no sign of the cause."""

Limit = int | str | tuple[str, ...]
"""What a rule compares with: a number (sizes in GiB), a version, or words."""

BEHIND = "is behind this on {vms}"


class Document(Struct, frozen=True, forbid_unknown_fields=True):
    """A page that rules come from."""

    title: str
    date: date
    url: str


class Rule(Struct, frozen=True):
    """What a condition means for a cause in one edition."""

    edition: str
    cause: str
    condition: str
    """What is compared, such as ``disk-larger-than``."""
    verdict: RuleVerdict
    documents: tuple[str, ...]
    """Keys of the edition's documents that say so; empty for a rule that no document gives."""
    says: str
    """The rule in words."""
    limit: Limit | None = None
    remedy: str | None = None
    """What to do about what it finds, if that is not what to do about the cause."""
    is_note: bool = False
    """True for a ``clear`` rule that every report shows, such as one that documents disagree on."""

    @property
    def number(self) -> int:
        """The limit of a rule on a number; raises ``CatalogueError`` for any other rule."""
        if not isinstance(self.limit, int):
            raise self._error_without("number")
        return self.limit

    @property
    def version(self) -> str:
        """The limit of a rule on versions; raises ``CatalogueError`` for any other rule."""
        if not isinstance(self.limit, str):
            raise self._error_without("version")
        return self.limit

    @property
    def words(self) -> tuple[str, ...]:
        """The limit of a rule on words, in lower case; raises ``CatalogueError`` for any other."""
        if not isinstance(self.limit, tuple):
            raise self._error_without("words")
        return self.limit

    def _error_without(self, kind: str) -> CatalogueError:
        """The error that a rule has no limit of a kind."""
        what = f"rule {self.cause}/{self.condition} of edition {self.edition} has no {kind}"
        return CatalogueError(what, f"Fix its limit in causes/{self.cause}.toml")


class Destination(Struct, frozen=True, forbid_unknown_fields=True):
    """What a VM must reach by what an edition says of a cause."""

    to: str
    """A service tag or an address. ``{region}`` is the VM's region: ``Storage.{region}``."""
    ports: tuple[int, ...]
    protocol: Literal["tcp", "udp"] = "tcp"
    is_judged: bool = True
    """False if it is only shown: no rule judges it."""


class Cause(Struct, frozen=True):
    """A documented reason why backups fail, or a member of one."""

    id: str
    title: str
    remedy: Mapping[str, str] = {}
    """What the document says to do, by edition; may have the fields of ``in_guest``."""
    guest_only: bool = False
    """True if only the guest shows it, where no check reads it: a report then lists it with the
    findings of its group."""
    family: Family | None = None
    """The only operating system that can have it; None for both."""
    behind: str = BEHIND
    """What a resource behind it does to VMs, such as ``keeps {vms} from Azure Storage``."""
    planned: str | None = None
    """What to change in a configuration that would create it, if that is not the remedy."""


class Edition(Struct, frozen=True, dict=True):
    """The documents as they were on one date."""

    id: str
    date: date
    causes: tuple[str, ...]
    """Ids in the document's order."""
    documents: Mapping[str, Document]
    members: Mapping[str, tuple[str, ...]] = {}
    """Ids of the members of a cause that the document breaks down, in the document's order."""
    rules: tuple[Rule, ...] = ()
    """In the order of the causes and of their pages."""
    classic: tuple[str, ...] = ()
    """Ids of the causes of Resource Manager VMs that classic VMs can have, too."""
    destinations: Mapping[str, tuple[Destination, ...]] = {}
    """What a VM must reach, by cause."""

    def parts(self, cause: str) -> tuple[str, ...]:
        """The cause and its members: what a check finds of a member, it finds of the cause."""
        return (cause, *self.members.get(cause, ()))

    def of(self, cause: str, condition: str) -> tuple[Rule, ...]:
        """The rules on one condition, the worst verdict first; empty if the edition has none."""
        return self._rules_by_condition.get((cause, condition), ())

    def page(self, cause: str) -> str:
        """The address of the document that the rules of a cause come from, first of its own.

        A cause without a rule of this edition has the edition's first document.
        """
        parts = self.parts(cause)
        rules = sorted(
            (rule for rule in self.rules if rule.cause in parts and rule.documents),
            key=lambda rule: parts.index(rule.cause),
        )
        key = rules[0].documents[0] if rules else next(iter(self.documents))
        return self.documents[key].url

    def judged_destination(self, cause: str) -> Destination:
        """What a cause judges the way to; raises ``CatalogueError`` unless it is exactly one."""
        found = [way for way in self.destinations.get(cause, ()) if way.is_judged]
        if len(found) != 1:
            what = f"edition {self.id} has {len(found)} judged destinations of {cause}, not one"
            raise CatalogueError(what, f"Fix causes/{cause}.toml")
        return found[0]

    def one(self, cause: str, condition: str) -> Rule:
        """The only rule on a condition; raises ``CatalogueError`` unless there is exactly one."""
        found = self.of(cause, condition)
        if len(found) != 1:
            what = f"edition {self.id} has {len(found)} rules {cause}/{condition}, not one"
            raise CatalogueError(what, f"Fix causes/{cause}.toml")
        return found[0]

    @cached_property
    def _rules_by_condition(self) -> Mapping[tuple[str, str], tuple[Rule, ...]]:
        """Keyed by cause and condition, the rules that say ``applies`` first."""
        found: dict[tuple[str, str], tuple[Rule, ...]] = {}
        for rule in sorted(self.rules, key=lambda rule: rule.verdict != "applies"):
            key = (rule.cause, rule.condition)
            found[key] = (*found.get(key, ()), rule)
        return found

    def differs(self, other: Edition, cause: str) -> bool:
        """True if the editions have different rules for a cause."""
        return self._deciding_values.get(cause) != other._deciding_values.get(cause)

    @cached_property
    def _deciding_values(self) -> Mapping[str, set[tuple[str, str, Limit | None]]]:
        """What the verdicts on a cause depend on.

        Two editions with the same values judge the cause alike.
        """
        found: dict[str, set[tuple[str, str, Limit | None]]] = {}
        for rule in self.rules:
            found.setdefault(rule.cause, set()).add((rule.condition, rule.verdict, rule.limit))
        return found

    def cite(self, rule: Rule) -> str:
        """The rule in words, with its edition and the titles and dates of its documents."""
        # Keys of documents are those of the rule's own edition.
        keys = rule.documents if rule.edition == self.id else ()
        cited = "; ".join(f"{self.documents[k].title}, {self.documents[k].date}" for k in keys)
        return (
            f"{rule.says} [{rule.edition}: {cited}]" if cited else f"{rule.says} [{rule.edition}]"
        )


class Catalogue(Struct, frozen=True):
    """All editions and causes."""

    editions: tuple[Edition, ...]
    """The oldest first; the last one is current."""
    causes: Mapping[str, Cause]
    """Keyed by id, in the order of the editions."""

    def edition(self, name: str) -> Edition:
        """The edition with this id; raises ``UsageError`` if there is none."""
        known = {edition.id: edition for edition in self.editions}
        if name not in known:
            raise UsageError(f"unknown edition {name!r}", f"Choose one of {', '.join(known)}")
        return known[name]

    def older_than(self, edition: Edition) -> tuple[Edition, ...]:
        """The editions before this one, the newest first."""
        return self.editions[: self.editions.index(edition)][::-1]
