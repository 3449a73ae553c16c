"""Two reports side by side: what is new, fixed, still there, or stands otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from scanner.gate.baseline import Baseline
from scanner.inventory.armid import ArmId
from scanner.judging.check import BY_WORD, Verdict

What = Literal["new", "fixed", "still", "changed"]
WHATS: tuple[What, ...] = ("new", "fixed", "changed", "still")


class Change(Struct, frozen=True):
    """How one cause stands on one VM in both; None where a report does not name it."""

    what: What
    id: str
    cause: str
    before: str | None
    now: str | None

    @property
    def group(self) -> str:
        """The VM's resource group."""
        return ArmId(self.id).resource_group or ""


class RootChange(Struct, frozen=True):
    """On how many VMs a resource is behind findings, then and now."""

    id: str
    cause: str
    before: int
    now: int


class Difference(Struct, frozen=True):
    """Everything that differs, and what still stands."""

    old: str
    new: str
    """When each report was begun."""
    editions: tuple[str, str]
    """Of each report: by other editions, verdicts differ without any change in Azure."""
    changes: tuple[Change, ...]
    roots: tuple[RootChange, ...]
    other_kinds: bool = False
    """Whether one report is a precheck and the other is none."""
    not_looked_at: tuple[str, ...] = ()
    """Subscriptions of the older report that the newer one did not look at."""

    @property
    def totals(self) -> Mapping[str, Mapping[str, int]]:
        """Changes by cause and kind."""
        counted: dict[str, Counter[str]] = {}
        for each in self.changes:
            counted.setdefault(each.cause, Counter())[each.what] += 1
        return counted

    @property
    def worst_first(self) -> tuple[Change, ...]:
        """What is new before what changed, was fixed or still stands; the graver verdict first."""
        return tuple(sorted(self.changes, key=_order))

    def of(self, what: What) -> tuple[Change, ...]:
        """Those of one kind, the graver verdict first."""
        return tuple(each for each in self.worst_first if each.what == what)

    @property
    def caution(self) -> str | None:
        """That the reports were made by different editions or of different scopes, if they were."""
        (old, new), told = self.editions, []
        if old != new:
            told.append(
                f"The editions differ, {old} and {new}: so may verdicts on what did not change."
            )
        if self.other_kinds:
            told.append("One is a precheck and one a scan: they do not judge the same.")
        if self.not_looked_at:
            count = len(self.not_looked_at)
            told.append(
                f"The scopes differ: {count} {'subscription' if count == 1 else 'subscriptions'} of"
                " the older report were not looked at, and nothing in them is said to be fixed."
            )
        return " ".join(told) or None


_RANKS: Mapping[What, int] = {"new": 0, "changed": 1, "fixed": 2, "still": 3}


def _order(each: Change) -> tuple[int, int, int]:
    now, before = (BY_WORD.get(word or "", 0) for word in (each.now, each.before))
    return (_RANKS[each.what], -now, -before)


def compare(old: Baseline, new: Baseline) -> Difference:
    """What differs between two reports; clear on both sides is no change."""
    keys = sorted(old.verdicts.keys() | new.verdicts.keys())
    unlooked = old.subscriptions - new.subscriptions if new.subscriptions else frozenset()
    told = (
        _change(
            key,
            old.verdicts.get(key),
            new.verdicts.get(key),
            whole=new.complete and key[0].subscription not in unlooked,
        )
        for key in keys
    )
    roots = sorted(old.roots.keys() | new.roots.keys())
    moved = (
        RootChange(id_.text, cause, old.roots.get((id_, cause), 0), new.roots.get((id_, cause), 0))
        for id_, cause in roots
    )
    return Difference(
        old.started_at,
        new.started_at,
        (old.edition, new.edition),
        tuple(each for each in told if each),
        tuple(sorted((e for e in moved if e.before != e.now), key=lambda e: -max(e.before, e.now))),
        old.is_precheck != new.is_precheck,
        tuple(sorted(unlooked)),
    )


def _change(
    key: tuple[ArmId, str], before: Verdict | None, now: Verdict | None, *, whole: bool
) -> Change | None:
    was, stands = _is_found(before), _is_found(now)
    what: What
    if stands and not was:
        what = "new"
    elif was and not stands:
        # What can no longer be read is not mended.
        unread = now is Verdict.UNKNOWN or (now is None and not whole)
        what = "changed" if unread else "fixed"
    elif before != now and before is not None and now is not None:
        what = "changed"
    elif stands:
        what = "still"
    else:
        return None
    words = [None if each is None else str(each) for each in (before, now)]
    return Change(what, key[0].text, key[1], *words)


def _is_found(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict >= Verdict.POSSIBLE
