"""Findings in one line, and the verdict of a cause from several of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from scanner.catalogue import Rule
from scanner.catalogue.documents import Documented
from scanner.check import Finding, Verdict
from scanner.engine import CauseVerdict, Judged
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence
from scanner.inventory.gap import Gap, Reason, Unseen


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


def unread_as_findings(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings up to a fact that was not read, which is one itself."""
    try:
        yield from findings
    except Unseen as unseen:
        yield unread(unseen.gap)


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


def stands(cause: str, findings: Sequence[Finding]) -> CauseVerdict:
    """A cause as the worst of its findings."""
    return _worst(cause, tuple(Judged(cause, each) for each in findings))


def joined(causes: Iterable[CauseVerdict]) -> tuple[CauseVerdict, ...]:
    """Each cause once, in the order in which they first come, as the worst of what is said."""
    found: dict[str, CauseVerdict] = {}
    for each in causes:
        before = found.get(each.cause)
        found[each.cause] = each if before is None else _both(before, each)
    return tuple(found.values())


def _both(one: CauseVerdict, other: CauseVerdict) -> CauseVerdict:
    return _worst(one.cause, (*one.findings, *other.findings))


def _worst(cause: str, judged: tuple[Judged, ...]) -> CauseVerdict:
    worst_first = tuple(sorted(judged, key=lambda each: -each.finding.verdict))
    worst = worst_first[0].finding.verdict
    reasons = [each.finding.reason for each in judged if each.finding.reason]
    reason = min(reasons, key=list(Reason).index) if worst is Verdict.UNKNOWN else None
    return CauseVerdict(cause, worst, reason, worst_first)
