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

CATALOGUE = load()
GAP = gap("disks")


def stands(told: str) -> CauseVerdict:
    """``applies``, ``unknown (denied)``, … of one cause."""
    name, _, reason = told.rstrip(")").partition(" (")
    verdict = Verdict[name.upper().replace("-", "_")]
    unseen = gap("agent", Reason(reason)) if reason else None
    one = AttributedFinding("some", Finding(verdict, "So it is.", gap=unseen))
    return CauseVerdict("linux-agent-outdated", verdict, Reason(reason) if reason else None, (one,))


def report(verdicts: Sequence[str], *, gaps: bool = False, interrupted: bool = False) -> Report:
    """One VM per verdict."""
    return make_report(
        CATALOGUE,
        CATALOGUE.edition("current"),
        ScopeSummary({}, (), 0, 0),
        [JudgedVm(Vm(VM_ID), (stands(each),)) for each in verdicts],
        [GAP] if gaps else [],
        (SEEN_AT, SEEN_AT),
        interrupted=interrupted,
    )


WELL = ["clear", "not-applicable", "unknown (not-running)", "unknown (guest-only)"]
ALL = ["applies", "possible", "unknown (denied)", "clear"]


@pytest.mark.parametrize("allow_empty", [False, True])
@pytest.mark.parametrize(
    ("verdicts", "gaps", "fail_on", "code"),
    [
        (WELL, False, "applies", 0),
        (WELL, False, "possible", 0),
        (WELL, False, "unknown", 1),
        (WELL, False, "never", 0),
        (WELL, True, "applies", 3),
        (["clear"], False, "unknown", 0),
        (["applies"], False, "applies", 1),
        (["applies"], False, "possible", 1),
        (["applies"], False, "unknown", 1),
        (["applies"], False, "never", 0),
        (["applies"], True, "applies", 1),
        (["applies"], True, "never", 3),
        (["possible"], False, "applies", 0),
        (["possible"], False, "possible", 1),
        (["possible"], True, "applies", 3),
        (["possible"], True, "possible", 1),
        (["unknown (denied)"], False, "applies", 3),
        (["unknown (failed)"], False, "applies", 3),
        (["unknown (not-recorded)"], False, "possible", 3),
        (["unknown (denied)"], False, "unknown", 1),
        (["unknown (denied)"], False, "never", 3),
        (ALL, True, "applies", 1),
        (ALL, True, "never", 3),
        ([], True, "applies", 3),
        ([], True, "never", 3),
    ],
)
def test_exit_code(
    verdicts: list[str], gaps: bool, fail_on: str, code: int, allow_empty: bool
) -> None:
    decision = decide(report(verdicts, gaps=gaps), Policy(fail_on), allow_empty=allow_empty)
    assert decision.code == code
    assert decision.why


@pytest.mark.parametrize("fail_on", FAIL_ON)
@pytest.mark.parametrize(("allow_empty", "code"), [(False, 4), (True, 0)])
def test_empty(fail_on: str, allow_empty: bool, code: int) -> None:
    assert decide(report([]), Policy(fail_on), allow_empty=allow_empty).code == code


@pytest.mark.parametrize("fail_on", FAIL_ON)
@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("verdicts", [[], ["clear"], ["applies"]])
def test_interrupted(verdicts: list[str], gaps: bool, fail_on: str) -> None:
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
)
def test_says_why(verdicts: list[str], fail_on: str, why: str) -> None:
    assert decide(report(verdicts), Policy(fail_on), allow_empty=False).why == why


OLD = Baseline("", {(VM_ID, "linux-agent-outdated"): Verdict.APPLIES}, {})
WAIVER = Waiver("linux-agent-outdated", "known", "ops", date(2099, 1, 1), scope="/subscriptions")


@pytest.mark.parametrize("interrupted", [False, True])
@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("waived", [False, True])
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("verdict", ["applies", "possible", "unknown (denied)", "clear", None])
def test_all_together(
    verdict: str | None, known: bool, waived: bool, gaps: bool, interrupted: bool
) -> None:
    """Findings, unknowns, a baseline, waivers, gaps, an empty scope and an interruption."""
    one = report([verdict] if verdict else [], gaps=gaps, interrupted=interrupted)
    if waived and verdict in ("applies", "possible"):
        one = replace(one, waived=Waived({(VM_ID, "linux-agent-outdated"): WAIVER}))
    incomplete = gaps or verdict == "unknown (denied)"
    counts = verdict == "applies" and not waived and not known
    expected = 1 if counts else 3 if incomplete else 4 if verdict is None else 0
    policy = Policy("applies", baseline=OLD if known else None)
    decision = decide(one, policy, allow_empty=False)
    assert decision.code == (130 if interrupted else expected)
