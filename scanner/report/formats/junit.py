"""JUnit XML: a suite a subscription, a case for each VM and cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.verdict import CauseVerdict, cite
from scanner.report.escape import visible
from scanner.report.report import Report


def to_junit(report: Report) -> bytes:
    """``failure`` is a finding, ``error`` an unknown, ``skipped`` waived or not applicable."""
    cases: dict[str, list[TestCase]] = {}
    for vm in report.vms:
        guid = vm.vm.id.subscription or "none"
        cases.setdefault(guid, []).extend(_case(vm, each, report) for each in vm.causes)
    return suites(cases, report.asked.subscriptions)


def suites(cases: Mapping[str, Sequence[TestCase]], names: Mapping[str, str]) -> bytes:
    """A document with a suite for each subscription, by GUID; ``names`` are theirs."""
    root = JUnitXml("backupscan")
    for guid in sorted(cases):
        # All at once: the library counts a suite anew whenever something is added.
        suite = TestSuite(visible(names.get(guid, guid)))
        suite.add_testcases(list(cases[guid]))
        root.add_testsuite(suite)
    root.update_statistics()  # type: ignore[no-untyped-call]  # the library leaves it bare
    told = ElementTree.fromstring(root.tostring())  # type: ignore[no-untyped-call]  # noqa: S314
    # The schema that Jenkins checks by has this total on suites alone.
    told.attrib.pop("skipped", None)
    text: bytes = ElementTree.tostring(told, encoding="utf-8", xml_declaration=True)
    return text


def _case(vm: JudgedVm, each: CauseVerdict, report: Report) -> TestCase:
    case = TestCase(each.cause, visible(vm.vm.id.text), 0)
    message = visible(cite(each.findings[0], report.edition))
    waiver = report.waived.of(vm.vm, each.cause)
    if waiver:
        until = visible(f"waived until {waiver.expires}: {waiver.reason}")
        case.result = [skipped(f"{until}. {message}")]
    elif each.verdict >= Verdict.POSSIBLE:
        case.result = [Failure(message, str(each.verdict))]
    elif each.verdict is Verdict.UNKNOWN:
        case.result = [Error(message, f"unknown ({each.reason})")]
    elif each.verdict is Verdict.NOT_APPLICABLE:
        case.result = [skipped(message)]
    return case


def skipped(why: str) -> Skipped:
    """With its reason as text: not every schema has an attribute for it."""
    told = Skipped()
    told.text = why
    return told
