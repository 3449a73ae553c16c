"""Going through a source: vaults first, then a few subscriptions at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from scanner.fleet.scope import Targets
from scanner.fleet.source import Source
from scanner.inventory.gap import Gap
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.resources import Subscription
from scanner.inventory.snapshot import BackupReadings, Snapshot

Prepare = Callable[[BackupReadings, Protections], None]
Take = Callable[[Subscription, Snapshot | Gap, Protections], None]


@dataclass(frozen=True)
class FleetRead:
    """What was read before the subscriptions."""

    targets: Targets
    protections: Protections | None = None
    """None if the vaults were not reached."""
    gaps: tuple[Gap, ...] = ()
    """What was not read of the vaults."""
    interrupted: bool = False


async def read_fleet(
    source: Source, started: Callable[[int], None], prepare: Prepare, take: Take
) -> FleetRead:
    """Give every snapshot of a source to ``take``, once ``prepare`` has the vaults.

    ``started`` learns the number of subscriptions. If it is cancelled, it ends with what it has.
    Raises ``ScanError``.
    """
    targets = await source.targets()
    started(len(targets.subscriptions))
    slots = asyncio.Semaphore(source.at_once)

    async def read_one(subscription: Subscription, protections: Protections) -> None:
        async with slots:
            take(subscription, await source.snapshot(subscription, protections), protections)

    protections, gaps = None, tuple[Gap, ...]()
    try:
        backup = await source.vaults(targets)
        protections = Protections(backup)
        gaps = (*backup.gaps, *protections.gaps)
        prepare(backup, protections)
        # What the scan needs of the vaults is in the protections. The records take more memory.
        del backup
        in_order = source.order(targets.subscriptions)
        reads = (read_one(subscription, protections) for subscription in in_order)
        await asyncio.gather(*reads)
    except asyncio.CancelledError:
        return FleetRead(targets, protections, gaps, interrupted=True)
    return FleetRead(targets, protections, gaps)


def display_name(subscription: Subscription) -> str:
    """The name of a subscription, or its GUID."""
    return subscription.display_name or subscription.subscription_id
