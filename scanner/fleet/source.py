"""Where a scan gets what it judges from: Azure, or a bundle that was saved before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from scanner.arm.traffic import Traffic
from scanner.errors import ScanError
from scanner.fleet.scope import Targets
from scanner.inventory.gap import Gap
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.resources import Subscription
from scanner.inventory.scope import Scope
from scanner.inventory.snapshot import BackupReadings, Snapshot


@dataclass(frozen=True)
class Ending:
    """What is known when everything was read. Times are in UTC."""

    started_at: datetime
    finished_at: datetime
    notes: tuple[str, ...] = ()
    """What holds for the whole scan."""
    calls: Mapping[str, int] = field(default_factory=dict)
    """Numbers of requests by the name of the call."""
    endpoint: str | None = None
    """The Resource Manager that was read. None if it is not known."""
    unsaved: ScanError | None = None
    """Why what was read was not saved, although it was to be."""


class Source(Protocol):
    """Gives what was read of a scope: targets first, then the vaults, then one snapshot a time."""

    @property
    def scope(self) -> Scope:
        """The VMs that the snapshots hold."""

    @property
    def at_once(self) -> int:
        """How many snapshots are best asked for at the same time."""

    @property
    def traffic(self) -> Traffic:
        """What was asked of Azure so far. Nothing of a bundle."""

    def now(self) -> datetime:
        """The time (UTC) that ages are counted to."""

    async def targets(self) -> Targets:
        """The subscriptions of the scope. Raises ``ScopeError`` and ``EndpointError``."""

    def order(self, subscriptions: Sequence[Subscription]) -> Sequence[Subscription]:
        """The order in which snapshots are best asked for."""

    async def vaults(self, targets: Targets) -> BackupReadings:
        """The vaults of all visible subscriptions: small, and kept for the whole scan."""

    async def snapshot(
        self, subscription: Subscription, protections: Protections
    ) -> Snapshot | Gap:
        """All that was read of a subscription, or why nothing was."""

    def end(self, *, interrupted: bool) -> Ending:
        """To be called once, when everything was read or the scan was interrupted."""
