"""From a report to an exit code, the same whatever the format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from scanner.catalogue.text import counted, nearest
from scanner.errors import UsageError
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
"""The least verdict that makes exit code 1, by the word ``--fail-on`` takes."""


@dataclass(frozen=True)
class Decision:
    """The exit code and why, in words."""

    code: Exit
    why: str


class Decidable(Protocol):
    """What is decided on: a report has it all."""

    @property
    def vms(self) -> Sequence[JudgedVm]:
        """The VMs with their verdicts."""

    @property
    def gaps(self) -> Sequence[Gap]:
        """What could not be read."""

    @property
    def asked(self) -> ScopeSummary:
        """The scope."""

    @property
    def waived(self) -> Waived:
        """Findings that do not count."""

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
    """An older report: what it has already does not count."""


def parse_fail_on(words: Sequence[str], causes: Sequence[str]) -> Policy:
    """A policy from ``VERDICT`` and ``CAUSE=VERDICT``; raises ``UsageError``."""
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


def decide(report: Decidable, policy: Policy, *, allow_empty: bool) -> Decision:
    """The exit code: findings before gaps, gaps before an empty scope; waived ones never count."""
    if report.interrupted:
        return Decision(Exit.INTERRUPTED, "interrupted; the report holds what was read until then")
    hit = sum(_fails(vm, report, policy) for vm in report.vms)
    fail_on = f"{policy.fail_on!r}"
    if policy.per_cause:
        others = ", ".join(f"{cause}={verdict}" for cause, verdict in policy.per_cause.items())
        fail_on += f" ({others})"
    if hit:
        new = " are new," if policy.baseline else ""
        count = counted(len(report.vms), "VM")
        return Decision(Exit.FINDINGS, f"{hit} of {count}{new} at or above {fail_on}")
    if report.is_precheck and any(vm.readiness is Readiness.CANNOT_TELL for vm in report.vms):
        return Decision(Exit.INCOMPLETE, "of some VMs it cannot be told whether they are ready")
    if report.gaps:
        return Decision(Exit.INCOMPLETE, f"{counted(len(report.gaps), 'thing')} could not be read")
    if not report.vms and not allow_empty:
        left = report.asked.by_protection
        by = f" that is asked for: {counted(left, 'VM')} left out by protection" if left else ""
        return Decision(Exit.EMPTY, f"the scope holds no VM{by}")
    what = "nothing new" if policy.baseline else "nothing"
    return Decision(Exit.OK, f"{what} at or above {fail_on} on {counted(len(report.vms), 'VM')}")


def _fails(vm: JudgedVm, report: Decidable, policy: Policy) -> bool:
    threshold, azure = FAIL_ON[policy.fail_on], vm.azure
    if azure and azure.objection and threshold is not None:
        # What the service refuses does not work; what it has protected already is a sign.
        said = Verdict.APPLIES if azure.is_refused else Verdict.POSSIBLE
        if said >= threshold:
            return True
    return any(_counts(vm, each, report, policy) for each in vm.causes)


def _counts(vm: JudgedVm, stands: CauseVerdict, report: Decidable, policy: Policy) -> bool:
    threshold = FAIL_ON[policy.per_cause.get(stands.cause, policy.fail_on)]
    if threshold is None or stands.verdict < threshold:
        return False
    if report.waived.of(vm.vm, stands.cause):
        return False
    return policy.baseline is None or policy.baseline.is_new(vm.vm.id, stands)
