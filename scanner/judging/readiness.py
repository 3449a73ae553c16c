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
    if all(cause.verdict is Verdict.NOT_APPLICABLE for cause in causes):
        return Readiness.CANNOT_TELL
    if any(cause.verdict is Verdict.APPLIES for cause in causes) or (azure and azure.is_refused):
        return Readiness.NOT_READY
    is_partly_read = any(cause.has_missing for cause in causes) or (azure and azure.gaps)
    if isinstance(protection, Gap) or is_partly_read:
        return Readiness.CANNOT_TELL
    has_item = protection is not None and protection.item is not None
    has_signs = any(cause.verdict in (Verdict.UNKNOWN, Verdict.POSSIBLE) for cause in causes)
    if has_item or has_signs or (azure and azure.objection):
        return Readiness.WARNINGS
    return Readiness.READY
