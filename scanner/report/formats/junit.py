"""JUnit XML: a suite for each subscription; a case for each VM and cause, orphan, and gap."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.gate.decision import GapDecision
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.orphans import JudgedOrphan
from scanner.judging.verdict import CauseVerdict, cite_cause
from scanner.report.formats.junit_xml import Case, Result, document
from scanner.report.report import Report
from scanner.report.text import backup_notes, gap_subscription, orphan_text


def to_junit(report: Report) -> bytes:
    """``failure`` is what counts, ``error`` what was not read and counts.

    ``skipped`` is a finding, or something not read, that does not count, and what does not apply.
    """
    cases: dict[str, list[Case]] = {}
    for vm in report.vms:
        guid = vm.vm.id.subscription or "none"
        of_vm = cases.setdefault(guid, [])
        of_vm.extend(_test_case(vm, cause, report) for cause in vm.all_verdicts)
        if notes := backup_notes(vm):
            of_vm.append(_backup_case(vm, notes))
    for judged in report.orphans:
        cases.setdefault(judged.orphan.vm.subscription or "none", []).append(_orphan_case(judged))
    for decided in report.decision.gaps:
        cases.setdefault(gap_subscription(decided.gap) or "none", []).append(_gap_case(decided))
    return document(cases, report.scope.subscriptions)


def _test_case(vm: JudgedVm, cause: CauseVerdict, report: Report) -> Case:
    name, id_ = cause.cause, vm.vm.id.text
    # Most causes are clear. Their messages are not looked at.
    if cause.verdict is Verdict.CLEAR and not cause.notes:
        return Case(name, id_)
    message = cite_cause(cause, report.edition)
    one = report.decision.of(vm.vm.id, name)
    if one:
        mark = f"{one.mark}: " if one.mark else ""
        if one.counts:
            return Case(name, id_, Result("failure", f"{mark}{message}", str(cause.verdict)))
        return Case(name, id_, Result("skipped", f"{mark}{one.text}. {cause.verdict}: {message}"))
    if cause.verdict is Verdict.NOT_APPLICABLE:
        return Case(name, id_, Result("skipped", message))
    return Case(name, id_, out=(message,))


def _backup_case(vm: JudgedVm, notes: Sequence[str]) -> Case:
    """A case that passes and says what is to be said of the last backup."""
    return Case("last backup", vm.vm.id.text, out=tuple(notes))


def _orphan_case(judged: JudgedOrphan) -> Case:
    """A case for what Azure keeps of a VM that does not exist."""
    name, id_ = judged.cause.cause, judged.orphan.id.text
    if judged.verdict < Verdict.POSSIBLE:
        return Case(name, id_, out=(orphan_text(judged),))
    message = f"{orphan_text(judged)} Cost: {judged.cost}. Do: {judged.remedy}"
    return Case(name, id_, Result("skipped", f"does not count: {message}"))


def _gap_case(decided: GapDecision) -> Case:
    """A case for what could not be read, so that a suite that lost VMs does not pass."""
    gap = decided.gap
    result = Result("skipped", f"{decided.text}. {gap.remedy}")
    if decided.counts:
        result = Result("error", gap.remedy, f"unread ({gap.reason})")
    return Case(f"read {gap.fact}", gap.scope, result)
