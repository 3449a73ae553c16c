"""What lives in some subscriptions, read once, and VMs of it judged: for comparing two worlds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec

from scanner.arm.backup import read_backup
from scanner.arm.client import Arm
from scanner.arm.job_details import JobBudget, JobDetails
from scanner.arm.subscription import SubscriptionReader
from scanner.fleet.questions import Questions
from scanner.fleet.scope import Targets, find_targets
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.plan import Plan
from scanner.inventory.gap import Gap, Reason, bug, guard
from scanner.inventory.scope import Names, Scope, ScopeSummary, Selection
from scanner.inventory.snapshot import BackupReadings, Reading, Snapshot
from scanner.inventory.vm import Vm
from scanner.inventory.world import World, unread_snapshot
from scanner.judging.check import Finding, Fleet, Verdict
from scanner.judging.containment import checks_at_work
from scanner.judging.engine import judge_in_fleet, judge_vm
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.limits import CHECK_LIMITS
from scanner.judging.verdict import CauseVerdict, combine

_AT_ONCE = 4
_JOB_DAYS = 7
_SHOWN = ("os", "power_state", "protection", "plan", "guest", "image")
Explain = Callable[[Gap], Gap]


@dataclass(frozen=True)
class ReadWorld:
    """What was read, and what of it was not."""

    world: World
    gaps: tuple[Gap, ...]
    """Listings that failed: they may hide a VM."""
    scope: ScopeSummary
    notes: tuple[str, ...] = ()


async def read_world(
    arm: Arm, scope: Scope, subscriptions: Iterable[str], is_named: Callable[[ArmId], bool]
) -> ReadWorld:
    """Read some subscriptions by their GUIDs, and those that the scope names.

    Policies are read of the vaults that ``is_named`` accepts, too. Raises ``ScopeError`` and
    ``EndpointError``.
    """
    wanted = {*subscriptions}
    targets = await find_targets(arm, replace(scope, wanted=Names()))
    named = await _named(arm, scope)
    chosen = [
        entry
        for entry in targets.subscriptions
        if entry.subscription_id in wanted or entry.id in named
    ]
    backup = await read_backup(
        arm,
        targets.visible,
        lambda vm: vm.subscription in wanted or vm.subscription_id in named,
        _JOB_DAYS,
        is_named,
    )
    backup = BackupReadings(backup.vaults, (*targets.unlisted, *backup.unread))
    reader = SubscriptionReader(
        arm,
        Selection(scope, lambda _: None),
        JobDetails(arm, JobBudget(_JOB_DAYS, 0)),
        lambda _: None,
    )
    slots = asyncio.Semaphore(_AT_ONCE)

    async def read(index: int) -> Snapshot:
        async with slots:
            try:
                return await reader.read(chosen[index])
            except Exception as error:  # noqa: BLE001 - the other subscriptions go on
                gap = bug(chosen[index].id, "virtual_machines", "Reading it", error)
                return unread_snapshot(chosen[index].subscription_id, arm.now(), gap)

    snapshots = await asyncio.gather(*(read(index) for index in range(len(chosen))))
    unseen = sorted(wanted - {entry.subscription_id for entry in chosen})
    hidden = tuple(unread_snapshot(guid, arm.now(), _not_visible(guid)) for guid in unseen)
    world = World((*snapshots, *hidden), backup)
    return ReadWorld(world, _gaps(world, targets), _summary(targets, world), tuple(arm.notes))


async def _named(arm: Arm, scope: Scope) -> set[ArmId]:
    if not scope.names_subscriptions:
        return set()
    return {entry.id for entry in (await find_targets(arm, scope)).subscriptions}


def _not_visible(guid: str) -> Gap:
    remedy = "The identity does not see this subscription. Give it the Reader role there."
    return Gap(f"/subscriptions/{guid}", "resources", Reason.DENIED, None, remedy, "subscription")


def _gaps(world: World, targets: Targets) -> tuple[Gap, ...]:
    readings: list[Reading[object]] = [  # type: ignore[type-var]
        getattr(snapshot, name) for snapshot in world.snapshots for name in ("vms", "groups")
    ]
    listings = (reading.rest for reading in readings)
    return (*targets.gaps, *world.backup.unread, *(gap for gap in listings if gap))


def _summary(targets: Targets, world: World) -> ScopeSummary:
    names = {t.subscription_id: t.display_name or t.subscription_id for t in targets.visible}
    read = [snapshot.subscription.subscription_id for snapshot in world.snapshots]
    managed = sum(snapshot.left_out.managed for snapshot in world.snapshots)
    excluded = sum(snapshot.left_out.excluded for snapshot in world.snapshots)
    return ScopeSummary({guid: names.get(guid, guid) for guid in read}, (), managed, excluded)


def judge(vms: Sequence[Vm], questions: Questions, explain: Explain) -> tuple[JudgedVm, ...]:
    """The VMs with their verdicts. ``explain`` may give another reason for a gap."""
    with checks_at_work(CHECK_LIMITS.call):
        judged = [_judged(vm, questions, explain) for vm in vms]
        plans = [plan for vm in judged if (plan := _plan_to_come(vm))]
        fleet = Fleet(
            newcomers=sum(plan.is_new_to_vault for plan in plans),
            new_to_policy=sum(plan.is_new_to_policy for plan in plans),
            gap=None,
        )
        return tuple(
            replace(vm, causes=_explained(
                judge_in_fleet(questions.panel, vm.vm, vm.causes, fleet), explain
            ))
            for vm in judged
        )  # fmt: skip


def _judged(vm: Vm, questions: Questions, explain: Explain) -> JudgedVm:
    causes = guard(lambda: judge_vm(questions.panel, vm), vm.id, "virtual_machines")
    shown = {name: vm.seen[name] for name in _SHOWN if name in vm.seen}
    shown = {n: explain(v) if isinstance(v, Gap) else v for n, v in shown.items()}
    return JudgedVm(
        replace(vm, seen=shown), () if isinstance(causes, Gap) else _explained(causes, explain)
    )


def _plan_to_come(vm: JudgedVm) -> Plan | None:
    plan = vm.vm.if_seen("plan")
    applies = any(cause.verdict is Verdict.APPLIES for cause in vm.causes)
    return plan if isinstance(plan, Plan) and not applies else None


def _explained(causes: Sequence[CauseVerdict], explain: Explain) -> tuple[CauseVerdict, ...]:
    return tuple(_explained_cause(cause, explain) for cause in causes)


def _explained_cause(cause: CauseVerdict, explain: Explain) -> CauseVerdict:
    """The cause with the gaps of its findings explained."""
    changed = False
    findings = []
    for attributed in cause.findings:
        finding = attributed.finding
        gap = explain(finding.gap) if finding.gap else None
        if gap is not None and gap is not finding.gap:
            changed = True
            message = f"{gap.fact} of {gap.scope}: {gap.remedy}"
            explained = Finding(finding.verdict, message, finding.evidence, gap=gap)
            attributed = msgspec.structs.replace(attributed, finding=explained)
        findings.append(attributed)
    if not changed:
        return cause
    combined = combine(cause.cause, findings)
    return msgspec.structs.replace(combined, superseded=cause.superseded)
