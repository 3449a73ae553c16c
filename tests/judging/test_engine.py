"""From checks and a VM to verdicts."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalogue import Edition, Rule, load
from scanner.inventory.evidence import Evidence
from scanner.inventory.facts.disks import Disk
from scanner.inventory.gap import Gap, Reason, Unseen
from scanner.inventory.vm import Vm
from scanner.judging.check import (
    Check,
    Finding,
    Verdict,
    check,
    clear,
    found,
    not_applicable,
    noted,
)
from scanner.judging.engine import judge_vm
from scanner.judging.panel import make_panel
from scanner.judging.plugins import discover
from scanner.judging.verdict import CauseVerdict, cite
from tests.support.facts import SEEN_AT, VM_ID, classic_vm, disks, gap, system, vm
from tests.support.ids import words
from tests.support.verdicts import shown_of, verdict_of

CATALOGUE = load()
CURRENT = CATALOGUE.edition("current")
CAUSE = "disk-size-unsupported"
OTHER = "restore-point-cleanup-blocked-by-lock"
EVIDENCE = Evidence(VM_ID, "path", 1, SEEN_AT)
CRASH = "crash"
NOTHING = "nothing"
NOTE = "note"

Answer = str
"""What a check does: a verdict, the reason of an unknown, ``crash`` or ``nothing``."""
FINDINGS = ("applies", "possible", "clear", "not-applicable")
ANSWERS = (*FINDINGS, *map(str, Reason), CRASH, NOTHING)


def rule(verdict: Any, cause: str = CAUSE, edition: str = "current") -> Rule:
    return Rule(edition, cause, "some-condition", verdict, ("article",), "it must not be so")


def finding(verdict: str, cause: str = CAUSE, edition: str = "current") -> Finding:
    if verdict in ("applies", "possible"):
        return found(rule(verdict, cause, edition), f"It {verdict}.", EVIDENCE)
    return (clear if verdict == "clear" else not_applicable)(f"It is {verdict}.")


def answering(
    *answers: Answer,
    id: str = "some",  # noqa: A002
    cause: str = CAUSE,
    reads: tuple[str, ...] = ("os",),
) -> Check:
    """A check with these answers, in this order."""

    @check(id, cause=cause, reads=reads)
    def answer_all(_vm: Vm, edition: Edition) -> Iterator[Finding]:
        """Answer."""
        for answer in answers:
            if answer in FINDINGS:
                yield finding(answer, cause, edition.id)
            elif answer == NOTE:
                yield noted(clear("It is a note."))
            elif answer == CRASH:
                raise ZeroDivisionError("by zero")
            elif answer != NOTHING:
                raise Unseen(gap("os", Reason(answer)))

    return answer_all


def judge(*checks: Check, of: Vm | None = None, edition: Edition = CURRENT) -> CauseVerdict:
    """The verdict of the only cause of these checks."""
    (only,) = judge_vm(make_panel(checks, edition, CATALOGUE), of or vm())
    return only


def judge_answers(*answers: Answer) -> str:
    """The verdict of one check per answer."""
    checks = (answering(answer, id=f"c{number}") for number, answer in enumerate(answers))
    return verdict_of(judge(*checks))


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["applies"], "applies"),
        (["applies", "possible", "denied", "clear", "not-applicable"], "applies"),
        (["possible", "denied", "clear"], "possible"),
        (["denied", "clear", "not-applicable"], "unknown (denied)"),
        (["clear", "not-applicable"], "clear"),
        (["not-applicable", "not-applicable"], "not-applicable"),
        (["guest-only", "clear"], "clear"),
        (["guest-only", "possible"], "possible"),
        (["guest-only", "not-running"], "unknown (not-running)"),
        (["guest-only"], "unknown (guest-only)"),
        (["not-running", "clear"], "unknown (not-running)"),
        ([CRASH, "clear"], "unknown (failed)"),
        ([CRASH, "applies"], "applies"),
        ([NOTHING], "unknown (failed)"),
        ([NOTHING, "clear"], "unknown (failed)"),
        (["guest-only", "not-running", "not-recorded"], "unknown (not-recorded)"),
        (["not-recorded", "failed"], "unknown (failed)"),
        (["failed", "denied", "not-recorded"], "unknown (denied)"),
    ],
    ids=words,
)
def test_the_worst_verdict_wins(answers: list[Answer], expected: str) -> None:
    assert judge_answers(*answers) == expected
    assert judge_answers(*reversed(answers)) == expected


def test_guest_only_is_listed_next_to_clear() -> None:
    judged = judge(answering("guest-only", id="a"), answering("clear", id="b"))
    assert [attributed.check for attributed in judged.findings] == ["b", "a"]
    assert judged.findings[1].finding.reason is Reason.GUEST_ONLY
    assert judged.reason is None


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["applies", "denied"], "applies"),
        (["possible", "failed"], "possible"),
        (["clear", "denied"], "unknown (denied)"),
        (["clear", "guest-only"], "clear"),
        (["applies", CRASH], "applies"),
        (["clear", CRASH], "unknown (failed)"),
    ],
    ids=words,
)
def test_findings_before_a_gap_or_crash_count(answers: list[Answer], expected: str) -> None:
    judged = judge(answering(*answers))
    assert verdict_of(judged) == expected
    assert len(judged.findings) == 2


@given(st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=6), st.randoms())
def test_the_verdict_is_the_maximum_in_any_order(answers: list[str], shuffle: Any) -> None:
    alone = [judge(answering(answer)).findings[0].finding for answer in answers]
    shuffle.shuffle(answers)
    judged = judge(*(answering(answer, id=f"c{number}") for number, answer in enumerate(answers)))
    outranking = [one.verdict for one in alone if one.reason is not Reason.GUEST_ONLY]
    applicable = [verdict for verdict in outranking if verdict is not Verdict.NOT_APPLICABLE]
    has_guest_only = len(outranking) < len(alone)
    without = Verdict.UNKNOWN if has_guest_only else Verdict.NOT_APPLICABLE
    assert judged.verdict is max(applicable, default=without)
    assert len(judged.findings) == len(answers)
    assert (judged.reason is not None) == (judged.verdict is Verdict.UNKNOWN)


def test_a_crash_is_a_gap_with_its_check_and_place_and_stops_no_other_check() -> None:
    crashing, fine = answering(CRASH, id="broken"), answering("clear", id="fine", cause=OTHER)
    placed = replace(crashing, where="broken.py:7")
    first, second = judge_vm(make_panel([placed, fine], CURRENT, CATALOGUE), vm())
    assert (verdict_of(first), verdict_of(second)) == ("clear", "unknown (failed)")
    crash = second.findings[0].finding.gap
    assert crash
    assert crash.scope == VM_ID.text
    for text in ("broken", "ZeroDivisionError", "by zero", "authors: broken.py:7."):
        assert text in crash.remedy


def by_function(function: Any) -> Check:
    return check("some", cause=CAUSE, reads=("os",))(function)


def crash(_vm: Vm, _edition: Edition) -> Any:
    raise ZeroDivisionError("by zero")


def touch_a_gap(_vm: Vm, _edition: Edition) -> Any:
    raise Unseen(gap("os"))


def yielding(*results: Any) -> Any:
    return lambda _vm, _edition: list(results)


def finding_by_rule(**changes: Any) -> Any:
    """Yields a finding by a rule, changed so."""
    changed = msgspec.structs.replace(rule("applies"), **changes)
    return lambda _vm, _edition: [found(changed, "It is so.", EVIDENCE)]


@pytest.mark.parametrize(
    ("function", "expected", "text"),
    [
        pytest.param(crash, "unknown (failed)", "ZeroDivisionError: by zero", id="crash"),
        pytest.param(touch_a_gap, "unknown (denied)", "", id="gap"),
        pytest.param(lambda _vm, _edition: None, "unknown (failed)", "NoneType", id="None"),
        pytest.param(yielding("text"), "unknown (failed)", "it yielded 'text'", id="a text"),
        pytest.param(yielding(), "unknown (failed)", "it found nothing", id="nothing"),
        pytest.param(yielding(clear("Fine.")), "clear", "Fine.", id="clear"),
        pytest.param(finding_by_rule(), "applies", "It is so.", id="rule"),
        pytest.param(finding_by_rule(documents=()), "applies", "It is so.",
                     id="rule without documents"),
        pytest.param(finding_by_rule(cause=OTHER), "unknown (failed)", OTHER,
                     id="rule of another cause"),
        pytest.param(finding_by_rule(edition="2018-01"), "unknown (failed)", "2018-01",
                     id="rule of another edition"),
        pytest.param(finding_by_rule(documents=("our-wiki",)), "unknown (failed)", "our-wiki",
                     id="rule of an unknown document"),
        pytest.param(finding_by_rule(verdict="certain"), "unknown (failed)", "certain",
                     id="rule with an unknown verdict"),
    ],
)  # fmt: skip
def test_whatever_a_check_does_is_a_finding(function: Any, expected: str, text: str) -> None:
    judged = judge(by_function(function))
    assert verdict_of(judged) == expected
    finding = judged.findings[0].finding
    assert text in (finding.gap.remedy if finding.gap else cite(judged.findings[0], CURRENT))


@pytest.mark.parametrize(
    ("unless", "expected"),
    [
        pytest.param(lambda _vm: not_applicable("Not needed."), "not-applicable", id="finding"),
        pytest.param(lambda _vm: None, "unknown (denied)", id="None"),
        pytest.param(lambda _vm: 1 / 0, "unknown (failed)", id="crash"),
        pytest.param(lambda _vm: "text", "unknown (failed)", id="a text"),
        pytest.param(lambda vm: vm.agent, "unknown (denied)", id="gap"),
    ],
)
def test_unless_is_asked_before_the_facts_are_needed(unless: Any, expected: str) -> None:
    decorate = check("some", cause=CAUSE, reads=("os",), helps=("agent",), unless=unless)
    blind = vm(os=gap("os"), agent=gap("agent"))
    assert verdict_of(judge(decorate(yielding(clear("Fine."))), of=blind)) == expected


def test_causes_come_in_the_order_of_the_document() -> None:
    checks = [
        answering("clear", id=f"c{number}", cause=cause)
        for number, cause in enumerate(CURRENT.causes)
    ]
    judged = judge_vm(make_panel(checks[::-1], CURRENT, CATALOGUE), vm())
    assert tuple(verdict.cause for verdict in judged) == CURRENT.causes


def test_an_unread_fact_that_is_required_ends_a_check_before_it_runs() -> None:
    judged = judge(answering("applies", reads=("os", "locks")), of=vm(locks=gap("locks")))
    assert verdict_of(judged) == "unknown (denied)"
    assert len(judged.findings) == 1


UNSEEN = gap("disks", Reason.NOT_RECORDED)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        pytest.param((1, 2), "clear", id="two small"),
        pytest.param((1, UNSEEN), "unknown (not-recorded)", id="small and unseen"),
        pytest.param((UNSEEN, 99), "applies", id="unseen and large"),
        pytest.param((99, UNSEEN), "applies", id="large and unseen"),
        pytest.param((), "clear", id="none"),
        pytest.param((0, 1), "unknown (failed)", id="no finding for one"),
    ],
)
def test_every_item_is_judged(sizes: tuple[int | Gap, ...], expected: str) -> None:
    @check("sizes", cause=CAUSE, reads=("disks",), each="disks")
    def by_size(_vm: Vm, _edition: Edition, disk: Disk) -> Iterator[Finding]:
        """Answer, but not for a disk of 0 GiB."""
        if disk.size_gib:
            yield finding("applies" if disk.size_gib > 9 else "clear")

    assert verdict_of(judge(by_size, of=vm(disks=disks(*sizes)))) == expected


@pytest.mark.parametrize("sizes", [(0, 99), (99, 0)], ids=["first", "last"])
def test_a_crash_on_one_item_hides_no_other_item(sizes: tuple[int, ...]) -> None:
    @check("sizes", cause=CAUSE, reads=("disks",), each="disks")
    def by_size(_vm: Vm, _edition: Edition, disk: Disk) -> Iterator[Finding]:
        """Answer, and crash on a disk of 0 GiB."""
        yield finding("applies" if 9 // disk.size_gib == 0 else "clear")

    assert verdict_of(judge(by_size, of=vm(disks=disks(*sizes)))) == "applies"


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        pytest.param(system("linux"), "not-applicable", id="Linux"),
        pytest.param(system("windows"), "applies", id="Windows"),
        pytest.param(gap("os"), "unknown (denied)", id="unread"),
    ],
)
def test_a_check_for_windows(family: Any, expected: str) -> None:
    @check("windows-only", cause=CAUSE, reads=("locks",), family="windows")
    def always(_vm: Vm, _edition: Edition) -> Iterator[Finding]:
        """Answer."""
        yield finding("applies")

    assert verdict_of(judge(always, of=vm(os=family))) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [("x" * 9000, "clear"), (" ", "unknown (failed)"), ("\ud800", "unknown (failed)")],
    ids=["long", "empty", "not encodable"],
)
def test_a_message_of_a_built_in_check(message: str, expected: str) -> None:
    @check("some", cause=CAUSE, reads=("os",))
    def quoting(_vm: Vm, _edition: Edition) -> Iterator[Finding]:
        """Quote ARM."""
        yield clear(message)

    judged = judge(replace(quoting, is_built_in=True))
    assert verdict_of(judged) == expected
    assert len(judged.findings[0].finding.message.encode()) <= 5000


GROUP = "snapshot-status-or-snapshot-failed"
FIRST, SECOND = CURRENT.members[GROUP][0], CURRENT.members[GROUP][2]
GUEST_ONLY = [part for part in CURRENT.parts(GROUP) if CATALOGUE.causes[part].guest_only]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (("clear", "clear"), "clear"),
        (("possible", "clear"), "possible"),
        (("clear", "applies"), "applies"),
        (("denied", "clear"), "unknown (denied)"),
        (("denied", "possible"), "possible"),
        (("not-applicable", "clear"), "clear"),
        (("not-applicable", "not-applicable"), "not-applicable"),
        ((CRASH, "clear"), "unknown (failed)"),
    ],
    ids=words,
)
def test_the_verdict_of_a_group_is_that_of_its_members(
    answers: tuple[Answer, Answer], expected: str
) -> None:
    first, second = (
        answering(answer, id=f"of-{member}", cause=member)
        for member, answer in zip((FIRST, SECOND), answers, strict=True)
    )
    judged = judge(first, second)
    assert judged.cause == GROUP
    assert verdict_of(judged) == expected
    other_members = {attributed.check for attributed in judged.findings} - {FIRST, SECOND}
    assert GUEST_ONLY
    assert other_members == (set() if expected == "not-applicable" else set(GUEST_ONLY))


@given(
    st.lists(
        st.tuples(
            st.sampled_from((GROUP, FIRST, *GUEST_ONLY)),
            st.lists(
                st.sampled_from(("possible", "clear", "not-applicable", "guest-only", NOTE)),
                min_size=1,
                max_size=2,
            ),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_judged_briefly_a_group_shows_the_same(members: list[tuple[str, list[Answer]]]) -> None:
    checks = [
        answering(*answers, id=f"c{number}", cause=member)
        for number, (member, answers) in enumerate(members)
    ]
    panel = make_panel(checks, CURRENT, CATALOGUE)
    whole, brief = (judge_vm(panel, vm(), briefly=briefly) for briefly in (False, True))
    assert list(map(shown_of, whole)) == list(map(shown_of, brief))


def test_a_member_that_an_edition_does_not_have_is_not_judged() -> None:
    oldest, only_then = CATALOGUE.editions[0], "vmsnapshotlinux-version"
    checks = [answering("applies", cause=only_then)]
    assert judge_vm(make_panel(checks, CURRENT, CATALOGUE), vm()) == ()
    (then,) = judge_vm(make_panel(checks, oldest, CATALOGUE), vm())
    assert (then.cause, verdict_of(then)) == ("backup-extension-not-loading", "applies")


@pytest.mark.parametrize(
    ("deployment", "of", "expected"),
    [
        pytest.param("classic", classic_vm(), "applies", id="classic on classic"),
        pytest.param("classic", vm(), "not-applicable", id="classic on ARM"),
        pytest.param("resource-manager", vm(), "applies", id="ARM on ARM"),
        pytest.param("resource-manager", classic_vm(), "not-applicable", id="ARM on classic"),
        pytest.param("resource-manager", classic_vm(locks=gap("locks")), "not-applicable",
                     id="ARM on classic with a gap"),
    ],
)  # fmt: skip
def test_a_check_for_a_deployment_model(deployment: Any, of: Vm, expected: str) -> None:
    @check("of-one-model", cause=CAUSE, reads=("locks",), deployment=deployment)
    def always(_vm: Vm, _edition: Edition) -> Iterator[Finding]:
        """Answer."""
        yield finding("applies")

    with_locks = Vm(of.id, of.location, of.tags, {"locks": (), **of.seen})
    assert verdict_of(judge(always, of=with_locks)) == expected


def by_edition(then: Answer, now: Answer) -> Check:
    """A check whose answer depends on the edition."""

    @check("dated", cause=CAUSE, reads=("os",))
    def dated(of: Vm, edition: Edition) -> Iterator[Finding]:
        """Answer."""
        yield from answering(now if edition is CURRENT else then).judge(of, edition)

    return dated


@pytest.mark.parametrize(
    ("then", "now", "superseded"),
    [
        ("applies", "clear", "applies"),
        ("possible", "clear", "possible"),
        ("clear", "clear", None),
        ("denied", "clear", None),
        ("not-applicable", "clear", None),
        (CRASH, "clear", None),
        ("applies", "possible", None),
        ("applies", "denied", None),
        ("applies", "not-applicable", None),
    ],
)
def test_superseded(then: Answer, now: Answer, superseded: str | None) -> None:
    old = judge(by_edition(then, now)).superseded
    assert (str(old.verdict) if old else None) == superseded


def test_superseded_has_the_reasons_of_both_editions() -> None:
    checks = [found.check for found in discover(CATALOGUE) if found.check.cause == CAUSE]
    judged = judge(*checks, of=vm(disks=disks(30, 2048)))
    assert verdict_of(judged) == "clear"
    assert judged.superseded
    assert (judged.superseded.edition, str(judged.superseded.verdict)) == ("2018-01", "applies")
    assert "2,048 GiB" in judged.superseded.why
    assert "2018-01-09" in judged.superseded.why
