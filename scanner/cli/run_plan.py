"""Runs ``plan``: reads what lives, judges before and after, compares, decides and writes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import msgspec

from scanner.catalogue.text import nearest
from scanner.cli.config import name_file_in_use
from scanner.cli.config_file import Config
from scanner.cli.gate import Gate, make_policy
from scanner.cli.questions import make_questions
from scanner.cli.run import EVIDENCE, annotate_pipeline, print_to_terminal
from scanner.errors import UsageError
from scanner.fleet.questions import Questions
from scanner.fleet.world import Elsewhere, Explain, ReadWorld, judge
from scanner.gate.policy import Policy
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import Protection
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.join.protection import Protections
from scanner.inventory.scope import Scope, ScopeSummary
from scanner.inventory.vm import FACTS, Vm
from scanner.inventory.world import World
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.plugins import Choice
from scanner.plan.change import PlannedWorld, put_over
from scanner.plan.overlay import Overlay
from scanner.plan.planned import Contents
from scanner.plan.vaults import not_read, subscriptions_under_changes, vaults_named
from scanner.report.escape import log_line
from scanner.report.formats import PLAN_FORMATS
from scanner.report.hidden_effects import hiding_gaps
from scanner.report.planned import PlanResult, baseline_of, effects_of
from scanner.report.report import Report, make_report
from scanner.report.write import PARTS, open_outputs, parse_outputs, unwritten, write

Source = Callable[[Iterable[str], Callable[[ArmId], bool], Elsewhere], ReadWorld]
"""From GUIDs of subscriptions, and the vaults whose policies are needed, to what lives there."""


@dataclass(frozen=True)
class PlanAsk:
    """The options of the command, as they were typed."""

    edition: str = "current"
    checks: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    gate: Gate = field(default_factory=Gate)
    evidence: str = "found"
    plugins: Choice = field(default_factory=Choice)
    config: Config = field(default_factory=Config)
    max_age: str | None = None
    """How old the newest recovery point may be. None: as the policy's schedule says."""
    details: bool = False
    quiet: bool = False


def run_plan(ask: PlanAsk, contents: Contents, source: Source | None) -> int:
    """Judge, write and print. Returns the exit code.

    ``source`` reads what lives; None judges the plan alone. Raises ``ScanError``.
    """
    name_file_in_use(ask.config)
    asked = PlanQuestions(_questions(ask, planning=True), _questions(ask, planning=False))
    questions = asked.planning
    if ask.evidence not in EVIDENCE:
        what = f"--evidence {ask.evidence!r} is unknown"
        raise UsageError(what, nearest(ask.evidence, [*EVIDENCE]))
    policy = make_policy(ask.gate, questions, ask.config, Scope())
    outputs = parse_outputs(ask.files, ask.formats, PLAN_FORMATS)
    with open_outputs(outputs) as opened:
        began = datetime.now(UTC)
        read = _read(contents, source)
        judged = judge_plan(contents, read, asked, is_live=source is not None)
        # Only what is new or worse counts.
        times = read.times or (began, datetime.now(UTC))
        started, edition = times[0].isoformat(), questions.edition.id
        baseline = baseline_of(judged.before, judged.after, judged.result, started, edition)
        policy = replace(policy, baseline=baseline, new_only=True)
        report = _report(judged, contents, read, questions, ask, policy, times)
        write(report, opened, PARTS)
        if not (ask.quiet or any(output.to_stdout for output in outputs)):
            print_to_terminal(report, details=ask.details)
        decision = report.decision.with_unwritten(unwritten(opened))
        annotate_pipeline(report, decision.code.value)
    if not ask.quiet:
        for waiver in report.decision.expired:
            sys.stderr.write(f"note: an expired waiver hides nothing: {log_line(f'{waiver}')}\n")
        if any(output.to_stdout for output in outputs):
            sys.stderr.write(f"{log_line(judged.result.sentence)}\n")
    sys.stderr.write(f"exit {decision.code.value}: {log_line(decision.why)}\n")
    return decision.code.value


def _questions(ask: PlanAsk, *, planning: bool) -> Questions:
    return make_questions(
        ask.edition,
        ask.checks,
        without=ask.without,
        plugins=ask.plugins,
        config=ask.config,
        planning=planning,
        max_age=ask.max_age,
    )


def _read(contents: Contents, source: Source | None) -> ReadWorld:
    """What lives. Nothing is read for a plan that changes nothing that is kept."""
    if source is None or not (contents.planned or contents.unscoped_locks):
        return ReadWorld(World(), (), ScopeSummary({}, (), 0, 0))
    return source(
        contents.subscriptions,
        vaults_named(contents).__contains__,
        lambda backup: subscriptions_under_changes(Overlay(contents), backup),
    )


@dataclass(frozen=True)
class PlanQuestions:
    """What is asked of VMs."""

    planning: Questions
    """For VMs whose backup is to begin or to change, and VMs that the plan changes: as a precheck
    asks."""
    scan: Questions
    """For other VMs, where something around them changes: as a scan asks."""


@dataclass(frozen=True)
class JudgedPlan:
    """The VMs that a plan affects, before and after it is applied."""

    before: tuple[JudgedVm, ...]
    after: tuple[JudgedVm, ...]
    result: PlanResult
    world: PlannedWorld
    unread: tuple[Gap, ...]
    """VMs that the plan is to protect and nobody read, VMs that could not be judged, and what hides
    an effect."""


def judge_plan(
    contents: Contents, read: ReadWorld, questions: PlanQuestions, *, is_live: bool
) -> JudgedPlan:
    """Judge the VMs of which a fact changes, before and after, and compare the verdicts."""
    # The same bundle gives the same report each time.
    now = read.times[1] if read.times else datetime.now(UTC)
    world = put_over(contents, read.world, now)
    protections = Protections(world.before.backup)
    is_same = world.after.backup is world.before.backup
    old = world.before.vms(protections)
    new = world.after.vms(protections if is_same else None)
    # What is to come of a backup, such as its first restore point, a precheck alone asks.
    own = {
        id_ for id_, vm in new.items() if world.changes_vm(id_) or _is_to_change(vm, old.get(id_))
    }
    groups = (
        (questions.planning, _touched(own, old, new, questions.planning)),
        (questions.scan, _touched(new.keys() - own, old, new, questions.scan)),
    )
    before, unjudged_before = _judge(groups, old, world.explained_before)
    after, unjudged_after = _judge(groups, new, world.explained)
    unjudged = dict.fromkeys((*unjudged_before, *unjudged_after))
    effects = effects_of(before, after, world.origins, world.naming)
    affected = {effect.vm for effect in effects}
    shown = [vm for vm in after if vm.vm.id in affected or world.changes_vm(vm.vm.id)]
    shown_ids = {vm.vm.id for vm in shown}
    unread = (
        *(_unread_vm(vm, is_live=is_live) for vm in world.items if vm not in new),
        *unjudged,
        # The gaps of VMs that are shown are in the report by themselves.
        *hiding_gaps(
            before,
            [vm for vm in after if vm.vm.id not in shown_ids],
            (old, new),
            questions.planning.checks,
        ),
    )
    result = PlanResult(
        changes=contents.changes,
        touched=len(shown),
        effects=effects,
        losses=world.losses,
        is_live=is_live or not contents.planned,
        is_partial=bool(contents.gaps or read.gaps or world.gaps or world.unplaced or unread),
        to_be_backed_up=frozenset(world.items) | (new.keys() - old.keys()),
    )
    return JudgedPlan(
        tuple(vm for vm in before if vm.vm.id in shown_ids), tuple(shown), result, world, unread
    )


def _is_to_change(vm: Vm, before: Vm | None) -> bool:
    """True if the VM waits for its first backup, gets another policy, or nobody read whether."""
    protection, plan = vm.seen.get("protection"), vm.seen.get("plan")
    is_waiting = not isinstance(protection, Protection) or protection.state == "pending"
    return is_waiting or (before is not None and plan != before.seen.get("plan"))


def _touched(
    ids: Set[ArmId], old: Mapping[ArmId, Vm], new: Mapping[ArmId, Vm], questions: Questions
) -> list[ArmId]:
    """The VMs of which something changes that a check is about: the others keep their verdicts.

    Our checks touch only the facts that they declare. A check of another package may touch any. The
    system of a VM says which checks are asked.
    """
    checks = questions.checks
    are_ours = all(check.is_built_in for check in checks)
    declared = {"os"}.union(*((*check.reads, *check.helps) for check in checks))
    asked = declared if are_ours else FACTS.keys()

    def is_same(one: Vm, other: Vm) -> bool:
        facts = all(one.seen.get(name) == other.seen.get(name) for name in asked)
        return facts and one.location == other.location and (are_ours or one.tags == other.tags)

    return [id_ for id_ in new if id_ in ids and not (id_ in old and is_same(old[id_], new[id_]))]


def _judge(
    groups: Iterable[tuple[Questions, Sequence[ArmId]]], vms: Mapping[ArmId, Vm], explain: Explain
) -> tuple[list[JudgedVm], list[Gap]]:
    """The VMs that exist, judged by the questions of their group, and the VMs that could not be."""
    found = [
        vm
        for questions, ids in groups
        for vm in judge([vms[id_] for id_ in ids if id_ in vms], questions, explain)
    ]
    judged = [vm for vm in found if isinstance(vm, JudgedVm)]
    return judged, [gap for gap in found if type(gap) is Gap]


def _unread_vm(vm: ArmId, *, is_live: bool) -> Gap:
    if not is_live:
        return msgspec.structs.replace(not_read(vm, "virtual_machines"), scope=vm.text, what="")
    remedy = "The plan protects it, and no VM of this id was read. Check its id, and what you see."
    return Gap(vm.text, "virtual_machines", Reason.FAILED, None, remedy)


def _report(
    judged: JudgedPlan,
    contents: Contents,
    read: ReadWorld,
    questions: Questions,
    ask: PlanAsk,
    policy: Policy,
    times: tuple[datetime, datetime],
) -> Report:
    scope = read.scope
    if not scope.subscriptions:
        scope = replace(scope, subscriptions={guid: guid for guid in contents.subscriptions})
    report = make_report(
        questions.catalogue,
        questions.edition,
        scope,
        judged.after,
        (*questions.gaps, *contents.gaps, *read.gaps, *judged.world.gaps, *judged.unread),
        times,
        interrupted=False,
        policy=policy,
        checks=questions.checks,
        all_evidence=ask.evidence == "all",
        notes=(*judged.world.notes, *read.notes),
    )
    return replace(report, plan=judged.result)
