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
from scanner.report.formats.junit_xml import Case, Group, Kind, Result, document, one_case
from scanner.report.report import Report
from scanner.report.text import backup_notes, gap_subscription, orphan_text


def to_junit(report: Report) -> bytes:
    """``failure`` is what counts, ``error`` what was not read and counts.

    ``skipped`` is a finding, or something not read, that does not count, and what does not apply.
    """
    return b"".join(junit_parts(report))


def junit_parts(report: Report) -> Iterator[bytes]:
    """The same in parts, a VM at a time."""
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
    kinds = [_kind(vm, cause, report) for cause in vm.all_verdicts]
    notes = backup_notes(vm)
    cases = _cases(vm, kinds, notes, report)
    return Group(vm.vm.id.text, [*kinds, None] if notes else kinds, cases)


def _kind(vm: JudgedVm, cause: CauseVerdict, report: Report) -> Kind | None:
    if cause.verdict <= Verdict.CLEAR:
        return None if cause.verdict is Verdict.CLEAR else "skipped"
    one = report.decision.of(vm.vm.id, cause.cause)
    return "failure" if one and one.counts else "skipped"


def _cases(
    vm: JudgedVm, kinds: Sequence[Kind | None], notes: Sequence[str], report: Report
) -> Iterator[Case]:
    shown = {cause.cause for cause in vm.all_shown}
    for cause, kind in zip(vm.all_verdicts, kinds, strict=True):
        # Most causes are clear. Their messages are not looked at.
        if kind is None and cause.cause not in shown:
            yield _passed(cause.cause)
        else:
            yield _test_case(vm, cause, kind, report)
    if notes:
        yield _backup_case(notes)


@cache
def _passed(name: str) -> Case:
    return Case(name)


def _test_case(vm: JudgedVm, cause: CauseVerdict, kind: Kind | None, report: Report) -> Case:
    name, message = cause.cause, cite_cause(cause, report.edition)
    if kind is None:
        return Case(name, out=(message,))
    one = report.decision.of(vm.vm.id, name)
    if one is None:
        return Case(name, Result(kind, message))
    mark = f"{one.mark}: " if one.mark else ""
    if one.counts:
        return Case(name, Result(kind, f"{mark}{message}", str(cause.verdict)))
    return Case(name, Result(kind, f"{mark}{one.text}. {cause.verdict}: {message}"))


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
