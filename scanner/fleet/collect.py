"""Reading a scope to save it, without judging anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scanner.errors import ScanError
from scanner.fleet.reading import display_name, read_fleet
from scanner.fleet.source import Source
from scanner.inventory.gap import Gap
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.resources import Subscription
from scanner.inventory.snapshot import BackupReadings, Snapshot


@dataclass(frozen=True)
class Collected:
    """What was read."""

    subscriptions: int
    vms: int
    gaps: int
    """How many reads failed."""
    interrupted: bool
    unsaved: ScanError | None
    """Why it was not saved."""


async def collect(
    source: Source, started: Callable[[int], None], finished: Callable[[str, int], None]
) -> Collected:
    """Read all that a source has. The source saves it. Raises ``ScanError``.

    ``started`` learns the number of subscriptions, ``finished`` the name of one and its VMs.
    """
    gaps, vms = set[tuple[str, str]](), 0

    def prepare(_backup: BackupReadings, _protections: Protections) -> None:
        """Nothing is judged."""

    def take(subscription: Subscription, found: Snapshot | Gap, _: Protections) -> None:
        nonlocal vms
        number = 0
        if isinstance(found, Snapshot):
            number = len(found.vms.index()) + len(found.classic_vms.index())
            gaps.update(gap.key for gap in found.gaps)
        else:
            gaps.add(found.key)
        vms += number
        finished(display_name(subscription), number)

    read = await read_fleet(source, started, prepare, take)
    gaps |= {gap.key for gap in (*read.targets.gaps, *read.gaps)}
    ending = source.end(interrupted=read.interrupted)
    return Collected(
        len(read.targets.subscriptions), vms, len(gaps), read.interrupted, ending.unsaved
    )
