"""Two reports compared: what is new, fixed, changed or still there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from scanner.catalogue.text import counted
from scanner.gate.baseline import Baseline
from scanner.inventory.armid import ArmId
from scanner.judging.check import BY_WORD, Verdict

ChangeKind = Literal["new", "fixed", "still", "changed"]
CHANGE_KINDS: tuple[ChangeKind, ...] = ("new", "fixed", "changed", "still")
"""The order of columns and sections."""
_RANKS: Mapping[ChangeKind, int] = {"new": 0, "changed": 1, "fixed": 2, "still": 3}
"""The order of changes in one list."""


class Change(Struct, frozen=True):
    """The verdict of one cause on one VM in both reports."""

    kind: ChangeKind = field(name="what")
    id: str
    cause: str
    before: str | None
    """None if the older report does not have the cause on the VM."""
    now: str | None
    """None if the newer report does not have it."""

    @property
    def group(self) -> str:
        """The VM's resource group."""
        return ArmId(self.id).resource_group or ""


class RootChange(Struct, frozen=True):
    """The number of VMs where a resource is behind findings, then and now."""

    id: str
    cause: str
    before: int
    now: int


class Difference(Struct, frozen=True):
    """The changes between two reports, and what is still there."""

    old: str
    """When the older report was started (RFC 3339)."""
    new: str
    """When the newer report was started (RFC 3339)."""
    editions: tuple[str, str]
    """The editions of both reports."""
    changes: tuple[Change, ...]
    roots: tuple[RootChange, ...]
    is_mixed: bool = field(default=False, name="other_kinds")
    """True if one report is a precheck and the other is a scan."""
    not_looked_at: tuple[str, ...] = ()
    """Subscriptions of the older report that the newer one did not scan."""

    @property
    def totals(self) -> Mapping[str, Mapping[str, int]]:
        """Numbers of changes by cause and kind."""
        totals: dict[str, Counter[str]] = {}
        for change in self.changes:
            totals.setdefault(change.cause, Counter())[change.kind] += 1
        return totals

    @property
    def ordered(self) -> tuple[Change, ...]:
        """The changes: new, changed, fixed, still there; in each, the worst verdict first."""
        return tuple(sorted(self.changes, key=_sort_key))

    def of_kind(self, kind: ChangeKind) -> tuple[Change, ...]:
        """The changes of one kind, the worst verdict first."""
        return tuple(change for change in self.ordered if change.kind == kind)

    @property
    def caution(self) -> str | None:
        """Why the reports are hard to compare. None if they are not."""
        old, new = self.editions
        sentences = []
        if old != new:
            sentences.append(
                f"The editions differ, {old} and {new}:"
                " verdicts may differ although nothing changed in Azure."
            )
        if self.is_mixed:
            sentences.append("One is a precheck and one a scan: they judge different things.")
        if self.not_looked_at:
            count = len(self.not_looked_at)
            sentences.append(
                f"The scopes differ: {counted(count, 'subscription')} of the older report"
                f" {'was' if count == 1 else 'were'} not scanned again."
                " Nothing in there counts as fixed."
            )
        return " ".join(sentences) or None


def _sort_key(change: Change) -> tuple[int, int, int]:
    """First the kind, then the worst verdict now, then the worst before."""
    now, before = (BY_WORD.get(word or "", 0) for word in (change.now, change.before))
    return (_RANKS[change.kind], -now, -before)


def compare(old: Baseline, new: Baseline) -> Difference:
    """The difference of two reports. A cause that is clear in both is no change."""
    unscanned = old.subscriptions - new.subscriptions if new.subscriptions else frozenset()
    changes = (
        _change(
            vm,
            cause,
            old.verdicts.get((vm, cause)),
            new.verdicts.get((vm, cause)),
            was_read=new.complete and vm.subscription not in unscanned,
        )
        for vm, cause in sorted(old.verdicts.keys() | new.verdicts.keys())
    )
    return Difference(
        old.started_at,
        new.started_at,
        (old.edition, new.edition),
        tuple(change for change in changes if change),
        _root_changes(old, new),
        old.is_precheck != new.is_precheck,
        tuple(sorted(unscanned)),
    )


def _root_changes(old: Baseline, new: Baseline) -> tuple[RootChange, ...]:
    """The roots whose number of VMs differs, those with most VMs first."""
    changes = (
        RootChange(id_.text, cause, old.roots.get((id_, cause), 0), new.roots.get((id_, cause), 0))
        for id_, cause in sorted(old.roots.keys() | new.roots.keys())
    )
    differing = (change for change in changes if change.before != change.now)
    return tuple(sorted(differing, key=lambda change: -max(change.before, change.now)))


def _change(
    vm: ArmId, cause: str, before: Verdict | None, now: Verdict | None, *, was_read: bool
) -> Change | None:
    """The change of one verdict. ``was_read``: the newer report would have a finding of the VM."""
    kind = _change_kind(before, now, was_read=was_read)
    if kind is None:
        return None
    words = [None if verdict is None else str(verdict) for verdict in (before, now)]
    return Change(kind, vm.text, cause, *words)


def _change_kind(
    before: Verdict | None, now: Verdict | None, *, was_read: bool
) -> ChangeKind | None:
    """None if the verdict is the same and finds nothing. ``was_read``: as in ``_change``."""
    was_found, is_found = _is_found(before), _is_found(now)
    if is_found and not was_found:
        return "new"
    if was_found and not is_found:
        # A finding whose facts can no longer be read is not fixed.
        is_unread = now is Verdict.UNKNOWN or (now is None and not was_read)
        return "changed" if is_unread else "fixed"
    if before != now and before is not None and now is not None:
        return "changed"
    return "still" if is_found else None


def _is_found(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict >= Verdict.POSSIBLE
