"""The one decision: what counts, the exit code, and the same set of findings in every format.

The exit codes and their order are those of the README.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import get_args

import pytest
from msgspec.structs import replace as replace_struct

from scanner.gate.baseline import Baseline
from scanner.gate.change import Change, change_of
from scanner.gate.decide import decide
from scanner.gate.decision import WhyNot
from scanner.gate.incomplete import AllowedGap
from scanner.gate.policy import FAIL_ON, Count, Policy
from scanner.gate.waivers import Waiver
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap
from scanner.judging.check import Verdict
from tests.support.facts import GROUP, VM_ID, gap
from tests.support.gates import (
    CAUSE,
    COUNTING_IN,
    LAST_DAY,
    Case,
    baseline_of,
    errors_in_junit,
    report_on,
)
from tests.support.ids import words

VERDICTS = ("applies", "possible", "unknown (denied)", "unknown (not-running)", "clear")
EVERY_CASE = [
    Case(*values)
    for values in product(
        VERDICTS,
        ("protected", "unprotected", "unread"),
        (False, True),
        (None, "clear", "possible", "applies"),
    )
]
POLICIES = [
    Policy(fail_on, count=count, new_only=new_only)
    for fail_on, count, new_only in product(FAIL_ON, get_args(Count), (False, True))
]


def policy_id(policy: Policy) -> str:
    words = (policy.thresholds, policy.count, "new only" if policy.new_only else "")
    return ", ".join(filter(None, words)).replace("'", "") or "never"


def why_not(case: Case, policy: Policy) -> WhyNot | None:
    """What the README says of one finding, in its order."""
    threshold = FAIL_ON[policy.fail_on]
    if threshold is None or case.worst < threshold:
        is_unknown = case.worst is Verdict.UNKNOWN
        return WhyNot.NOT_JUDGED if is_unknown else WhyNot.BELOW
    if case.waived and case.worst >= Verdict.POSSIBLE:
        return WhyNot.WAIVED
    if case.protection == "unprotected" and policy.count == "protected":
        return WhyNot.NOT_BACKED_UP
    if policy.new_only and case.was is not None and case.was >= case.worst:
        return WhyNot.OLD
    return None


@pytest.mark.parametrize("policy", POLICIES, ids=policy_id)
def test_what_counts(policy: Policy) -> None:
    """Verdict, protection, waiver and baseline, under every threshold."""
    waivers = tuple(case.waiver for case in EVERY_CASE if case.waived)
    policy = replace(policy, baseline=baseline_of(EVERY_CASE), waivers=waivers)
    decision = report_on(EVERY_CASE, policy).decision
    for case in EVERY_CASE:
        one = decision.of(case.id, CAUSE)
        if case.worst < Verdict.UNKNOWN:
            assert one is None
        else:
            assert one
            assert (case, one.why_not) == (case, why_not(case, policy))
    counting = {case.id for case in EVERY_CASE if decision.of(case.id, CAUSE) is not None}
    counting = {id_ for id_ in counting if decision.findings[id_, CAUSE].counts}
    assert decision.failing == counting
    assert (decision.code == 1) is bool(counting)


FEW = [
    Case("applies"),
    Case("applies", before="applies"),
    Case("applies", before="possible"),
    Case("applies", "unprotected"),
    Case("applies", "unread"),
    Case("applies", waived=True),
    Case("possible"),
    Case("possible", before="applies"),
    Case("possible", "unprotected"),
    Case("unknown (not-running)"),
    Case("clear", before="applies"),
    Case("clear"),
]
SHOWN = [
    Policy(),
    Policy(count="all"),
    Policy("possible"),
    Policy("unknown"),
    Policy("never"),
    Policy("never", {CAUSE: "possible"}),
    Policy("possible", {CAUSE: "never"}),
    Policy(new_only=True),
    Policy("possible", count="all", new_only=True),
]


@pytest.mark.parametrize("policy", SHOWN, ids=policy_id)
def test_every_format_shows_the_same(policy: Policy) -> None:
    waivers = tuple(case.waiver for case in FEW if case.waived)
    policy = replace(policy, baseline=baseline_of(FEW), waivers=waivers)
    report = report_on(FEW, policy, gap("locks"), gap("disks"))
    counting = {(one.vm.name, one.cause) for one in report.decision.counting}
    for name, found in COUNTING_IN.items():
        assert (name, found(report)) == (name, counting)


def test_every_format_of_a_report_without_a_finding_that_counts() -> None:
    report = report_on([Case("clear"), Case("applies", "unprotected")], Policy())
    assert all(found(report) == set() for found in COUNTING_IN.values())


NO_SIGN = ["clear", "not-applicable", "unknown (not-running)", "unknown (guest-only)"]
WHOLE, PART = "all was read", "part was read"
EVERY_KIND = ["applies", "possible", "unknown (denied)", "clear"]


@pytest.mark.parametrize("allow_empty", [False, True], ids=["empty is 4", "empty is 0"])
@pytest.mark.parametrize(
    ("verdicts", "reading", "fail_on", "code"),
    [
        (NO_SIGN, WHOLE, "applies", 0),
        (NO_SIGN, WHOLE, "possible", 0),
        (NO_SIGN, WHOLE, "unknown", 1),
        (NO_SIGN, WHOLE, "never", 0),
        (NO_SIGN, PART, "applies", 3),
        (["clear"], WHOLE, "unknown", 0),
        (["applies"], WHOLE, "applies", 1),
        (["applies"], WHOLE, "never", 0),
        (["applies"], PART, "applies", 1),
        (["applies"], PART, "never", 3),
        (["possible"], WHOLE, "applies", 0),
        (["possible"], WHOLE, "possible", 1),
        (["possible"], PART, "applies", 3),
        (["unknown (denied)"], WHOLE, "applies", 3),
        (["unknown (failed)"], WHOLE, "applies", 3),
        (["unknown (not-recorded)"], WHOLE, "possible", 3),
        (["unknown (denied)"], WHOLE, "unknown", 1),
        (["unknown (denied)"], WHOLE, "never", 3),
        (EVERY_KIND, PART, "applies", 1),
        (EVERY_KIND, PART, "never", 3),
        ([], PART, "applies", 3),
        ([], PART, "never", 3),
    ],
    ids=words,
)
def test_exit_code(
    verdicts: list[str], reading: str, fail_on: str, code: int, allow_empty: bool
) -> None:
    gaps = [gap("disks")] if reading == PART else []
    policy = Policy(fail_on, allow_empty=allow_empty)
    decision = report_on([Case(text) for text in verdicts], policy, *gaps).decision
    assert decision.code == code
    assert decision.why


@pytest.mark.parametrize("fail_on", FAIL_ON)
@pytest.mark.parametrize(
    ("allow_empty", "code"), [(False, 4), (True, 0)], ids=["empty is 4", "empty is 0"]
)
def test_an_empty_scope(fail_on: str, allow_empty: bool, code: int) -> None:
    assert report_on([], Policy(fail_on, allow_empty=allow_empty)).decision.code == code


@pytest.mark.parametrize("fail_on", FAIL_ON)
@pytest.mark.parametrize("gaps", [[], [gap("disks")]], ids=[WHOLE, PART])
@pytest.mark.parametrize("verdicts", [[], ["clear"], ["applies"]], ids=words)
def test_an_interrupted_scan(verdicts: list[str], gaps: list[Gap], fail_on: str) -> None:
    cases = [Case(text) for text in verdicts]
    stopped = report_on(cases, Policy(fail_on, allow_empty=True), *gaps, interrupted=True)
    assert stopped.decision.code == 130
    assert not stopped.complete


@pytest.mark.parametrize(
    ("cases", "policy", "why"),
    [
        (["applies", "clear"], Policy(), "1 of 2 VMs at or above 'applies'"),
        (["clear"], Policy("possible"), "nothing at or above 'possible' on 1 VM"),
        (["applies"], Policy("never"), "no finding gates on 1 VM (--fail-on never)"),
        ([], Policy(), "the scope holds no VM"),
        (
            ["applies"],
            Policy("never", {CAUSE: "applies"}),
            f"1 of 1 VM at or above {CAUSE}=applies",
        ),
    ],
    ids=words,
)
def test_the_decision_has_its_reason(cases: Sequence[str], policy: Policy, why: str) -> None:
    assert report_on([Case(text) for text in cases], policy).decision.why == why


def test_the_reason_names_vms_without_backup() -> None:
    cases = [Case("applies", "unprotected"), Case("clear")]
    why = report_on(cases, Policy()).decision.why
    assert why.endswith("; 1 VM without backup does not count (--count all)")


LOCKS = gap("locks")
WAIVER = Waiver(
    fact="locks", scope=VM_ID.text.upper(), reason="known", owner="ops", expires=LAST_DAY
)
EXPIRED = Waiver(
    fact="locks", scope=VM_ID.text, reason="known", owner="ops", expires=LAST_DAY.replace(year=2001)
)


@pytest.mark.parametrize(
    ("gaps", "policy", "code"),
    [
        pytest.param([LOCKS], Policy(), 3, id="nobody accepts it"),
        pytest.param([LOCKS], Policy(waivers=(WAIVER,)), 0, id="waived"),
        pytest.param([LOCKS], Policy(waivers=(EXPIRED,)), 3, id="no longer waived"),
        pytest.param([LOCKS], Policy(allowed=(AllowedGap(VM_ID.text, "locks"),)), 0, id="allowed"),
        pytest.param([LOCKS], Policy(allowed=(AllowedGap(VM_ID.text, "disks"),)), 3, id="fact"),
        pytest.param([LOCKS], Policy(allowed=(AllowedGap(GROUP.text, "locks"),)), 3, id="scope"),
        pytest.param([LOCKS, gap("disks")], Policy(waivers=(WAIVER,)), 3, id="another gap"),
        *(
            pytest.param([gap(fact)], Policy(allowed=(AllowedGap(VM_ID.text, fact),)), 3, id=fact)
            for fact in (
                "subscriptions", "virtual_machines", "classic_virtual_machines", "protection",
            )
        ),
    ],
)  # fmt: skip
def test_accepted_gaps(gaps: list[Gap], policy: Policy, code: int) -> None:
    report = report_on([Case("clear")], policy, *gaps)
    assert report.decision.code == code
    unread = {(one.scope, one.fact) for one in report.decision.unread}
    assert errors_in_junit(report) == unread
    assert bool(unread) is (code == 3)
    # What is accepted is shown, and never clear.
    assert len(report.decision.gaps) == len(gaps)
    assert not report.complete


def test_a_waiver_is_idle_only_if_it_covers_nothing() -> None:
    case = Case("applies")
    twice = (case.waiver, replace_struct(case.waiver, reason="known, too"))
    idle = replace_struct(case.waiver, cause="disk-size-unsupported")
    decision = report_on([case], Policy(waivers=(*twice, idle))).decision
    assert decision.idle == (idle,)


def test_an_unknown_verdict_of_an_accepted_gap_is_waived() -> None:
    allowed = AllowedGap(VM_ID.text, "agent")
    report = report_on([Case("unknown (denied)")], Policy("unknown", allowed=(allowed,)))
    assert [one.why_not for one in report.decision.findings.values()] == [WhyNot.WAIVED]
    assert report.decision.code == 0


@pytest.mark.parametrize(
    ("before", "now", "was_read", "change"),
    [
        (None, Verdict.APPLIES, True, Change.NEW),
        (Verdict.CLEAR, Verdict.POSSIBLE, True, Change.NEW),
        (Verdict.UNKNOWN, Verdict.POSSIBLE, True, Change.NEW),
        (Verdict.POSSIBLE, Verdict.APPLIES, True, Change.WORSE),
        (Verdict.APPLIES, Verdict.POSSIBLE, True, Change.BETTER),
        (Verdict.APPLIES, Verdict.APPLIES, True, Change.OLD),
        (Verdict.APPLIES, Verdict.CLEAR, True, Change.FIXED),
        (Verdict.APPLIES, Verdict.UNKNOWN, True, Change.UNSEEN),
        (Verdict.APPLIES, None, True, Change.FIXED),
        (Verdict.APPLIES, None, False, Change.UNSEEN),
        (Verdict.CLEAR, Verdict.CLEAR, True, None),
        (None, Verdict.UNKNOWN, True, None),
    ],
)
def test_changes(
    before: Verdict | None, now: Verdict | None, was_read: bool, change: Change | None
) -> None:
    assert change_of(before, now, was_read=was_read) is change


GONE = ArmId(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/gone")
OLD = Baseline("2026-01-01", {(GONE, CAUSE): Verdict.APPLIES}, {})
OTHER = Baseline("2026-01-01", {(Case("clear").id, "disk-size-unsupported"): Verdict.APPLIES}, {})


@pytest.mark.parametrize(
    ("baseline", "gaps", "change"),
    [
        pytest.param(OLD, [], Change.FIXED, id="the VM is gone"),
        pytest.param(OLD, [gap("virtual_machines")], Change.UNSEEN, id="not all was read"),
        pytest.param(OTHER, [], Change.UNSEEN, id="the cause was not judged again"),
        pytest.param(
            OLD.within(lambda _: True, covers_absent=False), [], Change.UNSEEN, id="left out"
        ),
        pytest.param(
            OLD.within(lambda _: False, covers_absent=True), [], None, id="out of the scope"
        ),
    ],
)
def test_what_the_baseline_has_and_the_report_has_not(
    baseline: Baseline, gaps: list[Gap], change: Change | None
) -> None:
    past = decide(report_on([Case("clear")], Policy(), *gaps), Policy(baseline=baseline)).past
    assert [one.change for one in past] == ([change] if change else [])
