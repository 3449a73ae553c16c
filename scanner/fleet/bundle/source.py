"""Bundles as a source of what is judged, and saving what another source gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from msgspec import structs

from scanner.arm.backup import narrow_backup
from scanner.arm.traffic import Traffic
from scanner.errors import UsageError
from scanner.fleet.bundle.content import Index
from scanner.fleet.bundle.narrowing import narrow, narrow_scope
from scanner.fleet.bundle.reader import Bundle
from scanner.fleet.bundle.resuming import Kept
from scanner.fleet.bundle.writer import Writer
from scanner.fleet.scope import Targets, narrow_targets
from scanner.fleet.source import Ending, Source
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.resources import Subscription
from scanner.inventory.scope import Scope, Selection
from scanner.inventory.snapshot import BackupReadings, Snapshot
from scanner.inventory.target import Target


class BundleSource:
    """A bundle, or the part of it that a scope takes. The same bundle gives the same bytes.

    Ages are counted to the time when it was read.
    """

    at_once = 4

    def __init__(
        self,
        bundle: Bundle,
        scope: Scope,
        *,
        target: Target = Target(),  # noqa: B008 - frozen
        metrics: bool = False,
        policies_of: Callable[[ArmId], bool] = lambda _: False,
    ) -> None:
        """``metrics`` are left out unless they are asked for, as a scan does.

        Raises ``UsageError`` if the bundle left out what is asked for.
        """
        self._bundle, self._manifest = bundle, bundle.manifest
        self._target, self._metrics, self._policies_of = target, metrics, policies_of
        if metrics and not self._manifest.metrics:
            what = "the bundle was recorded without --metrics"
            raise UsageError(what, "Leave it out, or record with it")
        self.scope = narrow_scope(scope, self._manifest.scope)
        self.traffic = Traffic()

    def now(self) -> datetime:
        """When the bundle was complete (UTC)."""
        return self._manifest.read_until

    async def targets(self) -> Targets:
        """The subscriptions of the bundle that the scope takes. Raises ``ScopeError``."""
        return narrow_targets(self._bundle.index.targets, self.scope, "in the bundle")

    def order(self, subscriptions: Sequence[Subscription]) -> Sequence[Subscription]:
        """The order of the bundle."""
        return subscriptions

    async def vaults(self, targets: Targets) -> BackupReadings:
        """The vaults of the bundle, as a scan of the scope reads them."""
        covers = targets.covering(self.scope)
        backup = self._bundle.index.backup
        self._bundle.forget_index()

        def is_named(vault: ArmId) -> bool:
            return self._policies_of(vault) or self._target.names(vault)

        return narrow_backup(backup, covers, is_named)

    async def snapshot(
        self, subscription: Subscription, protections: Protections
    ) -> Snapshot | Gap:
        """The VMs of the scope in a subscription. Raises ``BundleError``."""
        found = self._bundle.snapshot(subscription.id)
        if type(found) is Gap:
            return found
        narrowed = narrow(found, Selection(self.scope, protections.is_backed_up))
        return narrowed if self._metrics else structs.replace(narrowed, metrics=None)

    def end(self, *, interrupted: bool) -> Ending:  # noqa: ARG002 - of the protocol
        """The times and the notes of the bundle."""
        manifest = self._manifest
        return Ending(
            manifest.started_at,
            manifest.read_until,
            manifest.notes,
            dict(manifest.calls),
            manifest.endpoint,
        )


class RecordedSource:
    """Gives what another source gives, and saves it. What a bundle has already is not read."""

    def __init__(self, source: Source, writer: Writer, kept: Kept | None = None) -> None:
        self._source, self._writer, self._kept = source, writer, kept
        self.scope, self.traffic, self.at_once = source.scope, source.traffic, source.at_once

    def now(self) -> datetime:
        """The time (UTC) of the other source."""
        return self._source.now()

    async def targets(self) -> Targets:
        """The subscriptions. They are saved with the vaults."""
        if self._kept and self._kept.index:
            return self._kept.index.targets
        return await self._source.targets()

    def order(self, subscriptions: Sequence[Subscription]) -> Sequence[Subscription]:
        """The order of the other source."""
        return self._source.order(subscriptions)

    async def vaults(self, targets: Targets) -> BackupReadings:
        """The vaults, which are saved."""
        if self._kept and self._kept.index:
            return self._kept.index.backup
        found = await self._source.vaults(targets)
        self._writer.save_index(Index(targets, found))
        return found

    async def snapshot(
        self, subscription: Subscription, protections: Protections
    ) -> Snapshot | Gap:
        """A snapshot, which is saved."""
        if self._kept and (kept := self._kept.snapshot(self._writer.id_of(subscription.id))):
            return kept
        found = await self._source.snapshot(subscription, protections)
        self._writer.save(subscription, found, self.now())
        return found

    def end(self, *, interrupted: bool) -> Ending:
        """The end of the other source, which is saved, and whether all was saved."""
        ending = self._source.end(interrupted=interrupted)
        self._writer.finish(ending, interrupted=interrupted)
        began = min(ending.started_at, self._writer.manifest.started_at)
        return replace(ending, started_at=began, unsaved=self._writer.error)
