"""What lives in some subscriptions, read once, and VMs of it judged: for comparing two worlds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from scanner.fleet.newcomers import count_newcomers
from scanner.fleet.questions import Questions
from scanner.fleet.reading import display_name, read_fleet
from scanner.fleet.scope import Targets, narrow_targets
from scanner.fleet.source import Source
from scanner.inventory.armid import ArmId
from scanner.inventory.doubts import with_doubts
from scanner.inventory.gap import Gap, Reason, guard, map_value
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.resources import Subscription
from scanner.inventory.scope import Names, Scope, ScopeSummary
from scanner.inventory.snapshot import BackupReadings, Reading, Snapshot
from scanner.inventory.vm import Vm
from scanner.inventory.world import World, unread_snapshot
from scanner.judging.check import Fleet
from scanner.judging.containment import checks_at_work
from scanner.judging.engine import judge_in_fleet, judge_vm, unknown_finding
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.limits import CHECK_LIMITS
from scanner.judging.verdict import CauseVerdict, combine

_SHOWN = ("os", "power_state", "protection", "plan", "guest", "image")
Explain = Callable[[Gap], Gap]
Elsewhere = Callable[[BackupReadings], Iterable[str]]
"""From the vaults to the GUIDs of subscriptions that have something of interest."""


@dataclass(frozen=True)
class ReadWorld:
    """What was read, and what of it was not."""

    world: World
    gaps: tuple[Gap, ...]
    """Listings that failed: they may hide a VM."""
    scope: ScopeSummary
    notes: tuple[str, ...] = ()
    times: tuple[datetime, datetime] | None = None
    """When it was read (UTC), from and until. None if nothing was."""


async def read_world(
    source: Source,
    named: Names,
    subscriptions: Iterable[str],
    place: Place,
    elsewhere: Elsewhere = lambda _: (),
) -> ReadWorld:
    """Read some subscriptions by their GUIDs, and the subscriptions of ``named``.

    ``elsewhere`` names more, if the place reads more than is named. Raises ``ScanError``, and
    ``CancelledError`` if it is interrupted.
    """
    wanted = {*subscriptions}
    if place.reads_elsewhere:
        wanted |= {*elsewhere(await source.vaults(await source.targets()))}
    chosen = _Chosen(source, named, wanted, place)
    backups: list[BackupReadings] = []
    snapshots: dict[ArmId, Snapshot] = {}

    def prepare(backup: BackupReadings, _: Protections) -> None:
        backups.append(backup)

    def take(subscription: Subscription, found: Snapshot | Gap, _: Protections) -> None:
        if type(found) is Gap:
            found = unread_snapshot(subscription.subscription_id.lower(), source.now(), found)
        snapshots[subscription.id] = found

    read = await read_fleet(chosen, lambda _: None, prepare, take)
    if read.interrupted:
        # Half of what lives would hide what a plan does to the other half.
        raise asyncio.CancelledError
    ending = source.end(interrupted=False)
    targets = read.targets
    is_limited = _is_limited(source.scope)
    found = tuple(
        _with_doubts(snapshots[entry.id], is_limited, place) for entry in targets.subscriptions
    )
    seen = {entry.subscription_id.lower() for entry in targets.subscriptions}
    hidden = tuple(
        unread_snapshot(guid, source.now(), place.missing(guid)) for guid in sorted(wanted - seen)
    )
    world = World((*found, *hidden), backups[0])
    return ReadWorld(
        world,
        _gaps(world, targets),
        _summary(targets, world),
        ending.notes,
        (ending.started_at, ending.finished_at),
    )


class Place(Struct, frozen=True):
    """Where subscriptions are read, and what is not read there."""

    text: str
    """Such as ``in the bundle``."""
    remedy: str
    """What to do if a subscription is not there."""
    reads_empty: bool
    """True if it has the disks, locks and networks of a subscription without VMs."""
    reads_elsewhere: bool
    """True if it has all subscriptions at hand: no right is needed, and no request is sent."""

    def missing(self, guid: str) -> Gap:
        """The gap of a subscription that is not there."""
        scope = f"/subscriptions/{guid}"
        return Gap(scope, "resources", Reason.DENIED, None, self.remedy, "subscription")


AZURE = Place(
    "visible to this identity",
    "The identity does not see this subscription. Give it the Reader role there.",
    reads_empty=True,
    reads_elsewhere=False,
)
BUNDLE = Place(
    "in the bundle",
    "The bundle does not have this subscription. Collect it too, or give --live.",
    reads_empty=False,
    reads_elsewhere=True,
)


class _Chosen:
    """A source of which only some subscriptions are read."""

    def __init__(self, source: Source, named: Names, wanted: Set[str], place: Place) -> None:
        self._source, self._named, self._wanted, self._place = source, named, wanted, place
        self.scope, self.now, self.end = source.scope, source.now, source.end
        self.vaults, self.snapshot = source.vaults, source.snapshot
        self.traffic, self.at_once, self.order = source.traffic, source.at_once, source.order

    async def targets(self) -> Targets:
        targets = await self._source.targets()
        named = set[ArmId]()
        if self._named.subscriptions:
            scope = Scope(self._named)
            named = {
                entry.id for entry in narrow_targets(targets, scope, self._place.text).subscriptions
            }
        return replace(
            targets,
            subscriptions=tuple(
                entry
                for entry in targets.subscriptions
                if entry.subscription_id.lower() in self._wanted or entry.id in named
            ),
            are_all=False,
        )


def _is_limited(scope: Scope) -> bool:
    """True if VMs of a subscription may be out of the scope, other than managed ones."""
    names = (scope.wanted, scope.excluded)
    by_name = any(entry.resource_groups or entry.vms or entry.tags for entry in names)
    return by_name or scope.protection is not None


def _with_doubts(snapshot: Snapshot, is_limited: bool, place: Place) -> Snapshot:
    """The snapshot with gaps where nobody read, so that a missing entry is no answer."""
    vms = "The bundle has only some VMs of this subscription. Collect all, or give --live."
    around = "The bundle has nothing around VMs here: there was none. Give --live to read it."
    return with_doubts(
        snapshot, vms=vms if is_limited else None, around=None if place.reads_empty else around
    )


def _gaps(world: World, targets: Targets) -> tuple[Gap, ...]:
    readings: list[Reading[Any]] = [
        getattr(snapshot, name) for snapshot in world.snapshots for name in ("vms", "groups")
    ]
    listings = (reading.rest for reading in readings)
    return (*targets.gaps, *world.backup.unread, *(gap for gap in listings if gap))


def _summary(targets: Targets, world: World) -> ScopeSummary:
    names = {entry.subscription_id.lower(): display_name(entry) for entry in targets.visible}
    read = [snapshot.subscription.subscription_id.lower() for snapshot in world.snapshots]
    managed = sum(snapshot.left_out.managed for snapshot in world.snapshots)
    excluded = sum(snapshot.left_out.excluded for snapshot in world.snapshots)
    return ScopeSummary({guid: names.get(guid, guid) for guid in read}, (), managed, excluded)


def judge(vms: Sequence[Vm], questions: Questions, explain: Explain) -> tuple[JudgedVm | Gap, ...]:
    """The VMs with their verdicts, or a gap in place of a VM if our code failed.

    ``explain`` may give another reason for a gap.
    """
    with checks_at_work(CHECK_LIMITS.call):
        found = [_judged(vm, questions, explain) for vm in vms]
        failed = next((gap for gap in found if type(gap) is Gap), None)
        fleet_of = count_newcomers((vm for vm in found if isinstance(vm, JudgedVm)), failed)
        return tuple(map_value(vm, lambda it: _in_fleet(it, questions, fleet_of(it.vm), explain))
                     for vm in found)  # fmt: skip


def _judged(vm: Vm, questions: Questions, explain: Explain) -> JudgedVm | Gap:
    causes = guard(vm.id, "virtual_machines", judge_vm, questions.panel, vm)
    shown = {name: vm.seen[name] for name in _SHOWN if name in vm.seen}
    shown = {n: explain(v) if type(v) is Gap else v for n, v in shown.items()}
    return map_value(
        causes, lambda found: JudgedVm(replace(vm, seen=shown), _explained(found, explain))
    )


def _in_fleet(vm: JudgedVm, questions: Questions, fleet: Fleet, explain: Explain) -> JudgedVm:
    causes = judge_in_fleet(questions.panel, vm.vm, vm.causes, fleet)
    return replace(vm, causes=_explained(causes, explain))


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
            explained = msgspec.structs.replace(unknown_finding(gap), evidence=finding.evidence)
            attributed = msgspec.structs.replace(attributed, finding=explained)
        findings.append(attributed)
    if not changed:
        return cause
    combined = combine(cause.cause, findings)
    return msgspec.structs.replace(combined, superseded=cause.superseded)
