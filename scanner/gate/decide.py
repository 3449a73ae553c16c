"""From a report and a policy to the decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from scanner.catalogue.text import counted, unread_text
from scanner.gate.change import Change, change_of
from scanner.gate.decision import (
    Accepting,
    Decision,
    Exit,
    FindingDecision,
    GapDecision,
    Past,
    WhyNot,
)
from scanner.gate.policy import Policy
from scanner.gate.waivers import Waiver
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap
from scanner.inventory.scope import ScopeSummary
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.orphans import JudgedOrphan
from scanner.judging.readiness import Readiness
from scanner.judging.verdict import CauseVerdict


class Decidable(Protocol):
    """What is decided on. A report is one."""

    @property
    def vms(self) -> Sequence[JudgedVm]:
        """The VMs with their verdicts."""

    @property
    def orphans(self) -> Sequence[JudgedOrphan]:
        """What Azure keeps of VMs that do not exist. It never counts."""

    @property
    def gaps(self) -> Sequence[Gap]:
        """What could not be read."""

    @property
    def scope(self) -> ScopeSummary:
        """What the scan looked at."""

    @property
    def interrupted(self) -> bool:
        """True if the scan did not reach its end."""

    @property
    def is_precheck(self) -> bool:
        """True if the VMs are judged before backup is turned on."""

    def will_be_backed_up(self, vm: ArmId) -> bool:
        """True if a VM is judged because it is to be backed up."""

    @property
    def finished_at(self) -> datetime:
        """The time by which waivers expire (UTC)."""


def decide(report: Decidable, policy: Policy) -> Decision:
    """The decision. Findings outrank gaps, gaps outrank an empty scope."""
    today = report.finished_at.date()
    waivers = tuple(waiver for waiver in policy.waivers if waiver.expires >= today)
    accepting: tuple[Accepting, ...] = (*policy.allowed, *waivers)
    gaps = tuple(GapDecision(gap, _accepted(gap, accepting)) for gap in report.gaps)
    accepted = {one.gap.key: one.accepted for one in gaps if one.accepted}
    decided = [
        _decide_finding(vm, cause, policy, waivers, accepted, is_counted)
        for vm in report.vms
        for is_counted in (_is_counted(vm, report, policy),)
        for cause in vm.all_shown
        if cause.verdict >= Verdict.UNKNOWN
    ]
    used = {id(one.waiver) for one in decided} | {id(by) for by in accepted.values()}
    unused = (by for by in accepting if id(by) not in used)
    undecided = Decision(
        Exit.OK,
        "",
        policy,
        {(one.vm, one.cause): one for one in decided},
        gaps,
        _past(report, policy),
        tuple(by for by in unused if not _covers_any(by, report)),
        tuple(waiver for waiver in policy.waivers if waiver.expires < today),
    )
    code, why = _code(report, undecided, frozenset(accepted))
    parts = (why, _not_backed_up_text(undecided, code), _unread_text(undecided))
    if code is Exit.INCOMPLETE:
        # What was not read is the reason.
        parts = (parts[0], parts[2], parts[1])
    return replace(undecided, code=code, why="; ".join(filter(None, parts)))


def _is_counted(vm: JudgedVm, report: Decidable, policy: Policy) -> bool:
    """True if findings of a VM can count."""
    is_backed_up = not vm.is_without_backup or report.will_be_backed_up(vm.vm.id)
    return policy.count == "all" or is_backed_up


def _covers_any(by: Accepting, report: Decidable) -> bool:
    """True if it covers something, also if another one covers it first."""
    if any(by.covers_gap(gap) for gap in report.gaps):
        return True
    return isinstance(by, Waiver) and any(
        cause.verdict >= Verdict.POSSIBLE and by.covers_finding(vm.vm, cause.cause)
        for vm in report.vms
        for cause in vm.all_shown
    )


def _accepted(gap: Gap, accepting: Iterable[Accepting]) -> Accepting | None:
    """What accepts a gap. None if nothing does."""
    for by in accepting:
        if by.covers_gap(gap):
            return by
    return None


def _decide_finding(
    vm: JudgedVm,
    cause: CauseVerdict,
    policy: Policy,
    waivers: Sequence[Waiver],
    accepted: Mapping[tuple[str, str], Accepting],
    is_counted: bool,
) -> FindingDecision:
    """Whether a verdict counts. ``accepted`` are accepted gaps, ``is_counted`` is of the VM."""
    id_, threshold = vm.vm.id, policy.threshold(cause.cause)
    is_found = cause.verdict >= Verdict.POSSIBLE
    by = _waiver_of(vm, cause, waivers) if is_found else _accepted_unknown(cause, accepted)
    before = policy.baseline.verdicts.get((id_, cause.cause)) if policy.baseline else None
    change = None
    if policy.baseline and is_found:
        change = change_of(before, cause.verdict, was_read=True)
    why_not = None
    if threshold is None or cause.verdict < threshold:
        why_not = WhyNot.BELOW if is_found else WhyNot.NOT_JUDGED
    elif by:
        why_not = WhyNot.WAIVED
    elif not is_counted:
        why_not = WhyNot.NOT_BACKED_UP
    elif policy.new_only and _was_as_bad(before, cause.verdict):
        why_not = WhyNot.OLD
    return FindingDecision(id_, cause.cause, cause.verdict, why_not, by, change, before)


def _was_as_bad(before: Verdict | None, now: Verdict) -> bool:
    return before is not None and before >= now


def _waiver_of(vm: JudgedVm, cause: CauseVerdict, waivers: Sequence[Waiver]) -> Waiver | None:
    """The first waiver of a finding."""
    return next((one for one in waivers if one.covers_finding(vm.vm, cause.cause)), None)


def _accepted_unknown(
    cause: CauseVerdict, accepted: Mapping[tuple[str, str], Accepting]
) -> Accepting | None:
    """What accepts an unknown verdict: all gaps behind it are accepted."""
    gaps = [one.finding.gap for one in cause.findings]
    found = [accepted.get(gap.key) for gap in gaps if gap and gap.reason.is_missing]
    return found[0] if found and all(found) else None


def _past(report: Decidable, policy: Policy) -> tuple[Past, ...]:
    """What the baseline has and this report does not, by VM and cause."""
    baseline = policy.baseline
    if baseline is None:
        return ()
    seen = {vm.vm.id for vm in report.vms}
    now = {(vm.vm.id, cause.cause): cause.verdict for vm in report.vms for cause in vm.all_verdicts}
    now |= {(one.orphan.id, one.cause.cause): one.verdict for one in report.orphans}
    was_read = baseline.covers_absent and not report.gaps and not report.interrupted
    scanned = report.scope.subscriptions
    found = []
    for (vm, cause), before in sorted(baseline.verdicts.items()):
        is_scanned = (vm.subscription or "").lower() in scanned
        if baseline.only_scanned and not is_scanned:
            continue
        # A cause that a VM of the report lacks was not judged.
        is_gone = was_read and vm not in seen and is_scanned
        change = change_of(before, now.get((vm, cause)), was_read=is_gone)
        if change in (Change.FIXED, Change.UNSEEN):
            found.append(Past(vm, cause, before, change))
    return tuple(found)


def _code(
    report: Decidable, decided: Decision, accepted: frozenset[tuple[str, str]]
) -> tuple[Exit, str]:
    """The exit code. Its reason is empty if it is what was not read."""
    policy = decided.policy
    if report.interrupted:
        return Exit.INTERRUPTED, "interrupted; the report holds what was read until then"
    vms = counted(len(report.vms), "VM")
    if decided.counting:
        new = " newly" if policy.new_only else ""
        return (
            Exit.FINDINGS,
            f"{len(decided.failing):,} of {vms}{new} at or above {policy.thresholds}",
        )
    if report.is_precheck and any(_cannot_tell(vm, accepted) for vm in report.vms):
        return Exit.INCOMPLETE, "readiness of some VMs is unknown"
    if decided.unread:
        return Exit.INCOMPLETE, ""
    if not report.vms and not policy.allow_empty:
        by_protection = report.scope.by_protection
        note = f" to look at: {counted(by_protection, 'VM')} left out by protection"
        return Exit.EMPTY, f"the scope holds no VM{note if by_protection else ''}"
    if not policy.thresholds:
        return Exit.OK, f"no finding gates on {vms} (--fail-on never)"
    what = "nothing new" if policy.new_only else "nothing"
    return Exit.OK, f"{what} at or above {policy.thresholds} on {vms}"


def _not_backed_up_text(decided: Decision, code: Exit) -> str:
    """How many VMs would count if they were backed up. Empty for none."""
    if code not in (Exit.OK, Exit.FINDINGS, Exit.INCOMPLETE):
        return ""
    left_out = {
        one.vm for one in decided.findings.values() if one.why_not is WhyNot.NOT_BACKED_UP
    } - decided.failing
    if not left_out:
        return ""
    verb = "does" if len(left_out) == 1 else "do"
    return f"{counted(len(left_out), 'VM')} without backup {verb} not count (--count all)"


def _cannot_tell(vm: JudgedVm, accepted: frozenset[tuple[str, str]]) -> bool:
    """True if the readiness of a VM is unknown, and not for accepted gaps alone."""
    if vm.readiness is not Readiness.CANNOT_TELL:
        return False
    return not vm.gaps or any(gap.key not in accepted for gap in vm.gaps)


def _unread_text(decided: Decision) -> str:
    """How much was not read, and how much of it is accepted. Empty if all was read."""
    if not decided.gaps:
        return ""
    accepted = len(decided.gaps) - len(decided.unread)
    note = f" ({accepted:,} accepted)" if accepted else ""
    return f"{unread_text(len(decided.gaps))}{note}"
