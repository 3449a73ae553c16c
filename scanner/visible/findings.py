"""Findings in one line, and the verdict of a cause from several of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from scanner.catalogue import Rule
from scanner.catalogue.documents import Documented
from scanner.check import Finding, Verdict
from scanner.engine import CauseVerdict, Judged, gathered, stand
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.vm import Vm


def applies(says: str, *shown: Evidence) -> Finding:
    """The evidence shows it."""
    return Finding(Verdict.APPLIES, says, shown)


def possible(says: str, *shown: Evidence, roots: Iterable[ArmId] = ()) -> Finding:
    """There are signs, or it is not there yet."""
    return Finding(Verdict.POSSIBLE, says, shown, roots=tuple(roots))


def unread(gap: Gap) -> Finding:
    """It was needed and not read."""
    return Finding(Verdict.UNKNOWN, gap.remedy, gap=gap)


def untold(of: ArmId, fact: str, what: str) -> Finding:
    """ARM answered, and does not say it."""
    remedy = f"ARM's answer holds no {what}. Look at the resource in Azure, then check again."
    return unread(Gap(of.text, fact, Reason.NOT_RECORDED, None, remedy))


def cited(cause: str, finding: Finding, documented: Documented) -> Finding:
    """A finding with the words of today's documents that decide."""
    described = documented.causes[cause]
    verdict, says = finding.verdict, described.rule.get(str(finding.verdict))
    if says is None or verdict not in (Verdict.APPLIES, Verdict.POSSIBLE, Verdict.CLEAR):
        return finding
    pages = tuple(_PAGES[each] for each in described.sources if each in _PAGES)
    word: Any = str(verdict)
    return replace(finding, rule=Rule("current", cause, "documented", word, pages, says))


_PAGES = {
    "CUR": "article",
    "CUR-VMT": "general",
    "MTX": "support-matrix",
    "FAQ": "faq",
    "INSTANT": "instant-restore",
}
"""Sources of the catalogue that are pages of the current edition."""


def judged(cause: str, findings: Iterable[Finding], vm: Vm, documented: Documented) -> CauseVerdict:
    """How a cause stands by what is found of it, each with the words that decide."""
    found = gathered(findings, cause, vm)
    return stand(cause, [Judged(cause, cited(cause, each, documented)) for each in found])


def joined(causes: Iterable[CauseVerdict]) -> tuple[CauseVerdict, ...]:
    """Each cause once, in the order in which they first come, as the worst of what is said."""
    found: dict[str, CauseVerdict] = {}
    for each in causes:
        before = found.get(each.cause)
        found[each.cause] = each if before is None else _both(before, each)
    return tuple(found.values())


def _both(one: CauseVerdict, other: CauseVerdict) -> CauseVerdict:
    both = stand(one.cause, [*one.findings, *other.findings])
    return replace(both, superseded=one.superseded) if both.verdict is one.verdict else both
