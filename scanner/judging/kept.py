"""What is kept of verdicts until the report is written: what it shows, and equal ones once.

Most causes are clear on most VMs. What was found of them is shown with ``--evidence all`` alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from scanner.judging.check import Verdict
from scanner.judging.verdict import AttributedFinding, CauseVerdict

_NOT_APPLICABLE = Verdict.NOT_APPLICABLE
_MOST_KNOWN = 5_000
"""Verdicts to compare with. A message that names a VM is said once."""


class Kept:
    """Keeps verdicts of many VMs in little memory."""

    def __init__(self) -> None:
        self._plain: dict[tuple[str, str], CauseVerdict] = {}
        """Verdicts that say the same of many VMs, by cause and message."""

    def causes(self, causes: Sequence[CauseVerdict]) -> tuple[CauseVerdict, ...]:
        """The verdicts, with the findings that a report shows."""
        return tuple([self._verdict(cause) for cause in causes])

    def _verdict(self, cause: CauseVerdict) -> CauseVerdict:
        kept, first = cause.shown, cause.findings[0]
        is_plain = not kept and cause.superseded is None
        if cause.verdict is _NOT_APPLICABLE and not first.is_note:
            # JUnit says why a cause is not applicable.
            kept = (_without_evidence(first), *kept)
        if not is_plain:
            return replace(cause, findings=kept)
        key = cause.cause, kept[0].finding.message if kept else ""
        found = self._plain.get(key)
        if found is None:
            if len(self._plain) >= _MOST_KNOWN:
                self._plain.clear()
            found = self._plain[key] = replace(cause, findings=kept)
        return found


def _without_evidence(attributed: AttributedFinding) -> AttributedFinding:
    return replace(attributed, finding=replace(attributed.finding, evidence=(), roots=()))
