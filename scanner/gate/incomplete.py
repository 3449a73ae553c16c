"""Gaps that somebody accepts by name, and gaps that nobody can accept."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from scanner.catalogue.text import nearest
from scanner.errors import UsageError
from scanner.inventory.armid import parse_id
from scanner.inventory.gap import Gap

NEVER_ALLOWED = frozenset(
    ("subscriptions", "virtual_machines", "classic_virtual_machines", "protection")
)
"""Facts that no waiver and no option covers. Without them, VMs can be missing unseen."""


class AllowedGap(Struct, frozen=True):
    """A gap that ``--allow-incomplete SCOPE:FACT`` names."""

    scope: str
    fact: str

    def covers_gap(self, gap: Gap) -> bool:
        """True if it names this gap."""
        return names_gap(self.scope, self.fact, gap)

    def __str__(self) -> str:
        return f"{self.scope}:{self.fact}"


def names_gap(scope: str, fact: str, gap: Gap) -> bool:
    """True if a scope and a fact name this gap, and it is one that can be accepted."""
    is_needed = not NEVER_ALLOWED.isdisjoint((gap.fact, gap.what))
    return not is_needed and fact == gap.fact and scope.lower() == gap.scope.lower()


def parse_allowed(words: Sequence[str], facts: Sequence[str]) -> tuple[AllowedGap, ...]:
    """What ``--allow-incomplete SCOPE:FACT`` names, comma lists too.

    ``facts`` are all facts that can be unread. Raises ``UsageError`` for a scope that is no ARM id,
    and for a fact that is unknown or must be read.
    """
    found = []
    for word in (part for typed in words for part in typed.split(",")):
        scope, _, fact = word.strip().rpartition(":")
        scope = scope.rstrip("/")
        if parse_id(scope) is None:
            what = f"--allow-incomplete {word!r} has no ARM id before a colon"
            raise UsageError(what, "Give SCOPE:FACT of something that a report lists as not read")
        vet_fact(fact, facts, f"--allow-incomplete {word}")
        found.append(AllowedGap(scope, fact))
    return tuple(found)


def vet_fact(fact: str, facts: Sequence[str], where: str) -> None:
    """Raise ``UsageError``, which begins with ``where``, if gaps of a fact cannot be accepted."""
    if fact in NEVER_ALLOWED:
        what = f"{where}: {fact} cannot be accepted as unread, because VMs would be missing unseen"
        raise UsageError(what, "Grant the right that the report names")
    if fact not in facts:
        raise UsageError(f"{where}: there is no fact {fact!r}", nearest(fact, sorted(facts)))
