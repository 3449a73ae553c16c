"""One word for a VM, from its backup and its verdicts."""

from datetime import timedelta
from typing import Any

import msgspec
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
from tests.support.facts import SEEN_AT, VM_ID, gap, protection
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
    return msgspec.structs.replace(protection(state), known_success=success, **more)


def judged(backup: Protection | Gap | None, *causes: CauseVerdict, name: str = "") -> JudgedVm:
    id_ = type(VM_ID)(f"{VM_ID}{name}")
    return JudgedVm(Vm(id_, seen={} if backup is None else {"protection": backup}), causes)


def error(status: str) -> BackupError:
    return BackupError(status=status)


OLD = backed_up(days=40, known_error=error("Failed"))
TABLE: dict[str, tuple[str, Protection | Gap | None, list[Any]]] = {
    "it failed": ("failing", backed_up(), [last_backup(APPLIES)]),
    "it failed, and a cause applies": ("failing", backed_up(), [last_backup(APPLIES), APPLIES]),
    "it failed, and its protection was not read": (
        "failing",
        gap("protection"),
        [last_backup(APPLIES)],
    ),
    # Only the cause decides where it is judged.
    "it is judged as recovered": ("fine", OLD, [last_backup(CLEAR)]),
    "it is judged as recovered, and a cause applies": (
        "will fail",
        OLD,
        [last_backup(CLEAR), APPLIES],
    ),
    "it has warnings": ("at risk", OLD, [last_backup(POSSIBLE)]),
    "it was not judged for a right": ("not judged", OLD, [last_backup(UNKNOWN, Reason.DENIED)]),
    # Where it is not judged, the status of the last backup does.
    "only its status says so": ("failing", backed_up(known_error=error("Failed")), [CLEAR]),
    "its status in capitals": ("failing", backed_up(known_error=error("FAILED")), [APPLIES]),
    "only its status says warnings": (
        "fine",
        backed_up(known_error=error("CompletedWithWarnings")),
        [CLEAR],
    ),
    "its age is not judged": ("fine", backed_up(days=40), [CLEAR]),
    "its first backup is to come": ("fine", backed_up("pending", days=None), [CLEAR]),
    "a cause applies": ("will fail", backed_up(), [CLEAR, POSSIBLE, APPLIES]),
    "a cause is possible": ("at risk", backed_up(), [CLEAR, POSSIBLE]),
    "a cause is possible, another one unread": ("at risk", backed_up(), [POSSIBLE, Reason.DENIED]),
    "a cause is denied": ("not judged", backed_up(), [CLEAR, Reason.DENIED]),
    "a cause failed": ("not judged", backed_up(), [Reason.FAILED]),
    "a cause is not recorded": ("not judged", backed_up(), [Reason.NOT_RECORDED]),
    "off, or only the guest knows": (
        "fine",
        backed_up(),
        [Reason.NOT_RUNNING, Reason.GUEST_ONLY, Verdict.NOT_APPLICABLE],
    ),
    "its newest point is unread": ("not judged", backed_up(days=gap("protection")), [CLEAR]),
    "its policy is unread": (
        "not judged",
        backed_up(days=40, known_policy=gap("protection")),
        [CLEAR],
    ),
    "its error is unread": ("not judged", backed_up(known_error=gap("protection")), [CLEAR]),
    "its error is unread, and a cause applies": (
        "will fail",
        backed_up(known_error=gap("protection")),
        [APPLIES],
    ),
    "its protection is unread": ("not judged", gap("protection"), [CLEAR]),
    "its protection is unread, and a cause applies": ("will fail", gap("protection"), [APPLIES]),
    "its protection was not looked up": ("not judged", None, [CLEAR]),
    "no backup, and a cause applies": (
        "not backed up",
        backed_up("unprotected", days=None),
        [APPLIES],
    ),
    "its backup was stopped": ("not backed up", backed_up("stopped", days=40), [CLEAR]),
    "its backup is paused": (
        "not backed up",
        backed_up("paused", known_error=error("Failed")),
        [Reason.DENIED],
    ),
}


@pytest.mark.parametrize(("word", "backup", "verdicts"), TABLE.values(), ids=TABLE)
def test_the_word_for_a_vm(
    word: str, backup: Protection | Gap | None, verdicts: list[Verdict | Reason | CauseVerdict]
) -> None:
    assert standing_of(judged(backup, *map(as_cause, verdicts))) == word


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
