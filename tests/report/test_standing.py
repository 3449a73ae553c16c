"""One word for a VM, from its backup and its verdicts."""

from datetime import timedelta
from typing import Any

import pytest

from scanner.cli.max_age import with_max_age
from scanner.inventory.facts.backup import BackupError, Protection, State
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.vm import Vm
from scanner.judging.check import Finding, Verdict
from scanner.judging.engine import judge_vm
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.panel import make_panel
from scanner.judging.symptoms import LAST_BACKUP_FAILED
from scanner.judging.verdict import AttributedFinding, CauseVerdict
from scanner.report.standing import Standing, standing_of, urgency
from tests.support.facts import SEEN_AT, VAULT, VM_ID, gap, policy
from tests.support.reports import CATALOGUE, CHECKS, machine

APPLIES, POSSIBLE, UNKNOWN = Verdict.APPLIES, Verdict.POSSIBLE, Verdict.UNKNOWN
CLEAR = Verdict.CLEAR


def cause(
    verdict: Verdict, reason: Reason | None = None, name: str = "linux-agent-outdated"
) -> CauseVerdict:
    unseen = gap("agent", reason) if reason else None
    found = AttributedFinding("some", Finding(verdict, "It is so.", gap=unseen))
    return CauseVerdict(name, verdict, reason, (found,))


def last_backup(verdict: Verdict, reason: Reason | None = None) -> CauseVerdict:
    return cause(verdict, reason, LAST_BACKUP_FAILED)


def backed_up(
    state: State = "protected", days: float | Gap | None = 0.2, **more: Any
) -> Protection:
    """A protection with a daily policy and a success some days ago."""
    success = SEEN_AT - timedelta(days=days) if isinstance(days, int | float) else days
    usual: dict[str, Any] = {"known_policy": policy(), "known_success": success}
    return Protection(state, vault=VAULT, **(usual | more))


def judged(protection: Protection | Gap | None, *causes: CauseVerdict, name: str = "") -> JudgedVm:
    id_ = type(VM_ID)(f"{VM_ID}{name}")
    return JudgedVm(Vm(id_, seen={} if protection is None else {"protection": protection}), causes)


def error(status: str) -> BackupError:
    return BackupError(status=status)


OLD = backed_up(days=40, known_error=error("Failed"))
TABLE = [
    ("failing", backed_up(), [last_backup(APPLIES)]),
    ("failing", backed_up(), [last_backup(APPLIES), APPLIES]),
    ("failing", gap("protection"), [last_backup(APPLIES)]),
    # Only the cause decides where it is judged.
    ("fine", OLD, [last_backup(CLEAR)]),
    ("will fail", OLD, [last_backup(CLEAR), APPLIES]),
    ("at risk", OLD, [last_backup(POSSIBLE)]),
    ("not judged", OLD, [last_backup(UNKNOWN, Reason.DENIED)]),
    # Where it is not judged, the status of the last backup does.
    ("failing", backed_up(known_error=error("Failed")), [CLEAR]),
    ("failing", backed_up(known_error=error("FAILED")), [APPLIES]),
    ("fine", backed_up(known_error=error("CompletedWithWarnings")), [CLEAR]),
    ("fine", backed_up(days=40), [CLEAR]),
    ("fine", backed_up("pending", days=None), [CLEAR]),
    ("will fail", backed_up(), [CLEAR, POSSIBLE, APPLIES]),
    ("at risk", backed_up(), [CLEAR, POSSIBLE]),
    ("at risk", backed_up(), [POSSIBLE, Reason.DENIED]),
    ("not judged", backed_up(), [CLEAR, Reason.DENIED]),
    ("not judged", backed_up(), [Reason.FAILED]),
    ("not judged", backed_up(), [Reason.NOT_RECORDED]),
    ("fine", backed_up(), [Reason.NOT_RUNNING, Reason.GUEST_ONLY, Verdict.NOT_APPLICABLE]),
    ("not judged", backed_up(days=gap("protection")), [CLEAR]),
    ("not judged", backed_up(days=40, known_policy=gap("protection")), [CLEAR]),
    ("not judged", backed_up(known_error=gap("protection")), [CLEAR]),
    ("will fail", backed_up(known_error=gap("protection")), [APPLIES]),
    ("not judged", gap("protection"), [CLEAR]),
    ("will fail", gap("protection"), [APPLIES]),
    ("not judged", None, [CLEAR]),
    ("not backed up", backed_up("unprotected", days=None), [APPLIES]),
    ("not backed up", backed_up("stopped", days=40), [CLEAR]),
    ("not backed up", backed_up("paused", known_error=error("Failed")), [Reason.DENIED]),
]


@pytest.mark.parametrize(("word", "protection", "verdicts"), TABLE)
def test_the_word_for_a_vm(
    word: str, protection: Protection | Gap | None, verdicts: list[Verdict | Reason | CauseVerdict]
) -> None:
    assert standing_of(judged(protection, *map(as_cause, verdicts))) == word


def as_cause(one: Verdict | Reason | CauseVerdict) -> CauseVerdict:
    if isinstance(one, CauseVerdict):
        return one
    return cause(UNKNOWN, one) if isinstance(one, Reason) else cause(one)


@pytest.mark.parametrize(
    ("age", "days", "word"),
    [
        # A missed run of a daily policy and 12 hours.
        (None, 2.4, "fine"),
        (None, 2.6, "failing"),
        ("26h", 1.0, "fine"),
        ("26h", 1.2, "failing"),
        ("3d", 2.6, "fine"),
    ],
)
def test_one_rule_says_what_is_too_old(age: str | None, days: float, word: str) -> None:
    catalogue = with_max_age(CATALOGUE, age)
    panel = make_panel(CHECKS, catalogue.edition("current"), catalogue)
    vm = machine("old", protection=backed_up(days=days))
    assert standing_of(JudgedVm(vm, judge_vm(panel, vm))) == word


def test_the_order() -> None:
    """Words first, then days since the last success, then findings. Never what was unread."""
    unread = cause(UNKNOWN, Reason.DENIED)
    off = backed_up("unprotected", days=None)
    wanted = [
        judged(backed_up(days=None, known_error=error("Failed")), name="z"),
        judged(backed_up(days=6, known_error=error("Failed")), name="y"),
        judged(backed_up(days=5, known_error=error("Failed")), cause(APPLIES), name="x"),
        judged(backed_up(days=1.5), cause(APPLIES), name="w"),
        judged(backed_up(), cause(APPLIES), cause(APPLIES), name="v"),
        judged(backed_up(), cause(APPLIES), name="u"),
        judged(backed_up(days=1), cause(POSSIBLE), name="t"),
        judged(backed_up(), cause(POSSIBLE), unread, unread, name="s"),
        judged(backed_up(), unread, name="r"),
        judged(off, cause(APPLIES), name="q"),
        judged(off, cause(CLEAR), name="o"),
        judged(off, unread, unread, name="p"),
        judged(backed_up(), name="n"),
    ]
    shuffled = sorted(wanted, key=lambda vm: hash(vm.vm.id.name))
    found = sorted(shuffled, key=urgency(SEEN_AT))
    assert [vm.vm.name for vm in found] == [vm.vm.name for vm in wanted]


def test_words_are_in_the_order_of_the_formats() -> None:
    words = ["failing", "will fail", "at risk", "not judged", "not backed up", "fine"]
    assert [*Standing] == words
    assert standing_of(judged(backed_up())) == words[-1]
