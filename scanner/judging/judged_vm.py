"""A VM with everything that was found about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from scanner.inventory.facts.backup import AzureAnswer, Protection
from scanner.inventory.facts.machine import Family, OperatingSystem, PowerState
from scanner.inventory.gap import Gap
from scanner.inventory.vm import Vm
from scanner.judging.check import Finding, Verdict
from scanner.judging.forecast import Forecast
from scanner.judging.readiness import Readiness, assess
from scanner.judging.symptoms import ShownSymptom
from scanner.judging.verdict import AttributedFinding, CauseVerdict

WORST_FIRST = tuple(sorted(Verdict, reverse=True))
"""All verdicts."""
_COVERED_BY_AZURE = ("vault-region-or-subscription", "vault-quota")
"""The causes that the service's own answers cover, in addition to existing protection.

Vault capacity and region (REST API reference, Protection Intent - Validate).
"""


@dataclass(frozen=True)
class JudgedVm:
    """A VM and the verdict of every cause, causes in the document's order."""

    vm: Vm
    causes: tuple[CauseVerdict, ...]
    symptoms: tuple[ShownSymptom, ...] = ()
    """The error of the last backup. Empty if it did not fail."""
    warnings: tuple[ShownSymptom, ...] = ()
    """What the service's own pre-check warns of, apart from that error."""
    forecast: Forecast | None = None
    """When the restore points are full."""
    azure: AzureAnswer | None = None
    """The service's own answer. None unless a precheck asked for it."""

    @cached_property
    def all_verdicts(self) -> tuple[CauseVerdict, ...]:
        """The verdict of every cause, and the objection of the service if it was asked."""
        return (*self.causes, *self._objections)

    @cached_property
    def shown(self) -> tuple[CauseVerdict, ...]:
        """The causes of which reports show a finding: those that are not clear or have a note.

        Every format begins here: most causes of most VMs are clear.
        """
        return tuple([cause for cause in self.causes if cause.is_shown])

    @property
    def all_shown(self) -> tuple[CauseVerdict, ...]:
        """The causes of ``shown``, and the objection of the service if it was asked."""
        return (*self.shown, *self._objections)

    @cached_property
    def _objections(self) -> tuple[CauseVerdict, ...]:
        """What the service has against the VM: one verdict or none."""
        objection = _objection(self.azure) if self.azure else None
        return (objection,) if objection else ()

    @property
    def is_without_backup(self) -> bool:
        """True if it is known that no backups of it are made."""
        protection = self.protection
        return isinstance(protection, Protection) and not protection.is_backed_up

    @property
    def protection(self) -> Protection | Gap | None:
        """How the VM is backed up, or why that is unknown. None if it was not looked up."""
        return self.vm.seen.get("protection")

    @property
    def protection_gaps(self) -> tuple[Gap, ...]:
        """What was not read of its backup: whether there is one, its policy, its last error."""
        protection = self.protection
        if not isinstance(protection, Protection):
            return (protection,) if protection else ()
        return protection.gaps

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """The failed reads behind its unknown verdicts and its protection."""
        # A failed read outranks clear, so no clear cause has one.
        gaps = (
            *(found.finding.gap for cause in self.shown for found in cause.findings),
            *self.protection_gaps,
            *(self.azure.gaps if self.azure else ()),
        )
        return tuple(gap for gap in gaps if gap and gap.reason.is_missing)

    @property
    def notes(self) -> tuple[tuple[str, Finding], ...]:
        """What reports show of it that is not against it, with the cause of each note."""
        return tuple((cause.cause, note.finding) for cause in self.shown for note in cause.notes)

    @property
    def protection_state(self) -> str:
        """Such as ``protected``. ``unknown`` if it was not read."""
        protection = self.protection
        return protection.state if isinstance(protection, Protection) else "unknown"

    @cached_property
    def readiness(self) -> Readiness:
        """What happens if backup is turned on."""
        return assess(self.causes, self.protection, self.azure)

    @property
    def disagrees(self) -> bool:
        """True if the service contradicts our answer where both have one."""
        azure, protection = self.azure, self.protection
        if azure is None:
            return False
        # Where a vault was not read, the service may know what protects the VM.
        is_protected = protection.is_backed_up if isinstance(protection, Protection) else None
        covered = [cause for cause in self.causes if cause.cause in _COVERED_BY_AZURE]
        is_refused = None
        if len(covered) == len(_COVERED_BY_AZURE) and not any(c.has_missing for c in covered):
            is_refused = any(cause.verdict is Verdict.APPLIES for cause in covered)
        return _differ(azure.is_protected, is_protected) or _differ(azure.is_refused, is_refused)

    def days_since_success(self, now: datetime) -> float | None:
        """Days since the newest recovery point. None if there is none or it was not read."""
        protection = self.protection
        if not isinstance(protection, Protection) or protection.last_success_at is None:
            return None
        # Clocks differ: a point that was just made can be dated a little later.
        return max(0.0, round((now - protection.last_success_at).total_seconds() / 86_400, 1))

    @property
    def os(self) -> Family | None:
        """``windows`` or ``linux``. None if it was not read."""
        system = self.vm.if_seen("os")
        return system.family if isinstance(system, OperatingSystem) else None

    @property
    def power_state(self) -> str | None:
        """Such as ``running``. None if it was not read."""
        power = self.vm.if_seen("power_state")
        return power.code if isinstance(power, PowerState) else None

    @property
    def worst_first(self) -> tuple[CauseVerdict, ...]:
        """The causes of ``shown``, the worst verdict first."""
        return tuple(sorted(self.shown, key=lambda cause: -cause.verdict))

    @property
    def severity(self) -> tuple[int, ...]:
        """Sort key for VMs: how many causes have the worst verdict, the next, and so on."""
        counts = Counter(cause.verdict for cause in self.causes)
        return tuple(counts[verdict] for verdict in WORST_FIRST)


SERVICE_OBJECTION = "service-objection"
"""What Azure Backup itself has against a VM, next to the documented causes."""


def _objection(azure: AzureAnswer) -> CauseVerdict | None:
    """What the service has against a VM. None if that is nothing.

    Backup does not work if the service refuses it. Existing protection is only a sign.
    """
    if azure.objection is None:
        return None
    verdict = Verdict.APPLIES if azure.is_refused else Verdict.POSSIBLE
    detail = f": {azure.message}" if azure.message else ""
    finding = Finding(verdict, f"Azure Backup says {azure.objection}{detail}")
    one = AttributedFinding(SERVICE_OBJECTION, finding)
    return CauseVerdict(SERVICE_OBJECTION, verdict, None, (one,))


def _differ(azure: bool | None, ours: bool | None) -> bool:
    """True if both have an answer and the answers differ."""
    return azure is not None and ours is not None and azure != ours
