"""The one decision on a report: the exit code, why, and what counts for it.

The exit line and every format are made from this value. None decides anything by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from functools import cached_property

from scanner.catalogue.text import unread_text
from scanner.errors import ScanError
from scanner.gate.change import Change
from scanner.gate.incomplete import AllowedGap
from scanner.gate.policy import Policy
from scanner.gate.waivers import Waiver
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap
from scanner.judging.check import Verdict

Accepting = Waiver | AllowedGap
"""What accepts a finding or a gap."""


class Exit(IntEnum):
    """The exit codes."""

    OK = 0
    FINDINGS = 1
    CANNOT_RUN = 2
    INCOMPLETE = 3
    EMPTY = 4
    INTERRUPTED = 130


class WhyNot(StrEnum):
    """Why a finding does not count."""

    BELOW = "below the threshold"
    NOT_JUDGED = "not judged"
    WAIVED = "waived"
    NOT_BACKED_UP = "not backed up"
    OLD = "old"


@dataclass(frozen=True)
class FindingDecision:
    """Whether the verdict of a cause on a VM counts."""

    vm: ArmId
    cause: str
    verdict: Verdict
    why_not: WhyNot | None
    """None if it counts."""
    waiver: Accepting | None = None
    """What accepts it, whether or not it would count otherwise."""
    change: Change | None = None
    """How it changed since the baseline. None without a baseline, and for an unknown verdict."""
    before: Verdict | None = None
    """Its verdict in the baseline. None if that has none."""

    @property
    def counts(self) -> bool:
        """True if it makes exit code 1."""
        return self.why_not is None

    @property
    def is_found(self) -> bool:
        """True unless the verdict is unknown."""
        return self.verdict >= Verdict.POSSIBLE

    @property
    def is_new(self) -> bool:
        """True if the baseline does not have it, or not as bad."""
        return self.change is not None and self.change.is_new

    @property
    def text(self) -> str:
        """``counts``, or why it does not, such as ``does not count: not backed up``."""
        if self.counts:
            return "counts"
        accepted = accepted_text(self.waiver) if self.waiver else ""
        return f"does not count: {accepted if self.why_not is WhyNot.WAIVED else self.why_not}"

    @property
    def mark(self) -> str:
        """How it changed since the baseline, such as ``worse, was possible``. Empty without one."""
        if self.change is None:
            return ""
        changed = self.change in (Change.WORSE, Change.BETTER)
        return f"{self.change}, was {self.before}" if changed else str(self.change)


@dataclass(frozen=True)
class GapDecision:
    """Whether something that was not read counts."""

    gap: Gap
    accepted: Accepting | None = None
    """What accepts it. None if it counts."""

    @property
    def counts(self) -> bool:
        """True if it makes exit code 3."""
        return self.accepted is None

    @property
    def text(self) -> str:
        """``counts``, or who accepts it."""
        return "counts" if self.accepted is None else accepted_text(self.accepted)


def accepted_text(by: Accepting) -> str:
    """Until when a waiver holds, by whom and why; or that an option allows it."""
    return by.until if isinstance(by, Waiver) else "allowed by --allow-incomplete"


@dataclass(frozen=True)
class Past:
    """A finding of the baseline that this report does not have."""

    vm: ArmId
    cause: str
    before: Verdict
    change: Change
    """``fixed`` or ``unseen``."""


@dataclass(frozen=True)
class Decision:
    """The exit code and all that it is made of."""

    code: Exit
    why: str
    policy: Policy
    findings: Mapping[tuple[ArmId, str], FindingDecision]
    """What is not clear, the key is the VM and the cause. VMs by id, causes in their order."""
    gaps: tuple[GapDecision, ...]
    past: tuple[Past, ...] = ()
    """What the baseline has and this report does not. Empty without a baseline."""
    idle: tuple[Accepting, ...] = ()
    """What is in force and accepts nothing."""
    expired: tuple[Waiver, ...] = ()

    def of(self, vm: ArmId, cause: str) -> FindingDecision | None:
        """The decision on a cause of a VM. None if nothing was found of it, and all was read."""
        return self.findings.get((vm, cause))

    def accepts(self, vm: ArmId, cause: str) -> bool:
        """True if somebody accepts a finding."""
        found = self.findings.get((vm, cause))
        return found is not None and found.is_found and found.waiver is not None

    @cached_property
    def counting(self) -> tuple[FindingDecision, ...]:
        """What counts: new and worse first, then the worst verdict first."""
        found = (one for one in self.findings.values() if one.counts)
        return tuple(sorted(found, key=lambda one: (not one.is_new, -one.verdict)))

    def counting_order(self, vm: ArmId, cause: str, verdict: Verdict) -> tuple[bool, bool, int]:
        """Sort key of verdicts: new ones that count, others that count, then the worst first."""
        one = self.findings.get((vm, cause))
        counts = one is not None and one.counts
        return not (counts and one is not None and one.is_new), not counts, -verdict

    @cached_property
    def unread(self) -> tuple[Gap, ...]:
        """What was not read and counts."""
        return tuple(one.gap for one in self.gaps if one.counts)

    @cached_property
    def failing(self) -> frozenset[ArmId]:
        """The VMs with something that counts."""
        return frozenset(one.vm for one in self.counting)

    @cached_property
    def new(self) -> tuple[FindingDecision, ...]:
        """What the baseline does not have, or not as bad, whether it counts or not."""
        return tuple(one for one in self.findings.values() if one.is_new)

    @cached_property
    def not_counting(self) -> Mapping[WhyNot, int]:
        """How many findings do not count, by the reason. Reasons without any are left out."""
        found = (one for one in self.findings.values() if one.is_found)
        counts = Counter(one.why_not for one in found if one.why_not)
        return {why: counts[why] for why in WhyNot if counts[why]}

    def of_change(self, change: Change) -> tuple[Past, ...]:
        """What the baseline has: what is fixed, or what is no longer seen."""
        return tuple(one for one in self.past if one.change is change)

    def with_unwritten(self, error: ScanError | None) -> Decision:
        """The decision if some output was not written: nothing outranks that."""
        if error is None:
            return self
        unread = unread_text(len(self.gaps)) if self.gaps else ""
        why = "; ".join(filter(None, (f"{error}".rstrip("."), unread)))
        return replace(self, code=Exit.CANNOT_RUN, why=why)
