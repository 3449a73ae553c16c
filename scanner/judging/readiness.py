"""The readiness of a VM: what happens if backup is turned on."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from scanner.inventory.facts.backup import AzureAnswer, Protection
from scanner.inventory.gap import Gap
from scanner.judging.check import Verdict
from scanner.judging.verdict import CauseVerdict


class Readiness(StrEnum):
    """What happens if backup is turned on, the worst first."""

    NOT_READY = "not ready"
    CANNOT_TELL = "cannot tell"
    WARNINGS = "ready with warnings"
    READY = "ready"


def assess(
    causes: Sequence[CauseVerdict],
    protection: Protection | Gap | None = None,
    azure: AzureAnswer | None = None,
) -> Readiness:
    """The readiness of a VM by its causes, its protection, and the service's own answer.

    A stopped VM can still be assessed. A VM cannot if no check ran or every cause is not
    applicable. A VM that the service refuses is not ready, whatever the checks find.
    """
    verdicts = {cause.verdict for cause in causes}
    if verdicts <= {Verdict.NOT_APPLICABLE}:
        return Readiness.CANNOT_TELL
    if Verdict.APPLIES in verdicts or (azure and azure.is_refused):
        return Readiness.NOT_READY
    # A read that failed leaves no cause clear.
    open_verdicts = verdicts & {Verdict.UNKNOWN, Verdict.POSSIBLE}
    is_missing = bool(open_verdicts) and any(cause.has_missing for cause in causes)
    if type(protection) is Gap or is_missing or (azure and azure.gaps):
        return Readiness.CANNOT_TELL
    has_item = protection is not None and protection.item is not None
    if has_item or open_verdicts or (azure and azure.objection):
        return Readiness.WARNINGS
    return Readiness.READY
