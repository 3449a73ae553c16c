"""Before backup is turned on: what is to be used, and whether a VM is ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from scanner.check import Verdict
from scanner.engine import CauseVerdict
from scanner.inventory.backup_facts import Protection
from scanner.inventory.gap import Gap


class Readiness(StrEnum):
    """What turning backup on would meet."""

    NOT_READY = "not ready"
    CANNOT_TELL = "cannot tell"
    WARNINGS = "ready with warnings"
    READY = "ready"


def readiness(
    causes: Sequence[CauseVerdict], protection: Protection | Gap | None = None
) -> Readiness:
    """Of a VM by its causes and by what already protects it, or once did.

    A VM that only is off is not one of which nothing can be told.
    """
    if any(each.verdict is Verdict.APPLIES for each in causes):
        return Readiness.NOT_READY
    unknown = [each for each in causes if each.verdict is Verdict.UNKNOWN and each.reason]
    if isinstance(protection, Gap) or any(e.reason and e.reason.is_missing for e in unknown):
        return Readiness.CANNOT_TELL
    has_item = protection is not None and protection.item is not None
    if has_item or unknown or any(each.verdict is Verdict.POSSIBLE for each in causes):
        return Readiness.WARNINGS
    return Readiness.READY


@dataclass(frozen=True)
class Target:
    """The vault and the policy that are to be used, by name or id; None where that is open."""

    vault: str | None = None
    policy: str | None = None
    ask_azure: bool = False
    """Whether the service itself is asked, too."""
