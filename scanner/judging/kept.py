"""What is kept of verdicts until the report is written: what it shows, and equal parts once.

Most causes are clear on most VMs, and say the same of all of them. Their evidence is shown with
``--evidence all`` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from scanner.judging.check import Verdict
from scanner.judging.verdict import AttributedFinding, CauseVerdict

_CLEAR = Verdict.CLEAR
_MOST_KNOWN = 5_000
"""Findings, or verdicts, to compare with. What names a VM or a number is mostly said once."""


class Kept:
    """Keeps verdicts of many VMs in little memory."""

    def __init__(self) -> None:
        self._findings: dict[Any, AttributedFinding] = {}
        self._verdicts: dict[Any, CauseVerdict] = {}

    def causes(self, causes: Sequence[CauseVerdict]) -> tuple[CauseVerdict, ...]:
        """The verdicts, with the findings that a report shows. The worst one is always kept."""
        return tuple([self._verdict(cause) for cause in causes])

    def _verdict(self, cause: CauseVerdict) -> CauseVerdict:
        findings = cause.findings
        if cause.verdict > _CLEAR:
            kept = tuple([one for one in findings if one.is_note or one.finding.verdict > _CLEAR])
            return cause if len(kept) == len(findings) else replace(cause, findings=kept)
        worst, *others = findings
        notes = [one for one in others if one.is_note]
        plain = self._plain(worst)
        if notes or plain is worst:
            return replace(cause, findings=(plain, *notes))
        # A finding in the key is kept by its verdict, so that no other one gets its id.
        key = (cause.cause, cause.superseded, id(plain))
        found = self._verdicts.get(key)
        if found is None:
            self._forget_if_full()
            found = self._verdicts[key] = replace(cause, findings=(plain,))
        return found

    def _plain(self, attributed: AttributedFinding) -> AttributedFinding:
        """A finding without evidence, if no report shows the evidence."""
        finding = attributed.finding
        if finding.is_note or finding.gap is not None:
            return attributed
        key = (attributed.check, attributed.facts, finding.verdict, finding.message,
               id(finding.rule))  # fmt: skip
        found = self._findings.get(key)
        if found is None:
            self._forget_if_full()
            plain = replace(finding, evidence=(), roots=())
            found = self._findings[key] = replace(attributed, finding=plain)
        return found

    def _forget_if_full(self) -> None:
        """Forget what is known before it is more than what it saves."""
        if max(len(self._findings), len(self._verdicts)) >= _MOST_KNOWN:
            self._findings.clear()
            self._verdicts.clear()
