"""From the options of the gate to its policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner.arm.calls import CALLS
from scanner.catalogue.text import nearest
from scanner.cli.config_file import Config
from scanner.cli.user_files import read_report
from scanner.errors import UsageError
from scanner.fleet.questions import Questions
from scanner.gate.baseline import Baseline
from scanner.gate.incomplete import parse_allowed, vet_fact
from scanner.gate.policy import Policy, parse_count, parse_fail_on
from scanner.inventory.scope import WITHOUT_MANAGED, Scope, may_change
from scanner.inventory.vm import FACTS
from scanner.judging.check import BY_WORD, Verdict
from scanner.judging.judged_vm import SERVICE_OBJECTION


@dataclass(frozen=True)
class Gate:
    """The options that say what counts, as they were typed."""

    fail_on: tuple[str, ...] = ()
    count: str = "protected"
    allow_empty: bool = False
    allow_incomplete: tuple[str, ...] = ()
    baseline: Path | None = None
    new_only: bool = False


def make_policy(gate: Gate, questions: Questions, config: Config, scope: Scope) -> Policy:
    """What counts. Raises ``UsageError`` for an option or a waiver that cannot do anything."""
    worst, elsewhere = judged_here(questions)
    _vet_waivers(config, questions)
    if gate.new_only and gate.baseline is None:
        raise UsageError("--new-only has nothing to compare with", "Give --baseline report.json")
    fail_on, per_cause = parse_fail_on(gate.fail_on, worst, elsewhere)
    return Policy(
        fail_on,
        per_cause,
        parse_count(gate.count),
        gate.allow_empty,
        _baseline(gate.baseline, scope) if gate.baseline else None,
        gate.new_only,
        config.waivers,
        parse_allowed(gate.allow_incomplete, _facts()),
    )


def _baseline(file: Path, scope: Scope) -> Baseline:
    """The part of an older report that the scope covers."""
    baseline = read_report(file)
    had_managed = baseline.limits is not None and WITHOUT_MANAGED not in baseline.limits
    leaves_managed_out = had_managed and not scope.include_managed
    has_all = not leaves_managed_out and not any(map(may_change, scope.limits))
    return baseline.within(scope.may_cover, covers_absent=has_all)


def _facts() -> Sequence[str]:
    """The facts that can be unread, by their names in a report."""
    return tuple(dict.fromkeys((*FACTS, *(call.fact for call in CALLS))))


def judged_here(questions: Questions) -> tuple[Mapping[str, Verdict], Mapping[str, str]]:
    """The causes that this run judges, with the worst verdict that each can have.

    Then all other causes, with what to do to have them judged.
    """
    edition, picked = questions.edition, {check.cause for check in questions.checks}
    judged = {
        cause: _worst(cause, questions)
        for cause in edition.causes
        if picked.intersection(edition.parts(cause))
    }
    elsewhere = {
        cause: _where_judged(cause, questions)
        for cause in questions.catalogue.causes
        if cause not in judged
    }
    if questions.target and questions.target.ask_azure:
        judged[SERVICE_OBJECTION] = Verdict.APPLIES
    else:
        elsewhere[SERVICE_OBJECTION] = "Azure Backup is asked only by precheck --ask-azure"
    return judged, elsewhere


def _worst(cause: str, questions: Questions) -> Verdict:
    """The worst verdict that the rules of the edition can give to a cause.

    A plugin may find more than the rules say.
    """
    parts = questions.edition.parts(cause)
    checks = [check for check in questions.checks if check.cause in parts]
    if not all(check.is_built_in for check in checks):
        return Verdict.APPLIES
    rules = (rule for rule in questions.edition.rules if rule.cause in {c.cause for c in checks})
    return max((BY_WORD[rule.verdict] for rule in rules), default=Verdict.CLEAR)


def _where_judged(cause: str, questions: Questions) -> str:
    """Where a cause is judged that this run does not judge."""
    edition = questions.edition
    group = next((one for one in edition.members if cause in edition.members[one]), None)
    if group:
        return f"It is a part of {group}: name that"
    available = [check for check in questions.available if check.cause in edition.parts(cause)]
    if cause not in edition.causes:
        editions = [one.id for one in questions.catalogue.editions if cause in one.causes]
        if not editions:
            return f"No edition judges it by itself: backupscan explain {cause}"
        return f"Edition {edition.id} does not have it, {' and '.join(editions)} does: --edition"
    if not available:
        return f"No check judges it: backupscan explain {cause}"
    if questions.target is None and all(check.when == "planning" for check in available):
        return f"precheck judges it, and a scan with --check {cause}"
    return "--check or --exclude-check leaves it out"


def _vet_waivers(config: Config, questions: Questions) -> None:
    """Raise ``UsageError`` if a waiver is of a cause that no command judges, or of no fact.

    One file serves scan and precheck, every edition and every choice of checks. What this run does
    not judge is named on stderr with the waivers that cover nothing.
    """
    catalogue, checks = questions.catalogue, {check.cause for check in questions.available}
    known = {
        cause
        for edition in catalogue.editions
        for cause in edition.causes
        if checks.intersection(edition.parts(cause))
    }
    for waiver in config.waivers:
        where = f"{config.path}: the waiver of {waiver.name}"
        if waiver.fact is not None:
            vet_fact(waiver.fact, _facts(), where)
            continue
        cause = waiver.cause or ""
        if cause in known or cause == SERVICE_OBJECTION:
            continue
        if cause in catalogue.causes:
            todo = _where_judged(cause, questions)
            raise UsageError(f"{where} can never cover anything", todo)
        what = f"{config.path}: waiver of the unknown cause {cause!r}"
        raise UsageError(what, nearest(cause, sorted(known)))
