"""From a report to an exit code, the same whatever the format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from scanner.catalogue.text import counted, nearest, unread_text
from scanner.errors import ScanError, UsageError
from scanner.gate.baseline import Baseline
from scanner.gate.waivers import Waived
from scanner.inventory.gap import Gap
from scanner.inventory.scope import ScopeSummary
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.readiness import Readiness
from scanner.judging.verdict import CauseVerdict


class Exit(IntEnum):
    """The exit codes."""

    OK = 0
    FINDINGS = 1
    CANNOT_RUN = 2
    INCOMPLETE = 3
    EMPTY = 4
    INTERRUPTED = 130


FAIL_ON = {
    "applies": Verdict.APPLIES,
    "possible": Verdict.POSSIBLE,
    "unknown": Verdict.UNKNOWN,
    "never": None,
}
"""The least verdict that makes exit code 1, by the word that ``--fail-on`` takes."""


@dataclass(frozen=True)
class Decision:
    """The exit code and its reason."""

    code: Exit
    why: str


class Decidable(Protocol):
    """What the exit code is decided from. A report is one."""

    @property
    def vms(self) -> Sequence[JudgedVm]:
        """The VMs with their verdicts."""

    @property
    def gaps(self) -> Sequence[Gap]:
        """What could not be read."""

    @property
    def scope(self) -> ScopeSummary:
        """What the scan looked at."""

    @property
    def waived(self) -> Waived:
        """Accepted findings, which do not count."""

    @property
    def interrupted(self) -> bool:
        """True if the scan did not reach its end."""

    @property
    def is_precheck(self) -> bool:
        """True if the VMs are judged before backup is turned on."""


@dataclass(frozen=True)
class Policy:
    """What makes exit code 1."""

    fail_on: str = "applies"
    per_cause: Mapping[str, str] = field(default_factory=dict)
    """Other thresholds, by cause."""
    baseline: Baseline | None = None
    """An older report, whose findings do not count."""


def parse_fail_on(words: Sequence[str], causes: Sequence[str]) -> Policy:
    """The policy that ``VERDICT`` and ``CAUSE=VERDICT`` ask for.

    Raises ``UsageError`` if a verdict or a cause is unknown.
    """
    overall, per_cause = "applies", dict[str, str]()
    for word in words:
        cause, equals, verdict = word.rpartition("=")
        if verdict not in FAIL_ON:
            close = nearest(verdict, list(FAIL_ON))
            raise UsageError(f"unknown verdict {verdict!r} for --fail-on", close)
        if not equals:
            overall = verdict
        elif cause not in causes:
            raise UsageError(f"unknown cause {cause!r} for --fail-on", nearest(cause, list(causes)))
        else:
            per_cause[cause] = verdict
    return Policy(overall, per_cause)


def decide(
    report: Decidable, policy: Policy, *, allow_empty: bool, unwritten: ScanError | None = None
) -> Decision:
    """The exit code. Findings outrank gaps, gaps outrank an empty scope.

    An output that was not written (``unwritten``) outranks all. The reason always says how much was
    not read.
    """
    if unwritten:
        decision = Decision(Exit.CANNOT_RUN, f"{unwritten}".rstrip("."))
    else:
        decision = _decide(report, policy, allow_empty=allow_empty)
    if not report.gaps:
        return decision
    unread = unread_text(len(report.gaps))
    return Decision(decision.code, "; ".join(filter(None, (decision.why, unread))))


def _decide(report: Decidable, policy: Policy, *, allow_empty: bool) -> Decision:
    """The exit code. Its reason is empty if it is what was not read."""
    if report.interrupted:
        return Decision(Exit.INTERRUPTED, "interrupted; the report holds what was read until then")
    failing = sum(_vm_fails(vm, report, policy) for vm in report.vms)
    vms = counted(len(report.vms), "VM")
    if failing:
        new = " newly" if policy.baseline else ""
        why = f"{failing} of {vms}{new} at or above {_thresholds(policy)}"
        return Decision(Exit.FINDINGS, why)
    if report.is_precheck and any(vm.readiness is Readiness.CANNOT_TELL for vm in report.vms):
        return Decision(Exit.INCOMPLETE, "readiness of some VMs is unknown")
    if report.gaps:
        return Decision(Exit.INCOMPLETE, "")
    if not report.vms and not allow_empty:
        left_out = report.scope.by_protection
        note = f" to look at: {counted(left_out, 'VM')} left out by protection" if left_out else ""
        return Decision(Exit.EMPTY, f"the scope holds no VM{note}")
    if not _thresholds(policy):
        return Decision(Exit.OK, f"no finding gates on {vms} (--fail-on never)")
    what = "nothing new" if policy.baseline else "nothing"
    return Decision(Exit.OK, f"{what} at or above {_thresholds(policy)} on {vms}")


def _thresholds(policy: Policy) -> str:
    """The verdicts that fail, as typed. Empty if none does."""
    per_cause = ", ".join(f"{cause}={verdict}" for cause, verdict in policy.per_cause.items())
    if FAIL_ON[policy.fail_on] is not None:
        return f"{policy.fail_on!r}" + (f" ({per_cause})" if per_cause else "")
    gating = (verdict for verdict in policy.per_cause.values() if FAIL_ON[verdict] is not None)
    return per_cause if any(gating) else ""


def _vm_fails(vm: JudgedVm, report: Decidable, policy: Policy) -> bool:
    """True if a cause of the VM counts, or the service's own answer does."""
    threshold, azure = FAIL_ON[policy.fail_on], vm.azure
    if azure and azure.objection and threshold is not None:
        # Backup does not work if the service refuses it. Existing protection is only a sign.
        verdict = Verdict.APPLIES if azure.is_refused else Verdict.POSSIBLE
        if verdict >= threshold:
            return True
    return any(_cause_fails(vm, cause, report, policy) for cause in vm.causes)


def _cause_fails(vm: JudgedVm, cause: CauseVerdict, report: Decidable, policy: Policy) -> bool:
    """True if a cause reaches its threshold, is not waived and is not in the baseline."""
    threshold = FAIL_ON[policy.per_cause.get(cause.cause, policy.fail_on)]
    if threshold is None or cause.verdict < threshold:
        return False
    if report.waived.find(vm.vm, cause.cause):
        return False
    return policy.baseline is None or policy.baseline.is_new(vm.vm.id, cause)
