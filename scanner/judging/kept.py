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
        # One without findings was judged briefly: there is nothing to leave out.
        return tuple([self._verdict(cause) if cause.findings else cause for cause in causes])

    def _verdict(self, cause: CauseVerdict) -> CauseVerdict:
        if cause.is_shown or cause.superseded is not None:
            return replace(cause, findings=_shown(cause))
        is_clear = cause.verdict is not _NOT_APPLICABLE
        key = cause.cause, "" if is_clear else cause.findings[0].finding.message
        found = self._plain.get(key)
        if found is None:
            if len(self._plain) >= _MOST_KNOWN:
                self._plain.clear()
            found = self._plain[key] = replace(cause, findings=_shown(cause))
        return found


def _shown(cause: CauseVerdict) -> tuple[AttributedFinding, ...]:
    """What reports show of a cause. JUnit says why a cause is not applicable, too."""
    first = cause.findings[0]
    if cause.verdict is not _NOT_APPLICABLE or first.is_note:
        return cause.shown
    why = replace(first, finding=replace(first.finding, evidence=(), roots=()))
    return (why, *cause.shown)
