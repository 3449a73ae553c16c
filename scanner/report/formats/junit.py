"""JUnit XML: a suite for each subscription; a case for each VM and cause, orphan, and gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from scanner.gate.decision import GapDecision
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.orphans import JudgedOrphan
from scanner.judging.verdict import CauseVerdict, cite_cause
from scanner.report.formats.junit_xml import Case, Group, Result, document, one_case
from scanner.report.report import Report
from scanner.report.text import backup_notes, gap_subscription, orphan_text

# Each look-up of an enumeration's member costs as much as the comparison.
_CLEAR, _NOT_APPLICABLE = Verdict.CLEAR, Verdict.NOT_APPLICABLE


def to_junit(report: Report) -> bytes:
    """``failure`` is what counts, ``error`` what was not read and counts.

    ``skipped`` is a finding, or something not read, that does not count, and what does not apply.
    """
    return b"".join(junit_parts(report))


def junit_parts(report: Report) -> Iterator[bytes]:
    """The test cases in parts, a VM at a time."""
    suites: dict[str, _Suite] = {}

    def suite(guid: str | None) -> _Suite:
        return suites.setdefault(guid or "none", _Suite(report))

    for vm in report.vms:
        suite(vm.vm.id.subscription).vms.append(vm)
    for judged in report.orphans:
        suite(judged.orphan.vm.subscription).orphans.append(judged)
    for decided in report.decision.gaps:
        suite(gap_subscription(decided.gap)).gaps.append(decided)
    return document(suites, report.scope.subscriptions)


@dataclass
class _Suite:
    """The cases of one subscription, made anew by each iteration."""

    report: Report
    vms: list[JudgedVm] = field(default_factory=list)
    orphans: list[JudgedOrphan] = field(default_factory=list)
    gaps: list[GapDecision] = field(default_factory=list)

    def __iter__(self) -> Iterator[Group]:
        for vm in self.vms:
            yield _group(vm, self.report)
        for judged in self.orphans:
            yield one_case(judged.orphan.id.text, _orphan_case(judged))
        for decided in self.gaps:
            yield one_case(decided.gap.scope, _gap_case(decided))


def _group(vm: JudgedVm, report: Report) -> Group:
    notes = backup_notes(vm)
    verdicts = [cause.verdict for cause in vm.all_verdicts]
    decided = [report.decision.of(vm.vm.id, cause.cause) for cause in vm.all_shown]
    counting = [one.counts for one in decided if one]
    counts = {
        "tests": len(verdicts) + bool(notes),
        "failure": counting.count(True),
        "skipped": counting.count(False) + verdicts.count(_NOT_APPLICABLE),
    }
    return Group(vm.vm.id.text, counts, _cases(vm, notes, report))


def _cases(vm: JudgedVm, notes: Sequence[str], report: Report) -> Iterator[Case]:
    shown = {cause.cause for cause in vm.all_shown}
    for cause in vm.all_verdicts:
        # Most causes are clear. Their messages are not looked at.
        if cause.verdict is _CLEAR and cause.cause not in shown:
            yield _passed(cause.cause)
        else:
            yield _test_case(vm, cause, report)
    if notes:
        yield _backup_case(notes)


@cache
def _passed(name: str) -> Case:
    return Case(name)


def _test_case(vm: JudgedVm, cause: CauseVerdict, report: Report) -> Case:
    name, message = cause.cause, cite_cause(cause, report.edition)
    if cause.verdict <= _CLEAR:
        is_clear = cause.verdict is _CLEAR
        return Case(name, out=(message,)) if is_clear else Case(name, Result("skipped", message))
    one = report.decision.findings[vm.vm.id, name]
    mark = f"{one.mark}: " if one.mark else ""
    if one.counts:
        return Case(name, Result("failure", f"{mark}{message}", str(cause.verdict)))
    return Case(name, Result("skipped", f"{mark}{one.text}. {cause.verdict}: {message}"))


def _backup_case(notes: Sequence[str]) -> Case:
    """A case that passes and says what is to be said of the last backup."""
    return Case("last backup", out=tuple(notes))


def _orphan_case(judged: JudgedOrphan) -> Case:
    """A case for what Azure keeps of a VM that does not exist."""
    name = judged.cause.cause
    if judged.verdict < Verdict.POSSIBLE:
        return Case(name, out=(orphan_text(judged),))
    message = f"{orphan_text(judged)} Cost: {judged.cost}. Do: {judged.remedy}"
    return Case(name, Result("skipped", f"does not count: {message}"))


def _gap_case(decided: GapDecision) -> Case:
    """A case for what could not be read, so that a suite that lost VMs does not pass."""
    gap = decided.gap
    result = Result("skipped", f"{decided.text}. {gap.remedy}")
    if decided.counts:
        result = Result("error", gap.remedy, f"unread ({gap.reason})")
    return Case(f"read {gap.fact}", result)
