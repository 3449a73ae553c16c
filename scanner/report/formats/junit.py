"""JUnit XML: a suite for each subscription; a case for each VM and cause, orphan, and gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from scanner.inventory.gap import Gap
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.orphans import JudgedOrphan
from scanner.judging.verdict import CauseVerdict, cite_cause
from scanner.report.escape import printable
from scanner.report.report import Report
from scanner.report.text import backup_notes, gap_subscription, orphan_text


def to_junit(report: Report) -> bytes:
    """``failure`` is a finding, ``error`` an unknown, ``skipped`` waived or not applicable."""
    cases: dict[str, list[TestCase]] = {}
    for vm in report.vms:
        guid = vm.vm.id.subscription or "none"
        cases.setdefault(guid, []).extend(_test_case(vm, cause, report) for cause in vm.causes)
        if notes := backup_notes(vm):
            cases[guid].append(_backup_case(vm, notes))
    for judged in report.orphans:
        cases.setdefault(judged.orphan.vm.subscription or "none", []).append(_orphan_case(judged))
    for gap in report.gaps:
        cases.setdefault(gap_subscription(gap) or "none", []).append(_gap_case(gap))
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
    tree = ElementTree.fromstring(root.tostring())  # type: ignore[no-untyped-call]  # noqa: S314
    # The schema of Jenkins has this total only on suites.
    tree.attrib.pop("skipped", None)
    text: bytes = ElementTree.tostring(tree, encoding="utf-8", xml_declaration=True)
    return text


def _test_case(vm: JudgedVm, cause: CauseVerdict, report: Report) -> TestCase:
    case = TestCase(cause.cause, printable(vm.vm.id.text), 0)
    message = printable(cite_cause(cause, report.edition))
    waiver = report.waived.find(vm.vm, cause.cause)
    if waiver:
        until = printable(f"waived until {waiver.expires}: {waiver.reason}")
        case.result = [skipped_case(f"{until}. {message}")]
    elif cause.verdict >= Verdict.POSSIBLE:
        case.result = [Failure(message, str(cause.verdict))]
    elif cause.verdict is Verdict.UNKNOWN:
        case.result = [Error(message, f"unknown ({cause.reason})")]
    elif cause.verdict is Verdict.NOT_APPLICABLE:
        case.result = [skipped_case(message)]
    elif cause.notes:
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
        message = printable(f"{orphan_text(judged)} Cost: {judged.cost}. Do: {judged.remedy}")
        case.result = [Failure(message, str(judged.verdict))]
    else:
        case.system_out = printable(orphan_text(judged))
    return case


def _gap_case(gap: Gap) -> TestCase:
    """A case for what could not be read, so that a suite that lost VMs does not pass."""
    case = TestCase(printable(f"read {gap.fact}"), printable(gap.scope), 0)
    case.result = [Error(printable(gap.remedy), f"unread ({gap.reason})")]
    return case


def skipped_case(reason: str) -> Skipped:
    """The result of a case that is skipped. The reason is text: not every schema has a message."""
    result = Skipped()
    result.text = reason
    return result
