"""The verdict of a cause on a VM, with the findings behind it."""

from __future__ import annotations

from msgspec import Struct

from scanner.catalogue import Edition
from scanner.inventory.gap import Reason
from scanner.judging.check import Finding, Verdict

_REASONS = tuple(Reason)
# Each look-up of an enumeration's member costs as much as the comparison.
_UNKNOWN, _CLEAR, _NOT_APPLICABLE = Verdict.UNKNOWN, Verdict.CLEAR, Verdict.NOT_APPLICABLE
_GUEST_ONLY = Reason.GUEST_ONLY


class AttributedFinding(Struct, frozen=True, gc=False):
    """A finding and the check that made it."""

    check: str
    """The check's id. For a member of a cause, the member's id."""
    finding: Finding
    facts: str = ""
    """Names of the facts that the check read, joined by commas."""

    @property
    def is_note(self) -> bool:
        """True if every report shows it, although it is not against the VM."""
        return self.finding.is_note and self.finding.verdict <= _CLEAR


class Superseded(Struct, frozen=True, gc=False):
    """The verdict of an older edition that the selected edition withdrew."""

    edition: str
    verdict: Verdict
    why: str


class CauseVerdict(Struct, frozen=True, gc=False):
    """The verdict of one cause on one VM: the worst of its findings."""

    cause: str
    verdict: Verdict
    reason: Reason | None
    """Why the verdict is unknown, by the gravest gap. None for other verdicts."""
    findings: tuple[AttributedFinding, ...]
    """The worst first. What no report shows of a cause that is clear may be left out."""
    superseded: Superseded | None = None

    @property
    def notes(self) -> tuple[AttributedFinding, ...]:
        """What every report shows of it that is not against the VM."""
        return tuple([attributed for attributed in self.findings if attributed.is_note])

    @property
    def is_shown(self) -> bool:
        """True unless it is clear or not applicable, without a note."""
        if self.verdict > _CLEAR:
            return True
        # A loop without calls: this is asked of every cause of every VM.
        for attributed in self.findings:
            if attributed.finding.is_note and attributed.finding.verdict <= _CLEAR:
                return True
        return False

    @property
    def shown(self) -> tuple[AttributedFinding, ...]:
        """What every report shows of it: notes, and the findings that are not clear if it is not
        clear itself."""
        if self.verdict <= _CLEAR:
            return self.notes
        return tuple(
            attributed
            for attributed in self.findings
            if attributed.is_note or attributed.finding.verdict > _CLEAR
        )

    @property
    def has_missing(self) -> bool:
        """True if a read failed whose answer could make the verdict worse."""
        if self.verdict <= _CLEAR:
            return False
        gaps = (attributed.finding.gap for attributed in self.findings)
        return any(gap is not None and gap.reason.is_missing for gap in gaps)


def combine(cause: str, findings: list[AttributedFinding]) -> CauseVerdict:
    """The verdict of a cause by at least one finding. The list is sorted in place."""
    if len(findings) > 1:
        findings.sort(key=_rank, reverse=True)
    worst = findings[0].finding.verdict
    reason = None
    if worst is _UNKNOWN:
        gaps = (attributed.finding.gap for attributed in findings)
        reason = min((gap.reason for gap in gaps if gap), key=_REASONS.index)
    return CauseVerdict(cause, worst, reason, tuple(findings))


def _rank(attributed: AttributedFinding) -> float:
    """Sort key for findings. An unknown that only the guest can answer never outranks clear."""
    finding = attributed.finding
    if finding.gap is not None and finding.gap.reason is _GUEST_ONLY:
        return _NOT_APPLICABLE + 0.5
    return finding.verdict


def cite(attributed: AttributedFinding, edition: Edition) -> str:
    """The finding's message, the facts read for it if it is clear, and the rule that decided."""
    finding = attributed.finding
    is_clear = finding.verdict is Verdict.CLEAR
    facts = f" Read: {attributed.facts}." if is_clear and attributed.facts else ""
    rule = f" Rule: {edition.cite(finding.rule)}." if finding.rule else ""
    return f"{finding.message}{facts}{rule}"


def cite_cause(cause: CauseVerdict, edition: Edition) -> str:
    """The message of the worst finding, as ``cite`` has it, and then of every note."""
    worst, notes = cause.findings[0], cause.notes
    if not notes:
        return cite(worst, edition)
    shown = [worst, *(note for note in notes if note is not worst)]
    return " ".join(cite(attributed, edition) for attributed in shown)
