"""JUnit XML: a suite for each subscription; a case for each VM and cause, orphan, and gap."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from scanner.gate.decision import GapDecision
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.orphans import JudgedOrphan
from scanner.judging.verdict import CauseVerdict, cite_cause
from scanner.report.escape import printable
from scanner.report.report import Report
from scanner.report.text import backup_notes, gap_subscription, orphan_text

_DECLARATION = b"<?xml version='1.0' encoding='utf-8'?>\n"
_TOTAL = re.compile(rb'(<testsuites[^>]*?) skipped="\d+"')


def to_junit(report: Report) -> bytes:
    """``failure`` is what counts, ``error`` what was not read and counts.

    ``skipped`` is a finding, or something not read, that does not count, and what does not apply.
    """
    cases: dict[str, list[TestCase]] = {}
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


def document(cases: Mapping[str, Sequence[TestCase]], names: Mapping[str, str]) -> bytes:
    """A document with a suite for each subscription. Cases and names are by GUID."""
    root = JUnitXml("backupscan")
    for guid in sorted(cases):
        # All at once: the library counts the whole suite each time that a case is added.
        suite = TestSuite(printable(names.get(guid, guid)))
        suite.add_testcases(list(cases[guid]))
        root.add_testsuite(suite)
    root.update_statistics()  # type: ignore[no-untyped-call]  # the library has no type for it
    text: bytes = root.tostring()  # type: ignore[no-untyped-call]
    # The schema of Jenkins has this total only on suites. Parsing it again takes as long as all.
    return _DECLARATION + _TOTAL.sub(rb"\1", text, count=1)


def _test_case(vm: JudgedVm, cause: CauseVerdict, report: Report) -> TestCase:
    case = TestCase(cause.cause, printable(vm.vm.id.text), 0)
    if cause.verdict is Verdict.CLEAR and not cause.notes:
        return case
    message = printable(cite_cause(cause, report.edition))
    one = report.decision.of(vm.vm.id, cause.cause)
    if one:
        mark = f"{one.mark}: " if one.mark else ""
        if one.counts:
            case.result = [Failure(f"{mark}{message}", str(cause.verdict))]
        else:
            case.result = [skipped_case(printable(f"{mark}{one.text}. {cause.verdict}: {message}"))]
    elif cause.verdict is Verdict.NOT_APPLICABLE:
        case.result = [skipped_case(message)]
    else:
        case.system_out = message
    return case


def _backup_case(vm: JudgedVm, notes: Sequence[str]) -> TestCase:
    """A case that passes and says what is to be said of the last backup."""
    case = TestCase("last backup", printable(vm.vm.id.text), 0)
    case.system_out = "\n".join(map(printable, notes))
    return case


def _orphan_case(judged: JudgedOrphan) -> TestCase:
    """A case for what Azure keeps of a VM that does not exist."""
    case = TestCase(judged.cause.cause, printable(judged.orphan.id.text), 0)
    if judged.verdict >= Verdict.POSSIBLE:
        message = f"{orphan_text(judged)} Cost: {judged.cost}. Do: {judged.remedy}"
        case.result = [skipped_case(printable(f"does not count: {message}"))]
    else:
        case.system_out = printable(orphan_text(judged))
    return case


def _gap_case(decided: GapDecision) -> TestCase:
    """A case for what could not be read, so that a suite that lost VMs does not pass."""
    gap = decided.gap
    case = TestCase(printable(f"read {gap.fact}"), printable(gap.scope), 0)
    if decided.counts:
        case.result = [Error(printable(gap.remedy), f"unread ({gap.reason})")]
    else:
        case.result = [skipped_case(printable(f"{decided.text}. {gap.remedy}"))]
    return case


def skipped_case(reason: str) -> Skipped:
    """The result of a case that is skipped. The reason is text: not every schema has a message."""
    result = Skipped()
    result.text = reason
    return result
