"""The call plan of a scope: what a scan would ask, found by going its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scanner.arm.call_plan import CallPlan, Needed, Slowest
from scanner.fleet.azure import AzureSource
from scanner.fleet.reading import display_name, read_fleet
from scanner.inventory.gap import Gap
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.resources import Subscription
from scanner.inventory.snapshot import BackupReadings, Snapshot


@dataclass(frozen=True)
class PlannedCalls:
    """The requests that a scan of a scope needs at least."""

    subscriptions: int
    vms: int
    needed: tuple[Needed, ...]
    slowest: Slowest
    slowest_name: str
    """The name of the subscription whose limit takes longest. Empty for the tenant."""
    gaps: tuple[Gap, ...]
    """What was not read, so that the calls that follow from it are not counted."""
    interrupted: bool
    notes: tuple[str, ...] = ()
    """What Resource Graph says, if it was asked."""

    @property
    def requests(self) -> int:
        """All requests."""
        return sum(kind.requests for kind in self.needed)

    @property
    def sent(self) -> int:
        """The requests that this plan sent."""
        return sum(kind.requests for kind in self.needed if kind.is_sent)


async def plan_calls(
    source: AzureSource,
    plan: CallPlan,
    started: Callable[[int], None],
    finished: Callable[[str, int], None],
) -> PlannedCalls:
    """The calls of a source whose connection counts them in ``plan``. Raises ``ScanError``.

    ``started`` learns the number of subscriptions, ``finished`` the name of one and its VMs.
    """
    gaps, vms = list[Gap](), 0

    def prepare(_backup: BackupReadings, _protections: Protections) -> None:
        """Nothing is judged."""

    def take(subscription: Subscription, found: Snapshot | Gap, _: Protections) -> None:
        nonlocal vms
        number = 0
        if isinstance(found, Snapshot):
            number = len(found.vms.index()) + len(found.classic_vms.index())
            gaps.extend(found.gaps)
        else:
            gaps.append(found)
        vms += number
        finished(display_name(subscription), number)

    read = await read_fleet(source, started, prepare, take)
    sent = source.traffic.by_kind
    slowest = plan.slowest(sent)
    names = {entry.subscription_id: display_name(entry) for entry in read.targets.visible}
    every_gap = {gap.key: gap for gap in (*read.targets.gaps, *read.gaps, *gaps)}
    return PlannedCalls(
        subscriptions=len(read.targets.subscriptions),
        vms=vms,
        needed=plan.needed(sent),
        slowest=slowest,
        slowest_name=names.get(slowest.subscription, slowest.subscription),
        gaps=tuple(gap for gap in every_gap.values() if plan.is_failure(gap)),
        interrupted=read.interrupted,
        notes=tuple(source.graph.notes()) if source.graph else (),
    )
