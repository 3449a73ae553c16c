"""One scan: subscriptions are read, joined and judged, a few at a time. Verdicts are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from scanner.arm.job_details import JobBudget
from scanner.errors import ScanError
from scanner.fleet.newcomers import count_newcomers
from scanner.fleet.questions import Questions
from scanner.fleet.reading import display_name, read_fleet
from scanner.fleet.scope import (
    Targets,
    missing_exclusions,
    missing_names,
    notes_on_doubt,
    vms_elsewhere,
)
from scanner.fleet.source import Source
from scanner.fleet.target import find_target
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason, bug, guard
from scanner.inventory.join import join_each
from scanner.inventory.join.orphans import find_orphans
from scanner.inventory.join.plans import Plans
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.resources import Subscription
from scanner.inventory.scope import Scope, ScopeSummary
from scanner.inventory.snapshot import BackupReadings, LeftOut, Snapshot
from scanner.inventory.target import Target
from scanner.inventory.vm import Vm
from scanner.judging.containment import checks_at_work
from scanner.judging.engine import judge_in_fleet, judge_vm
from scanner.judging.forecast import foresee, point_limit
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.kept import Kept
from scanner.judging.limits import CHECK_LIMITS
from scanner.judging.orphans import JudgedOrphan, judge_orphan
from scanner.judging.panel import needs_fleet
from scanner.judging.symptoms import find_symptoms, find_warnings, with_explanation

if TYPE_CHECKING:
    from scanner.arm.client import Arm

_SHOWN = ("os", "power_state", "protection", "plan", "guest_load", "guest", "image")
"""The facts that a report shows, or that its remedies depend on."""


class Progress(Protocol):
    """Hears how far a scan is."""

    def started(self, subscriptions: int) -> None:
        """The number of subscriptions is known."""

    def finished(self, subscription: str, vms: int) -> None:
        """A subscription with this number of VMs was read and judged."""

    def judged(self, vms: Sequence[JudgedVm], now: datetime, names: Mapping[str, str]) -> None:
        """The verdicts of these VMs are final. ``names`` are of subscriptions, by GUID."""


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
    unsaved: ScanError | None = None
    """Why what was read was not saved, although it was to be."""


def nothing_read(started_at: datetime, finished_at: datetime) -> Outcome:
    """The outcome of a scan that was interrupted before the subscriptions were listed."""
    remedy = "The scan was interrupted before anything was read. Scan again."
    gap = Gap("/subscriptions", "subscriptions", Reason.FAILED, None, remedy)
    scope = ScopeSummary({}, (), 0, 0)
    return Outcome((), (gap,), scope, started_at, finished_at, interrupted=True)


async def scan(
    arm: Arm,
    scope: Scope,
    questions: Questions,
    progress: Progress,
    budget: JobBudget = JobBudget(),  # noqa: B008 - frozen
    *,
    use_graph: bool = False,
) -> Outcome:
    """Scan a scope. If it is cancelled, the outcome holds what was judged until then.

    Raises ``ScopeError`` and ``EndpointError`` before any VM is read.
    """
    from scanner.fleet.azure import AzureSource

    source = AzureSource(
        arm,
        scope,
        target=questions.target or Target(),
        budget=budget,
        metrics=questions.metrics,
        use_graph=use_graph,
    )
    return await judge(source, questions, progress)


async def judge(source: Source, questions: Questions, progress: Progress) -> Outcome:
    """Judge what a source has. If it is cancelled, the outcome holds what was judged until then.

    Raises ``ScanError`` before any VM is judged.
    """
    scope, parts, kept = source.scope, dict[ArmId, _Part](), Kept()
    waits_for_fleet = needs_fleet(questions.panel)
    plans: list[Plans] = []

    def prepare(backup: BackupReadings, protections: Protections) -> None:
        named = find_target(backup, questions.target) if questions.target else None
        plans.append(Plans(backup, protections, named))

    def take(
        subscription: Subscription, snapshot: Snapshot | Gap, protections: Protections
    ) -> None:
        parts[subscription.id] = part = _judge_part(
            snapshot, questions, protections, plans[0], kept
        )
        progress.finished(display_name(subscription), len(part.vms))
        if not waits_for_fleet:
            progress.judged(part.vms, source.now(), _names((subscription,)))

    read = await read_fleet(source, progress.started, prepare, take)
    targets, protections = read.targets, read.protections
    done = [parts.get(target.id) or _unreached_part(target) for target in targets.subscriptions]
    if waits_for_fleet:
        done = _judged_in_fleet(done, targets.gaps, questions)
        names = _names(targets.subscriptions)
        progress.judged([vm for part in done for vm in part.vms], source.now(), names)
    is_whole = not targets.gaps and all(part.is_whole for part in done)
    # What was not listed may have the names that match nothing.
    missing, not_excluded = _unmatched_names(scope, done) if is_whole else ((), ())
    left_out = sum((part.left_out for part in done), LeftOut())
    doubtful = sum(part.out_of_sight for part in done)
    doubtful += vms_elsewhere(scope, targets, protections) if protections else 0
    ending = source.end(interrupted=read.interrupted)
    return Outcome(
        vms=tuple(sorted((vm for part in done for vm in part.vms), key=lambda vm: vm.vm.id.key)),
        gaps=(
            *questions.gaps,
            *targets.gaps,
            *read.gaps,
            *(gap for part in done for gap in part.gaps),
            *missing,
        ),
        scope=_scope_summary(targets, left_out, ending.endpoint, scope.limits),
        started_at=ending.started_at,
        finished_at=ending.finished_at,
        interrupted=read.interrupted,
        not_excluded=not_excluded,
        named_left_out=tuple(vm for vm in left_out.by_protection if vm in scope.wanted.vms),
        notes=(*ending.notes, *notes_on_doubt(doubtful)),
        orphans=tuple(orphan for part in done for orphan in part.orphans),
        unsaved=ending.unsaved,
    )


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


def _judge_part(
    snapshot: Snapshot | Gap,
    questions: Questions,
    protections: Protections,
    plans: Plans,
    kept: Kept,
) -> _Part:
    """Join and judge one subscription. Its records are dropped."""
    if type(snapshot) is Gap:
        return _Part(gaps=(snapshot,))
    results: list[JudgedVm | Gap] = []
    existing: list[ArmId] = []
    try:
        orphans = find_orphans(snapshot, protections)
        with checks_at_work(CHECK_LIMITS.call):
            for vm in join_each(snapshot, protections, plans):
                existing.append(vm.id)
                results.append(_judge_or_gap(vm, snapshot, questions, kept))
    except Exception as error:  # noqa: BLE001 - the other subscriptions go on
        gap = bug(snapshot.subscription.id, "virtual_machines", "Joining it", error)
        return _Part(gaps=(gap,))
    return _Part(
        [result for result in results if isinstance(result, JudgedVm)],
        (*snapshot.gaps, *(result for result in results if type(result) is Gap)),
        snapshot.left_out,
        frozenset((*existing, *snapshot.left_out.by_protection)),
        frozenset(group.name.lower() for group in snapshot.groups.records),
        is_whole=not (snapshot.vms.rest or snapshot.groups.rest),
        orphans=[
            judge_orphan(orphan, questions.edition, questions.catalogue) for orphan in orphans
        ],
        out_of_sight=sum(gap.reason is Reason.DENIED for gap in snapshot.gone.unknown.values()),
    )


def _judge_or_gap(vm: Vm, snapshot: Snapshot, questions: Questions, kept: Kept) -> JudgedVm | Gap:
    """A VM with its verdicts, or a gap if our code failed. The other VMs are judged on."""

    def judge() -> JudgedVm:
        symptoms = find_symptoms(vm, questions.symptom_panels, questions.edition.id)
        briefly = not questions.all_evidence
        causes = with_explanation(judge_vm(questions.panel, vm, briefly=briefly), symptoms)
        return JudgedVm(
            _without_other_facts(vm),
            causes if questions.all_evidence else kept.causes(causes),
            symptoms,
            find_warnings(vm, questions.symptom_panels, questions.edition.id),
            foresee(vm, point_limit(questions.edition), snapshot.vms.seen_at),
            snapshot.azure_answers.get(vm.id),
        )

    return guard(vm.id, "virtual_machines", judge)


def _without_other_facts(vm: Vm) -> Vm:
    """The VM with only the facts that a report shows, to bound memory."""
    return replace(vm, seen={name: vm.seen[name] for name in _SHOWN if name in vm.seen})


def _judged_in_fleet(
    parts: Sequence[_Part], gaps: Sequence[Gap], questions: Questions
) -> list[_Part]:
    """The parts with the verdicts that need the whole fleet."""
    # A subscription that was not listed whole may hold more VMs.
    unlisted = (gap for part in parts if not part.is_whole for gap in part.gaps)
    vms = (vm for part in parts for vm in part.vms)
    fleet_of = count_newcomers(vms, next(chain(gaps, unlisted), None))

    def judged(vm: JudgedVm) -> JudgedVm:
        fleet = fleet_of(vm.vm)
        return replace(vm, causes=judge_in_fleet(questions.panel, vm.vm, vm.causes, fleet))

    with checks_at_work(CHECK_LIMITS.call):
        return [replace(part, vms=[judged(vm) for vm in part.vms]) for part in parts]


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


def _names(subscriptions: Iterable[Subscription]) -> dict[str, str]:
    return {one.subscription_id.lower(): display_name(one) for one in subscriptions}


def _scope_summary(
    targets: Targets, left_out: LeftOut, endpoint: str | None, limits: tuple[str, ...]
) -> ScopeSummary:
    """What was scanned, and how many VMs were left out for which reason."""
    return ScopeSummary(
        subscriptions=_names(targets.subscriptions),
        disabled_subscriptions=tuple(map(display_name, targets.disabled)),
        managed_left_out=left_out.managed,
        excluded=left_out.excluded,
        by_protection=len(left_out.by_protection),
        endpoint=endpoint,
        limits=limits,
    )
