"""From a report to an exit code."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from scanner.catalogue import load
from scanner.gate.baseline import Baseline
from scanner.gate.decision import FAIL_ON, Policy, decide
from scanner.gate.waivers import Waived, Waiver
from scanner.inventory.gap import Reason
from scanner.inventory.scope import ScopeSummary
from scanner.inventory.vm import Vm
from scanner.judging.check import Finding, Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.verdict import AttributedFinding, CauseVerdict
from scanner.report.report import Report, make_report
from tests.support.facts import SEEN_AT, VM_ID, gap
from tests.support.ids import words

CATALOGUE = load()
GAP = gap("disks")


def cause_verdict(text: str) -> CauseVerdict:
    """The verdict of one cause from ``applies``, ``unknown (denied)``, …"""
    name, _, reason = text.rstrip(")").partition(" (")
    verdict = Verdict[name.upper().replace("-", "_")]
    unseen = gap("agent", Reason(reason)) if reason else None
    one = AttributedFinding("some", Finding(verdict, "It is so.", gap=unseen))
    return CauseVerdict("linux-agent-outdated", verdict, Reason(reason) if reason else None, (one,))


def report(verdicts: Sequence[str], *, gaps: bool = False, interrupted: bool = False) -> Report:
    """A report on one VM per verdict."""
    return make_report(
        CATALOGUE,
        CATALOGUE.edition("current"),
        ScopeSummary({}, (), 0, 0),
        [JudgedVm(Vm(VM_ID), (cause_verdict(text),)) for text in verdicts],
        [GAP] if gaps else [],
        (SEEN_AT, SEEN_AT),
        interrupted=interrupted,
    )


NO_SIGN = ["clear", "not-applicable", "unknown (not-running)", "unknown (guest-only)"]
COMPLETE, INCOMPLETE = "complete", "incomplete"
EVERY_KIND = ["applies", "possible", "unknown (denied)", "clear"]


@pytest.mark.parametrize("allow_empty", [False, True], ids=["empty is 4", "empty is 0"])
@pytest.mark.parametrize(
    ("verdicts", "reading", "fail_on", "code"),
    [
        (NO_SIGN, COMPLETE, "applies", 0),
        (NO_SIGN, COMPLETE, "possible", 0),
        (NO_SIGN, COMPLETE, "unknown", 1),
        (NO_SIGN, COMPLETE, "never", 0),
        (NO_SIGN, INCOMPLETE, "applies", 3),
        (["clear"], COMPLETE, "unknown", 0),
        (["applies"], COMPLETE, "applies", 1),
        (["applies"], COMPLETE, "possible", 1),
        (["applies"], COMPLETE, "unknown", 1),
        (["applies"], COMPLETE, "never", 0),
        (["applies"], INCOMPLETE, "applies", 1),
        (["applies"], INCOMPLETE, "never", 3),
        (["possible"], COMPLETE, "applies", 0),
        (["possible"], COMPLETE, "possible", 1),
        (["possible"], INCOMPLETE, "applies", 3),
        (["possible"], INCOMPLETE, "possible", 1),
        (["unknown (denied)"], COMPLETE, "applies", 3),
        (["unknown (failed)"], COMPLETE, "applies", 3),
        (["unknown (not-recorded)"], COMPLETE, "possible", 3),
        (["unknown (denied)"], COMPLETE, "unknown", 1),
        (["unknown (denied)"], COMPLETE, "never", 3),
        (EVERY_KIND, INCOMPLETE, "applies", 1),
        (EVERY_KIND, INCOMPLETE, "never", 3),
        ([], INCOMPLETE, "applies", 3),
        ([], INCOMPLETE, "never", 3),
    ],
    ids=words,
)
def test_exit_code(
    verdicts: list[str], reading: str, fail_on: str, code: int, allow_empty: bool
) -> None:
    of = report(verdicts, gaps=reading == INCOMPLETE)
    decision = decide(of, Policy(fail_on), allow_empty=allow_empty)
    assert decision.code == code
    assert decision.why


@pytest.mark.parametrize("fail_on", FAIL_ON)
@pytest.mark.parametrize(
    ("allow_empty", "code"), [(False, 4), (True, 0)], ids=["empty is 4", "empty is 0"]
)
def test_an_empty_scope(fail_on: str, allow_empty: bool, code: int) -> None:
    assert decide(report([]), Policy(fail_on), allow_empty=allow_empty).code == code


@pytest.mark.parametrize("fail_on", FAIL_ON)
@pytest.mark.parametrize("gaps", [False, True], ids=[COMPLETE, INCOMPLETE])
@pytest.mark.parametrize("verdicts", [[], ["clear"], ["applies"]], ids=words)
def test_an_interrupted_scan(verdicts: list[str], gaps: bool, fail_on: str) -> None:
    stopped = report(verdicts, gaps=gaps, interrupted=True)
    assert decide(stopped, Policy(fail_on), allow_empty=True).code == 130
    assert not stopped.complete


@pytest.mark.parametrize(
    ("verdicts", "fail_on", "why"),
    [
        (["applies", "clear"], "applies", "1 of 2 VMs at or above 'applies'"),
        (["clear"], "possible", "nothing at or above 'possible' on 1 VM"),
        (["applies"], "never", "no finding gates on 1 VM (--fail-on never)"),
        ([], "applies", "the scope holds no VM"),
    ],
    ids=words,
)
def test_the_decision_has_its_reason(verdicts: list[str], fail_on: str, why: str) -> None:
    assert decide(report(verdicts), Policy(fail_on), allow_empty=False).why == why


OLD = Baseline("", {(VM_ID, "linux-agent-outdated"): Verdict.APPLIES}, {})
WAIVER = Waiver("linux-agent-outdated", "known", "ops", date(2099, 1, 1), scope="/subscriptions")


@pytest.mark.parametrize("interrupted", [False, True], ids=["ended", "interrupted"])
@pytest.mark.parametrize("gaps", [False, True], ids=[COMPLETE, INCOMPLETE])
@pytest.mark.parametrize("waived", [False, True], ids=["not waived", "waived"])
@pytest.mark.parametrize("known", [False, True], ids=["new", "in the baseline"])
@pytest.mark.parametrize("verdict", ["applies", "possible", "unknown (denied)", "clear", None])
def test_everything_that_decides_together(
    verdict: str | None, known: bool, waived: bool, gaps: bool, interrupted: bool
) -> None:
    """A finding, an unknown, a baseline, a waiver, a gap, an empty scope and an interruption."""
    one = report([verdict] if verdict else [], gaps=gaps, interrupted=interrupted)
    if waived and verdict in ("applies", "possible"):
        one = replace(one, waived=Waived({(VM_ID, "linux-agent-outdated"): WAIVER}))
    incomplete = gaps or verdict == "unknown (denied)"
    counts = verdict == "applies" and not waived and not known
    expected = 1 if counts else 3 if incomplete else 4 if verdict is None else 0
    policy = Policy("applies", baseline=OLD if known else None)
    decision = decide(one, policy, allow_empty=False)
    assert decision.code == (130 if interrupted else expected)
