"""One scan: subscriptions are read, joined and judged, a few at a time. Verdicts are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import Protocol

from scanner.arm.backup import read_backup
from scanner.arm.client import Arm
from scanner.arm.job_details import JobBudget, JobDetails, OpenJob
from scanner.arm.service_tags import ServiceTagReader
from scanner.arm.subscription import SubscriptionReader
from scanner.fleet.failed_snapshots import failed_snapshot
from scanner.fleet.questions import Questions
from scanner.fleet.scope import (
    Targets,
    find_targets,
    missing_exclusions,
    missing_names,
    notes_on_doubt,
    vms_elsewhere,
)
from scanner.fleet.tag_notes import notes_on_tags
from scanner.fleet.target import find_target
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import BackupError
from scanner.inventory.facts.plan import Plan
from scanner.inventory.gap import Gap, Reason, bug, guard
from scanner.inventory.join import join
from scanner.inventory.join.orphans import find_orphans
from scanner.inventory.join.plans import Plans
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.resources import Subscription
from scanner.inventory.scope import Scope, ScopeSummary, Selection
from scanner.inventory.snapshot import BackupReadings, LeftOut, Snapshot
from scanner.inventory.target import Target
from scanner.inventory.vm import Vm
from scanner.judging.check import Fleet, Verdict
from scanner.judging.containment import checks_at_work
from scanner.judging.engine import judge_in_fleet, judge_vm
from scanner.judging.forecast import foresee, point_limit
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.limits import CHECK_LIMITS
from scanner.judging.orphans import JudgedOrphan, judge_orphan
from scanner.judging.panel import needs_fleet
from scanner.judging.symptoms import find_symptoms, find_warnings, with_explanation

_SUBSCRIPTIONS_AT_ONCE = 4
_SHOWN = ("os", "power_state", "protection", "plan", "guest_load", "guest", "image")
"""The facts that a report shows, or that its remedies depend on."""


class Progress(Protocol):
    """Hears how far a scan is."""

    def started(self, subscriptions: int) -> None:
        """The number of subscriptions is known."""

    def finished(self, subscription: str, vms: int) -> None:
        """A subscription with this number of VMs was read and judged."""

    def judged(self, vms: Sequence[JudgedVm], now: datetime) -> None:
        """The verdicts of these VMs are final."""


@dataclass(frozen=True)
class Outcome:
    """What a scan found."""

    vms: tuple[JudgedVm, ...]
    """Ordered by id."""
    gaps: tuple[Gap, ...]
    scope: ScopeSummary
    started_at: datetime
    finished_at: datetime
    interrupted: bool = False
    not_excluded: tuple[str, ...] = ()
    """Resource groups to exclude that do not exist."""
    named_left_out: tuple[ArmId, ...] = ()
    """VMs that are named by id and left out by their protection."""
    notes: tuple[str, ...] = ()
    """What holds for the whole scan."""
    orphans: tuple[JudgedOrphan, ...] = ()
    """What Azure keeps of VMs that do not exist, ordered by VM and id."""


async def scan(
    arm: Arm,
    scope: Scope,
    questions: Questions,
    progress: Progress,
    budget: JobBudget = JobBudget(),  # noqa: B008 - frozen
) -> Outcome:
    """Scan a scope. If it is cancelled, the outcome holds what was judged until then.

    Raises ``ScopeError`` and ``EndpointError`` before any VM is read.
    """
    seconds = asyncio.get_running_loop().time
    began = seconds()
    targets = await find_targets(arm, scope)
    progress.started(len(targets.subscriptions))
    parts: dict[Subscription, _Part] = {}
    slots = asyncio.Semaphore(_SUBSCRIPTIONS_AT_ONCE)
    waits_for_fleet = needs_fleet(questions.panel)

    async def scan_one(subscription: Subscription, index: _Index) -> None:
        async with slots:
            parts[subscription] = part = await _scan_subscription(subscription, questions, index)
            progress.finished(_display_name(subscription), len(part.vms))
            if not waits_for_fleet:
                progress.judged(part.vms, arm.now())

    index, interrupted = None, False
    try:
        index = await _read_index(arm, targets, scope, questions, budget)
        scans = (scan_one(subscription, index) for subscription in targets.subscriptions)
        await asyncio.gather(*scans)
    except asyncio.CancelledError:
        interrupted = True
    done = [parts.get(target) or _unreached_part(target) for target in targets.subscriptions]
    if waits_for_fleet:
        done = _judged_in_fleet(done, targets.gaps, questions)
        progress.judged([vm for part in done for vm in part.vms], arm.now())
    is_whole = not targets.gaps and all(part.is_whole for part in done)
    # What was not listed may have the names that match nothing.
    missing, not_excluded = _unmatched_names(scope, done) if is_whole else ((), ())
    left_out = sum((part.left_out for part in done), LeftOut())
    doubtful = sum(part.out_of_sight for part in done)
    doubtful += vms_elsewhere(scope, targets, index.protections) if index else 0
    finished_at = arm.now()
    return Outcome(
        vms=tuple(sorted((vm for part in done for vm in part.vms), key=lambda vm: vm.vm.id)),
        gaps=(
            *questions.gaps,
            *targets.gaps,
            *(index.gaps if index else ()),
            *(gap for part in done for gap in part.gaps),
            *missing,
        ),
        scope=_scope_summary(targets, left_out),
        # A wrong clock was not known at the start.
        started_at=finished_at - timedelta(seconds=seconds() - began),
        finished_at=finished_at,
        interrupted=interrupted,
        not_excluded=not_excluded,
        named_left_out=tuple(vm for vm in left_out.by_protection if vm in scope.wanted.vms),
        notes=(
            *arm.notes,
            *notes_on_doubt(doubtful),
            *notes_on_tags(index.reader.service_tags if index else None),
        ),
        orphans=tuple(orphan for part in done for orphan in part.orphans),
    )


@dataclass(frozen=True)
class _Index:
    """What any subscription needs of the vaults: small, and kept for the whole scan."""

    protections: Protections
    plans: Plans
    reader: SubscriptionReader
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class _Part:
    """What came of one subscription."""

    vms: Sequence[JudgedVm] = ()
    gaps: Sequence[Gap] = ()
    left_out: LeftOut = field(default_factory=LeftOut)
    existing: frozenset[ArmId] = frozenset()
    """The VMs of the scope, also those left out by their protection."""
    groups: frozenset[str] = frozenset()
    """Names of its resource groups in lower case."""
    is_whole: bool = False
    """True if its VMs and groups were listed whole."""
    orphans: Sequence[JudgedOrphan] = ()
    out_of_sight: int = 0
    """VMs that vaults or collections name, and that the identity may not read."""


async def _read_index(
    arm: Arm, targets: Targets, scope: Scope, questions: Questions, budget: JobBudget
) -> _Index:
    """First phase: read the vaults. A VM's vault may be in another subscription than the VM."""
    target = questions.target or Target()
    scanned = {subscription.id for subscription in targets.subscriptions}
    visible = targets.visible if scanned else ()

    def is_of_interest(vm: ArmId) -> bool:
        """True if the policy and the jobs of a VM that is backed up are to be read."""
        return vm.subscription_id in scanned and scope.may_cover_protected(vm)

    read = await read_backup(arm, visible, is_of_interest, budget.days, target.names)
    backup = BackupReadings(read.vaults, (*targets.unlisted, *read.unread))
    named = find_target(backup, target) if questions.target else None
    protections = Protections(backup)
    reader = SubscriptionReader(
        arm,
        Selection(scope, lambda vm: _is_backed_up(protections, vm)),
        JobDetails(arm, budget),
        lambda vm: _job_to_open(protections, vm),
        protections.vms_in,
        asks_service=target.ask_azure,
        failed_snapshot=(
            (lambda vm, details: failed_snapshot(protections, details, vm))
            if questions.metrics
            else None
        ),
        vault_for=lambda location: named.of(location).vault if named else None,
        service_tags=ServiceTagReader(arm),
    )
    gaps = (*read.gaps, *protections.gaps)
    return _Index(protections, Plans(backup, protections, named), reader, gaps)


def _is_backed_up(protections: Protections, vm: ArmId) -> bool | None:
    """None if it was not read."""
    protection = guard(partial(protections.of, vm), vm, "protection")
    return None if isinstance(protection, Gap) else protection.is_backed_up


def _job_to_open(protections: Protections, vm: ArmId) -> OpenJob | None:
    """The last failed job of a VM, if its details may say more than the listing of jobs did."""
    protection = guard(partial(protections.of, vm), vm, "protection")
    error = None if isinstance(protection, Gap) else protection.known_error
    if isinstance(protection, Gap) or not isinstance(error, BackupError):
        return None
    if error.job is None or not error.is_open:
        return None
    return OpenJob(error.job, protection.vault, error.seen_at)


async def _scan_subscription(
    subscription: Subscription, questions: Questions, index: _Index
) -> _Part:
    """Second phase: read, join and judge one subscription. Its records are dropped."""
    try:
        snapshot = await index.reader.read(subscription)
        vms = join(snapshot, index.protections, index.plans)
        orphans = find_orphans(snapshot, index.protections)
    except Exception as error:  # noqa: BLE001 - the other subscriptions go on
        gap = bug(subscription.id, "virtual_machines", "Reading or joining it", error)
        return _Part(gaps=(gap,))
    with checks_at_work(CHECK_LIMITS.call):
        results = [_judge_or_gap(vm, snapshot, questions) for vm in vms]
    return _Part(
        [result for result in results if isinstance(result, JudgedVm)],
        (*snapshot.gaps, *(result for result in results if isinstance(result, Gap))),
        snapshot.left_out,
        frozenset((*(vm.id for vm in vms), *snapshot.left_out.by_protection)),
        frozenset(group.name.lower() for group in snapshot.groups.records),
        is_whole=not (snapshot.vms.rest or snapshot.groups.rest),
        orphans=[
            judge_orphan(orphan, questions.edition, questions.catalogue) for orphan in orphans
        ],
        out_of_sight=sum(gap.reason is Reason.DENIED for gap in snapshot.gone.unknown.values()),
    )


def _judge_or_gap(vm: Vm, snapshot: Snapshot, questions: Questions) -> JudgedVm | Gap:
    """A VM with its verdicts, or a gap if our code failed. The other VMs are judged on."""

    def judge() -> JudgedVm:
        symptoms = find_symptoms(vm, questions.symptom_panels, questions.edition.id)
        return JudgedVm(
            _without_other_facts(vm),
            with_explanation(judge_vm(questions.panel, vm), symptoms),
            symptoms,
            find_warnings(vm, questions.symptom_panels, questions.edition.id),
            foresee(vm, point_limit(questions.edition), snapshot.vms.seen_at),
            snapshot.azure_answers.get(vm.id),
        )

    return guard(judge, vm.id, "virtual_machines")


def _without_other_facts(vm: Vm) -> Vm:
    """The VM with only the facts that a report shows, to bound memory."""
    return replace(vm, seen={name: vm.seen[name] for name in _SHOWN if name in vm.seen})


def _judged_in_fleet(
    parts: Sequence[_Part], gaps: Sequence[Gap], questions: Questions
) -> list[_Part]:
    """The parts with the verdicts that need the whole fleet."""
    plans = [plan for part in parts for vm in part.vms if (plan := _plan_to_come(vm))]
    # A subscription that was not listed whole may hold more VMs.
    unlisted = (gap for part in parts if not part.is_whole for gap in part.gaps)
    fleet = Fleet(
        newcomers=sum(plan.is_new_to_vault for plan in plans),
        new_to_policy=sum(plan.is_new_to_policy for plan in plans),
        gap=next(chain(gaps, unlisted), None),
    )

    def judged(vm: JudgedVm) -> JudgedVm:
        return replace(vm, causes=judge_in_fleet(questions.panel, vm.vm, vm.causes, fleet))

    with checks_at_work(CHECK_LIMITS.call):
        return [replace(part, vms=[judged(vm) for vm in part.vms]) for part in parts]


def _plan_to_come(vm: JudgedVm) -> Plan | None:
    """The plan of a VM. None if a cause applies, because then backup is not turned on."""
    plan = vm.vm.if_seen("plan")
    applies = any(cause.verdict is Verdict.APPLIES for cause in vm.causes)
    return plan if isinstance(plan, Plan) and not applies else None


def _unreached_part(subscription: Subscription) -> _Part:
    """The part of a subscription that an interrupted scan did not get to."""
    remedy = "The scan was interrupted before it was read. Scan again."
    gap = Gap(subscription.id.text, "virtual_machines", Reason.FAILED, None, remedy)
    return _Part(gaps=(gap,))


def _unmatched_names(
    scope: Scope, parts: Sequence[_Part]
) -> tuple[tuple[Gap, ...], tuple[str, ...]]:
    """Names of the scope that no VM or group has, as gaps, and names it excludes in vain."""
    existing = {vm for part in parts for vm in part.existing}
    groups = {name for part in parts for name in part.groups}
    kept = {judged.orphan.vm for part in parts for judged in part.orphans}
    return missing_names(scope, existing, groups, kept), missing_exclusions(scope, groups)


def _scope_summary(targets: Targets, left_out: LeftOut) -> ScopeSummary:
    """What was scanned, and how many VMs were left out for which reason."""
    return ScopeSummary(
        subscriptions={
            subscription.subscription_id.lower(): _display_name(subscription)
            for subscription in targets.subscriptions
        },
        disabled_subscriptions=tuple(map(_display_name, targets.disabled)),
        managed_left_out=left_out.managed,
        excluded=left_out.excluded,
        by_protection=len(left_out.by_protection),
    )


def _display_name(subscription: Subscription) -> str:
    return subscription.display_name or subscription.subscription_id
