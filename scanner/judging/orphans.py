"""Judges what Azure keeps of VMs that do not exist: which rule applies, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from scanner.catalogue import Catalogue, Edition
from scanner.catalogue.text import counted
from scanner.inventory.evidence import Evidence
from scanner.inventory.facts.orphan import Orphan
from scanner.inventory.gap import Gap
from scanner.inventory.protected_item import vault_of
from scanner.judging.check import Verdict, found
from scanner.judging.symptoms import Judged, ShownSymptom, explain_error
from scanner.judging.verdict import AttributedFinding, CauseVerdict, combine

CAUSE = "vm-deleted-or-moved"
_POINT = "restore point"
_Condition = Literal["item-kept", "item-stopped", "item-soft-deleted", "points-kept"]
_REMEDIES: Mapping[_Condition, str] = {
    "item-kept": "If the VM was moved, back it up under its new id. Keep the backups as long as"
    " somebody needs them: stop the protection, and delete the data when nobody does.",
    "item-stopped": "Keep the backups as long as somebody needs them, then delete the data.",
    "item-soft-deleted": "Nothing, or undelete the item if somebody needs its backups.",
    "points-kept": "If a vault still has an item of the VM, decide about the item first. Without"
    " an item, delete the collection when nobody needs its restore points.",
}


@dataclass(frozen=True)
class JudgedOrphan:
    """A protected item or a restore point collection whose VM does not exist, and why it matters.

    It is no VM of the scope, so it never counts for the exit code.
    """

    orphan: Orphan
    cause: CauseVerdict
    """``vm-deleted-or-moved``, by the rule about what Azure keeps and bills."""
    cost: str
    """What the documents say about keeping it, with the document."""
    remedy: str
    symptoms: tuple[ShownSymptom, ...] = ()
    """The error of an item's last backup. Empty if it did not fail."""

    @property
    def verdict(self) -> Verdict:
        """``applies``, or ``clear`` for an item that is deleted already."""
        return self.cause.verdict

    @property
    def message(self) -> str:
        """What is kept of which VM."""
        return self.cause.findings[0].finding.message

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What was not read of it."""
        return self.orphan.gaps


def judge_orphan(orphan: Orphan, edition: Edition, catalogue: Catalogue) -> JudgedOrphan:
    """The rule about an orphan. Azure bills by today's documents, in every ``edition``."""
    condition = _condition(orphan)
    current = catalogue.editions[-1]
    rule = current.one(CAUSE, condition)
    absent = Evidence(orphan.vm, "id", None, orphan.seen_at)
    seen = orphan.protection.evidence if orphan.protection else ()
    finding = found(rule, _message(orphan), absent, *seen)
    cause = combine(CAUSE, [AttributedFinding(CAUSE, finding)])
    symptoms = explain_error(orphan.error, Judged((cause,)), edition.id) if orphan.error else ()
    return JudgedOrphan(orphan, cause, current.cite(rule), _REMEDIES[condition], symptoms)


def _condition(orphan: Orphan) -> _Condition:
    if orphan.kind == "restore-point-collection":
        return "points-kept"
    match orphan.state:
        case "soft-deleted":
            return "item-soft-deleted"
        case "stopped":
            return "item-stopped"
    return "item-kept"


def _message(orphan: Orphan) -> str:
    """What is kept of which VM."""
    vm = f"{orphan.vm.name} (group {orphan.vm.resource_group})"
    gone = "which does not exist: it was deleted or moved"
    if orphan.kind == "restore-point-collection":
        points = "restore points" if orphan.points is None else counted(orphan.points, _POINT)
        return f"The collection {orphan.id.name} keeps {points} of {vm}, {gone}."
    vault = vault_of(orphan.id)
    name = vault.name if vault else "(unknown)"
    return f"The vault {name} has an item ({orphan.state}) of {vm}, {gone}."
