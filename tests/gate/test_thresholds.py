"""``--fail-on CAUSE=VERDICT``: accepted if and only if a finding of the cause can make exit 1."""

from __future__ import annotations

from functools import cache

import pytest

from scanner.catalogue import load
from scanner.cli.gate import judged_here
from scanner.cli.questions import make_questions
from scanner.errors import UsageError
from scanner.fleet.questions import Questions
from scanner.gate.incomplete import AllowedGap, parse_allowed
from scanner.gate.policy import parse_fail_on
from scanner.inventory.target import Target
from scanner.judging.check import BY_WORD, Verdict
from scanner.sim.demo import grow
from tests.support.facts import EDITIONS
from tests.support.scans import scan_now

CAUSES = tuple(load().causes)
COMMANDS = ("scan", "precheck")


@cache
def questions(command: str, edition: str) -> Questions:
    target = Target() if command == "precheck" else None
    return make_questions(edition, (), target=target)


def refusal(word: str, asked: Questions) -> UsageError | None:
    try:
        parse_fail_on([word], *judged_here(asked))
    except UsageError as error:
        return error
    return None


def can_find(cause: str, verdict: str, asked: Questions) -> bool:
    """True if a check that runs judges by a rule of the edition that gives a verdict so bad."""
    parts = asked.edition.parts(cause)
    judged = {check.cause for check in asked.checks}
    return cause in asked.edition.causes and any(
        rule.cause in parts and rule.cause in judged and BY_WORD[rule.verdict] >= BY_WORD[verdict]
        for rule in asked.edition.rules
    )


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_cause_of_the_catalogue(command: str, edition: str) -> None:
    asked = questions(command, edition)
    for cause in CAUSES:
        for verdict in ("applies", "possible"):
            refused = refusal(f"{cause}={verdict}", asked)
            assert (cause, verdict, refused is None) == (
                cause,
                verdict,
                can_find(cause, verdict, asked),
            )


@pytest.mark.parametrize("edition", EDITIONS)
def test_nothing_that_a_scan_finds_is_refused(edition: str) -> None:
    """The demo has VMs with most causes."""
    asked = questions("scan", edition)
    vms = scan_now(grow(1, 40), edition=edition).report.vms
    found = {
        f"{cause.cause}={cause.verdict}"
        for vm in vms
        for cause in vm.causes
        if cause.verdict >= Verdict.POSSIBLE
    }
    assert len(found) > 3
    assert not [word for word in found if refusal(word, asked)]


@pytest.mark.parametrize(
    ("command", "edition", "word", "says"),
    [
        ("scan", "current", "vm-not-running=possible", "precheck judges it"),
        ("scan", "2018-01", "unmanaged-disks=applies", "current does"),
        ("scan", "current", "vss-writers-bad=applies", "No check judges it"),
        ("scan", "current", "high-cpu-or-memory=possible", "a part of snapshot-status"),
        (
            "scan",
            "current",
            "encrypted-disk-too-large=applies",
            "encrypted-disk-too-large=possible",
        ),
        ("scan", "current", "service-objection=applies", "precheck --ask-azure"),
        ("scan", "current", "vm-no-internet-access=applies", "Choose another cause"),
        ("scan", "current", "disk-size-unsuported=applies", "Did you mean disk-size-unsupported"),
    ],
)
def test_a_refusal_says_where_the_cause_is_judged(
    command: str, edition: str, word: str, says: str
) -> None:
    refused = refusal(word, questions(command, edition))
    assert refused
    assert says in str(refused)


@pytest.mark.parametrize(
    ("checks", "without"),
    [(("disk-size-unsupported",), ()), ((), ("last-backup-failed",))],
    ids=["not picked", "left out"],
)
def test_max_age_of_a_cause_that_is_not_judged(
    checks: tuple[str, ...], without: tuple[str, ...]
) -> None:
    with pytest.raises(UsageError, match="can never count: last-backup-failed is not judged here"):
        make_questions("current", checks, without=without, max_age="26h")


def test_allowed_gaps_are_a_list_with_commas() -> None:
    group = "/subscriptions/a/resourceGroups/b"
    typed = (f"{group}:locks, {group}/:disks",)
    assert parse_allowed(typed, ("locks", "disks")) == (
        AllowedGap(group, "locks"),
        AllowedGap(group, "disks"),
    )
