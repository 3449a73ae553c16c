"""Checks and VMs to verdicts."""

from collections.abc import Iterator
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
from scanner.judging.check import Check, Finding, Verdict, check, clear, found, not_applicable
from scanner.judging.engine import judge_vm
from scanner.judging.panel import make_panel
from scanner.judging.plugins import discover
from scanner.judging.verdict import CauseVerdict, cite
from tests.support.facts import SEEN_AT, VM_ID, classic_vm, disks, gap, system, vm
from tests.support.verdicts import verdict_of

CATALOGUE = load()
CURRENT = CATALOGUE.edition("current")
CAUSE = "disk-size-unsupported"
OTHER = "restore-point-cleanup-blocked-by-lock"
SHOWN = Evidence(VM_ID, "path", 1, SEEN_AT)
CRASH = "crash"
NOTHING = "nothing"

Answer = str
"""A verdict, an unknown's reason, ``crash`` or ``nothing``."""
FINDINGS = ("applies", "possible", "clear", "not-applicable")
ANSWERS = (*FINDINGS, *map(str, Reason), CRASH, NOTHING)


def rule(verdict: Any, cause: str = CAUSE, edition: str = "current") -> Rule:
    return Rule(edition, cause, "some-condition", verdict, ("article",), "it must not be so")


def finding(verdict: str, cause: str = CAUSE, edition: str = "current") -> Finding:
    if verdict in ("applies", "possible"):
        return found(rule(verdict, cause, edition), f"It {verdict}.", SHOWN)
    return (clear if verdict == "clear" else not_applicable)(f"It is {verdict}.")


def checking(
    *answers: Answer,
    id: str = "some",  # noqa: A002
    cause: str = CAUSE,
    reads: tuple[str, ...] = ("os",),
) -> Check:
    """A check that answers so, in this order."""

    @check(id, cause=cause, reads=reads)
    def judged(_vm: Vm, edition: Edition) -> Iterator[Finding]:
        """Answer."""
        for answer in answers:
            if answer in FINDINGS:
                yield finding(answer, cause, edition.id)
            elif answer == CRASH:
                raise ZeroDivisionError("by zero")
            elif answer != NOTHING:
                raise Unseen(gap("os", Reason(answer)))

    return judged


def stands(*checks: Check, of: Vm | None = None, edition: Edition = CURRENT) -> CauseVerdict:
    (only,) = judge_vm(make_panel(checks, edition, CATALOGUE), of or vm())
    return only


def each_of(*answers: Answer) -> str:
    """The verdict of one check per answer."""
    return verdict_of(stands(*(checking(each, id=f"c{n}") for n, each in enumerate(answers))))


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
)
def test_worst_wins(answers: list[Answer], expected: str) -> None:
    assert each_of(*answers) == expected
    assert each_of(*reversed(answers)) == expected


def test_guest_only_is_listed_beside_clear() -> None:
    both = stands(checking("guest-only", id="a"), checking("clear", id="b"))
    assert [each.check for each in both.findings] == ["b", "a"]
    assert both.findings[1].finding.reason is Reason.GUEST_ONLY
    assert both.reason is None


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
)
def test_what_came_before_stands(answers: list[Answer], expected: str) -> None:
    judged = stands(checking(*answers))
    assert verdict_of(judged) == expected
    assert len(judged.findings) == 2


@given(st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=6), st.randoms())
def test_the_verdict_is_the_maximum_whatever_the_order(answers: list[str], shuffle: Any) -> None:
    alone = [stands(checking(each)).findings[0].finding for each in answers]
    shuffle.shuffle(answers)
    judged = stands(*(checking(each, id=f"c{n}") for n, each in enumerate(answers)))
    outranking = [each.verdict for each in alone if each.reason is not Reason.GUEST_ONLY]
    seen = [each for each in outranking if each is not Verdict.NOT_APPLICABLE]
    beside = len(outranking) < len(alone)
    expected = max(seen, default=Verdict.UNKNOWN if beside else Verdict.NOT_APPLICABLE)
    assert judged.verdict is expected
    assert len(judged.findings) == len(answers)
    assert (judged.reason is not None) == (judged.verdict is Verdict.UNKNOWN)


def test_a_crash_is_told_with_check_and_place_and_others_go_on() -> None:
    broken, fine = checking(CRASH, id="broken"), checking("clear", id="fine", cause=OTHER)
    first, second = judge_vm(make_panel([broken, fine], CURRENT, CATALOGUE), vm())
    assert (verdict_of(first), verdict_of(second)) == ("clear", "unknown (failed)")
    gone = second.findings[0].finding.gap
    assert gone
    assert gone.scope == VM_ID.text
    assert all(text in gone.remedy for text in ("broken", "ZeroDivisionError", "by zero", __file__))


def by_function(judged: Any) -> Check:
    return check("some", cause=CAUSE, reads=("os",))(judged)


def crashing(_vm: Vm, _edition: Edition) -> Any:
    raise ZeroDivisionError("by zero")


def unseeing(_vm: Vm, _edition: Edition) -> Any:
    raise Unseen(gap("os"))


def foreign(**changes: Any) -> Any:
    """Yields a finding by a rule that is no rule of this edition and cause."""
    by = msgspec.structs.replace(rule("applies"), **changes)
    return lambda _vm, _edition: [found(by, "So it is.", SHOWN)]


@pytest.mark.parametrize(
    ("judged", "expected", "says"),
    [
        (crashing, "unknown (failed)", "ZeroDivisionError: by zero"),
        (unseeing, "unknown (denied)", ""),
        (lambda _vm, _edition: None, "unknown (failed)", "NoneType"),
        (lambda _vm, _edition: ["text"], "unknown (failed)", "it yielded 'text'"),
        (lambda _vm, _edition: [], "unknown (failed)", "it found nothing"),
        (lambda _vm, _edition: [clear("Well.")], "clear", "Well."),
        (foreign(), "applies", "So it is."),
        (foreign(documents=()), "applies", "So it is."),
        (foreign(cause=OTHER), "unknown (failed)", OTHER),
        (foreign(edition="2018-01"), "unknown (failed)", "2018-01"),
        (foreign(documents=("our-wiki",)), "unknown (failed)", "our-wiki"),
        (foreign(verdict="certain"), "unknown (failed)", "certain"),
    ],
)
def test_whatever_a_function_does_is_a_finding(judged: Any, expected: str, says: str) -> None:
    one = stands(by_function(judged))
    assert verdict_of(one) == expected
    finding = one.findings[0].finding
    assert says in (finding.gap.remedy if finding.gap else cite(one.findings[0], CURRENT))


@pytest.mark.parametrize(
    ("unless", "expected"),
    [
        (lambda _vm: not_applicable("Not needed."), "not-applicable"),
        (lambda _vm: None, "unknown (denied)"),
        (lambda _vm: 1 / 0, "unknown (failed)"),
        (lambda _vm: "text", "unknown (failed)"),
        (lambda vm: vm.agent, "unknown (denied)"),
    ],
)
def test_what_settles_a_check_is_asked_before_what_it_needs(unless: Any, expected: str) -> None:
    judged: Any = lambda _vm, _edition: [clear("Well.")]  # noqa: E731
    one = check("some", cause=CAUSE, reads=("os",), helps=("agent",), unless=unless)(judged)
    blind = vm(os=gap("os"), agent=gap("agent"))
    [found] = judge_vm(make_panel([one], CURRENT, CATALOGUE), blind)
    assert verdict_of(found) == expected


def test_causes_stand_in_the_documents_order() -> None:
    checks = [checking("clear", id=f"c{n}", cause=each) for n, each in enumerate(CURRENT.causes)]
    judged = judge_vm(make_panel(checks[::-1], CURRENT, CATALOGUE), vm())
    assert tuple(each.cause for each in judged) == CURRENT.causes


def test_a_required_fact_unread_ends_the_check_before_it_runs() -> None:
    judged = stands(checking("applies", reads=("os", "locks")), of=vm(locks=gap("locks")))
    assert verdict_of(judged) == "unknown (denied)"
    assert len(judged.findings) == 1


UNSEEN = gap("disks", Reason.NOT_RECORDED)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((1, 2), "clear"),
        ((1, UNSEEN), "unknown (not-recorded)"),
        ((UNSEEN, 99), "applies"),
        ((99, UNSEEN), "applies"),
        ((), "clear"),
        ((0, 1), "unknown (failed)"),
    ],
)
def test_each_item_is_judged_by_itself(sizes: tuple[int | Gap, ...], expected: str) -> None:
    @check("sizes", cause=CAUSE, reads=("disks",), each="disks")
    def judged(_vm: Vm, _edition: Edition, disk: Disk) -> Iterator[Finding]:
        """Answer; nothing of a disk without bytes."""
        if disk.size_gib:
            yield finding("applies" if disk.size_gib > 9 else "clear")

    assert verdict_of(stands(judged, of=vm(disks=disks(*sizes)))) == expected


@pytest.mark.parametrize(
    "sizes",
    [
        (0, 99),
        (99, 0),
    ],
)
def test_a_crash_on_one_item_hides_no_other(sizes: tuple[int, ...]) -> None:
    @check("sizes", cause=CAUSE, reads=("disks",), each="disks")
    def judged(_vm: Vm, _edition: Edition, disk: Disk) -> Iterator[Finding]:
        """Answer; crash on a disk without bytes."""
        yield finding("applies" if 9 // disk.size_gib == 0 else "clear")

    assert verdict_of(stands(judged, of=vm(disks=disks(*sizes)))) == "applies"


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        (system("linux"), "not-applicable"),
        (system("windows"), "applies"),
        (gap("os"), "unknown (denied)"),
    ],
)
def test_family(family: Any, expected: str) -> None:
    @check("windows-only", cause=CAUSE, reads=("locks",), family="windows")
    def judged(_vm: Vm, _edition: Edition) -> Iterator[Finding]:
        """Answer."""
        yield finding("applies")

    assert verdict_of(stands(judged, of=vm(os=family))) == expected


GROUP = "snapshot-status-or-snapshot-failed"
FIRST, SECOND = CURRENT.members[GROUP][0], CURRENT.members[GROUP][2]


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
)
def test_members_make_up_their_group(answers: tuple[Answer, Answer], expected: str) -> None:
    first, second = (
        checking(answer, id=f"of-{member}", cause=member)
        for member, answer in zip((FIRST, SECOND), answers, strict=True)
    )
    judged = stands(first, second)
    assert judged.cause == GROUP
    assert verdict_of(judged) == expected
    beside = {each.check for each in judged.findings} - {FIRST, SECOND}
    guest_only = {part for part in CURRENT.parts(GROUP) if CATALOGUE.causes[part].guest_only}
    assert guest_only
    assert beside == (set() if expected == "not-applicable" else guest_only)


def test_a_member_that_the_edition_does_not_name_is_not_judged() -> None:
    old, only_then = CATALOGUE.editions[0], "vmsnapshotlinux-version"
    checks = [checking("applies", cause=only_then)]
    assert judge_vm(make_panel(checks, CURRENT, CATALOGUE), vm()) == ()
    (then,) = judge_vm(make_panel(checks, old, CATALOGUE), vm())
    assert (then.cause, verdict_of(then)) == ("backup-extension-not-loading", "applies")


@pytest.mark.parametrize(
    ("about", "of", "expected"),
    [
        ("classic", classic_vm(), "applies"),
        ("classic", vm(), "not-applicable"),
        ("resource-manager", vm(), "applies"),
        ("resource-manager", classic_vm(), "not-applicable"),
        ("resource-manager", classic_vm(locks=gap("locks")), "not-applicable"),
    ],
)
def test_deployment_model(about: Any, of: Vm, expected: str) -> None:
    @check("of-one-model", cause=CAUSE, reads=("locks",), deployment=about)
    def judged(_vm: Vm, _edition: Edition) -> Iterator[Finding]:
        """Answer."""
        yield finding("applies")

    known = Vm(of.id, of.location, of.tags, {"locks": (), **of.seen})
    assert verdict_of(stands(judged, of=known)) == expected


def by_edition(then: Answer, now: Answer) -> Check:
    """A check that answers differently by edition."""

    @check("dated", cause=CAUSE, reads=("os",))
    def judged(of: Vm, edition: Edition) -> Iterator[Finding]:
        """Answer."""
        yield from checking(now if edition is CURRENT else then).judge(of, edition)

    return judged


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
    old = stands(by_edition(then, now)).superseded
    assert (str(old.verdict) if old else None) == superseded


def test_superseded_says_what_was_and_what_is() -> None:
    checks = [each.check for each in discover(CATALOGUE) if each.check.cause == CAUSE]
    (judged,) = judge_vm(make_panel(checks, CURRENT, CATALOGUE), vm(disks=disks(30, 2048)))
    assert verdict_of(judged) == "clear"
    assert judged.superseded
    assert (judged.superseded.edition, str(judged.superseded.verdict)) == ("2018-01", "applies")
    assert "2,048 GiB" in judged.superseded.why
    assert "2018-01-09" in judged.superseded.why
