"""One scan: subscriptions read, joined and judged, a few at a time; verdicts are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Protocol

from scanner.arm.backup import read_backup
from scanner.arm.backup_service import ask_azure
from scanner.arm.client import Arm
from scanner.arm.subscription import read_subscription
from scanner.catalogue import Catalogue, Edition
from scanner.errors import ScopeError
from scanner.fleet.job_details import Details, JobBudget
from scanner.fleet.scope import LeftOut, Scope, Targets, chooser, find_targets
from scanner.fleet.target import find_target
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.plan import Plan
from scanner.inventory.gap import Gap, Reason, bug, guard
from scanner.inventory.join import join
from scanner.inventory.join.plans import Plans
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.resources import Subscription
from scanner.inventory.snapshot import BackupReadings
from scanner.inventory.target import Target
from scanner.inventory.vm import Vm
from scanner.judging.check import Check, Fleet, Verdict
from scanner.judging.engine import judge_in_fleet, judge_vm
from scanner.judging.forecast import foresee, point_limit
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.panel import Panel, needs_fleet
from scanner.judging.symptoms import find_symptoms

_SUBSCRIPTIONS_AT_ONCE = 4


class Progress(Protocol):
    """Is told how far a scan is."""

    def started(self, subscriptions: int) -> None:
        """The number of subscriptions is known."""

    def finished(self, subscription: str, vms: int) -> None:
        """A subscription was read and judged, with so many VMs."""

    def told(self, vms: Sequence[JudgedVm]) -> None:
        """These VMs will stand in the report as they are."""


@dataclass(frozen=True)
class Questions:
    """What to judge: who judges what, in which edition of which catalogue."""

    panel: Panel
    failing: tuple[Panel, ...]
    """Who judges what may be behind the error of a backup that failed, the first before the next:
    all checks by the edition asked for, and by today's."""
    checks: tuple[Check, ...]
    """Those that were picked."""
    edition: Edition
    catalogue: Catalogue
    target: Target | None = None
    """The vault and policy to be used, where VMs are looked at before backup is turned on."""


@dataclass(frozen=True)
class Outcome:
    """What a scan found, ordered by id."""

    vms: tuple[JudgedVm, ...]
    gaps: tuple[Gap, ...]
    targets: Targets
    left_out: LeftOut
    started_at: datetime
    finished_at: datetime
    interrupted: bool = False
    not_excluded: tuple[str, ...] = ()
    """Resource groups that were to be excluded and are not there: misspelt, or gone."""


async def scan(
    arm: Arm,
    scope: Scope,
    questions: Questions,
    progress: Progress,
    budget: JobBudget = JobBudget(),  # noqa: B008 - frozen
) -> Outcome:
    """Scan a scope. Cancelled, it gives what it has, marked as interrupted.

    Raises ``ScopeError`` and ``EndpointError`` before anything was read.
    """
    started_at = arm.now()
    targets = await find_targets(arm, scope)
    progress.started(len(targets.subscriptions))
    parts: dict[Subscription, _Part] = {}
    slots, left_out = asyncio.Semaphore(_SUBSCRIPTIONS_AT_ONCE), LeftOut()
    last = needs_fleet(questions.panel)

    async def one(subscription: Subscription, index: _Index) -> None:
        async with slots:
            try:
                part = await _part(arm, subscription, scope, questions, index, left_out)
            except Exception as error:  # noqa: BLE001 - the other subscriptions go on
                gap = bug(subscription.id, "virtual_machines", "Reading or joining it", error)
                parts[subscription] = _Part(gaps=(gap,))
                return
            parts[subscription] = part
            name = subscription.display_name or subscription.subscription_id
            progress.finished(name, len(part.vms))
            if not last:
                progress.told(part.vms)

    index, interrupted = None, False
    try:
        index = await _first_phase(arm, targets, scope, questions, budget)
        await asyncio.gather(*(one(each, index) for each in targets.subscriptions))
    except asyncio.CancelledError:
        interrupted = True
    done = [parts.get(each) or _not_reached(each) for each in targets.subscriptions]
    if last:
        done = _concluded(done, targets.gaps, questions)
        progress.told([vm for part in done for vm in part.vms])
    vms = tuple(sorted((vm for part in done for vm in part.vms), key=lambda each: each.vm.id))
    of_backup = index.gaps if index else ()
    gaps = (*targets.gaps, *of_backup, *(gap for part in done for gap in part.gaps))
    more, not_excluded = _looked_for(scope, targets, done)
    return Outcome(
        vms, (*gaps, *more), targets, left_out, started_at, arm.now(), interrupted, not_excluded
    )  # fmt: skip


def _looked_for(
    scope: Scope, targets: Targets, parts: Sequence[_Part]
) -> tuple[list[Gap], tuple[str, ...]]:
    """Names of the scope that nothing has: as gaps, and those that were to be excluded."""
    if targets.gaps or not all(part.is_whole for part in parts):
        # What was not listed whole may hold what is looked for.
        return [], ()
    there = {vm for part in parts for vm in part.there}
    groups = {name for part in parts for name in part.groups}
    excluded = scope.excluded.resource_groups
    idle = tuple(name for name in excluded if name.lower() not in groups)
    return _unmatched(scope, there, groups), idle


@dataclass(frozen=True)
class _Index:
    """What the first phase found: small, and kept while subscriptions are read."""

    protections: Protections
    plans: Plans
    vault: ArmId | None
    """The one that a precheck names."""
    details: Details
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class _Part:
    """What came of one subscription."""

    vms: Sequence[JudgedVm] = ()
    gaps: Sequence[Gap] = ()
    there: frozenset[ArmId] = frozenset()
    """The VMs of the scope, also those left out by their protection."""
    groups: frozenset[str] = frozenset()
    """Names of its resource groups in lower case."""
    is_whole: bool = False
    """Whether its VMs and groups were listed whole."""


async def _first_phase(
    arm: Arm,
    targets: Targets,
    scope: Scope,
    questions: Questions,
    budget: JobBudget,
) -> _Index:
    """What any subscription's VMs may need of any vault; the bodies it was made of are dropped."""
    target = questions.target
    scanned = {each.id for each in targets.subscriptions}
    visible = targets.visible if scanned else ()

    def is_of_interest(vm: ArmId) -> bool:
        """Whether the policy and the jobs of a VM that is backed up are to be read."""
        return vm.subscription_id in scanned and scope.may_cover_protected(vm)

    read = await read_backup(arm, visible, is_of_interest, budget.days, (target or Target()).names)
    backup = BackupReadings(read.vaults, (*targets.unlisted, *read.unread))
    named = find_target(backup, target) if target else None
    protections = Protections(backup)
    plans = Plans(backup, protections, named)
    gaps = (*read.gaps, *protections.gaps)
    return _Index(protections, plans, named.vault if named else None, Details(arm, budget), gaps)


async def _part(
    arm: Arm,
    subscription: Subscription,
    scope: Scope,
    questions: Questions,
    index: _Index,
    left_out: LeftOut,
) -> _Part:
    """The second phase of one subscription: read, joined, judged, and dropped but for verdicts."""
    snapshot = await read_subscription(arm, subscription, chooser(scope, left_out))
    found = join(snapshot, index.protections, index.plans)
    chosen = await index.details.of([vm for vm in found if scope.covers(vm)])
    now, target = arm.now(), questions.target
    told = [_judged(vm, questions, now) for vm in chosen]
    vms = [each for each in told if isinstance(each, JudgedVm)]
    if target and target.ask_azure:
        answers = await ask_azure(arm, [each.vm for each in vms], index.vault)
        vms = [replace(vm, azure=one) for vm, one in zip(vms, answers, strict=True)]
    there = frozenset(vm.id for vm in found)
    others = there - {vm.id for vm in chosen}
    left_out.by_protection += len(others)
    left_out.named += sorted(others & set(scope.wanted.vms))
    crashes = [each for each in told if isinstance(each, Gap)]
    unanswered = [gap for vm in vms if vm.azure for gap in vm.azure.gaps]
    return _Part(
        [_kept(vm) for vm in vms],
        (*snapshot.gaps, *crashes, *unanswered),
        there,
        frozenset(group.name.lower() for group in snapshot.groups.records),
        is_whole=not (snapshot.vms.rest or snapshot.groups.rest),
    )


def _judged(vm: Vm, questions: Questions, now: datetime) -> JudgedVm | Gap:
    """A VM judged, or that it could not be: the others are."""

    def report() -> JudgedVm:
        causes = judge_vm(questions.panel, vm)
        symptoms = find_symptoms(vm, questions.failing, questions.edition.id)
        return JudgedVm(vm, causes, symptoms, foresee(vm, point_limit(questions.edition), now))

    return guard(report, vm.id, "virtual_machines")


def _concluded(parts: Sequence[_Part], gaps: Sequence[Gap], questions: Questions) -> list[_Part]:
    """The parts with what only all VMs together show."""
    vms = [vm for part in parts for vm in part.vms]
    new = [each for each in map(_to_come, vms) if each]
    # What was not listed whole may hold more of them.
    partly = (gap for part in parts if not part.is_whole for gap in part.gaps)
    fleet = Fleet(
        sum(each.is_new_to_vault for each in new),
        sum(each.is_new_to_policy for each in new),
        next(chain(gaps, partly), None),
    )

    def whole(vm: JudgedVm) -> JudgedVm:
        return replace(vm, causes=judge_in_fleet(questions.panel, vm.vm, vm.causes, fleet))

    return [replace(part, vms=[whole(vm) for vm in part.vms]) for part in parts]


def _to_come(vm: JudgedVm) -> Plan | None:
    """By what a VM is to be backed up; None where a cause keeps it from it."""
    plan = vm.vm.seen.get("plan")
    is_kept = any(cause.verdict is Verdict.APPLIES for cause in vm.causes)
    return None if is_kept or not isinstance(plan, Plan) else plan


def _not_reached(subscription: Subscription) -> _Part:
    remedy = "The scan was interrupted before it was read. Scan again."
    gap = Gap(subscription.id.text, "virtual_machines", Reason.FAILED, None, remedy)
    return _Part(gaps=(gap,))


def _unmatched(scope: Scope, there: set[ArmId], groups: set[str]) -> list[Gap]:
    """VMs and groups that were named and are not there; raises ``ScopeError`` with no VM found."""
    missing = [(vm.text, "VM of this id") for vm in scope.wanted.vms if vm not in there]
    named = [name for name in scope.wanted.resource_groups if name.lower() not in groups]
    missing += [("/subscriptions", f"resource group {name}") for name in named]
    if missing and not there:
        at, what = missing[0]
        raise ScopeError(f"there is no {what} in the scope ({at})", _CHECK_NAMES)
    return [
        Gap(
            at,
            "virtual_machines",
            Reason.FAILED,
            None,
            f"There is no {what} in the scope. {_CHECK_NAMES}.",
        )
        for at, what in missing
    ]


_CHECK_NAMES = "Check its name, what is excluded, and whether --include-managed is needed"


def _kept(judged: JudgedVm) -> JudgedVm:
    """With what a report shows alone: all facts of a fleet would be its whole snapshot."""
    shown = {name: judged.vm.seen[name] for name in ("os", "power_state", "protection", "plan")}
    return replace(judged, vm=replace(judged.vm, seen=shown))
