"""Azure as the source of a scan."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from scanner.arm.backup import read_backup
from scanner.arm.client import Arm
from scanner.arm.job_details import JobBudget, JobDetails, OpenJob
from scanner.arm.service_tags import ServiceTagReader
from scanner.arm.subscription import SubscriptionReader
from scanner.fleet.failed_snapshots import failed_snapshot
from scanner.fleet.scope import Targets, find_targets
from scanner.fleet.source import Ending
from scanner.fleet.tag_notes import notes_on_tags
from scanner.fleet.target import find_target
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import BackupError
from scanner.inventory.facts.load import Window
from scanner.inventory.gap import Gap, bug, guard
from scanner.inventory.join.plans import Named
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.backup import Job
from scanner.inventory.records.resources import Subscription
from scanner.inventory.scope import Scope, Selection
from scanner.inventory.snapshot import BackupReadings, Snapshot
from scanner.inventory.target import Target


class AzureSource:
    """Reads a scope over one connection. It has to be made within the event loop."""

    def __init__(
        self,
        arm: Arm,
        scope: Scope,
        *,
        target: Target = Target(),  # noqa: B008 - frozen
        budget: JobBudget = JobBudget(),  # noqa: B008 - frozen
        metrics: bool = False,
        policies_of: Callable[[ArmId], bool] = lambda _: False,
        reads_empty: bool = False,
    ) -> None:
        """``metrics`` are read of VMs whose backup failed in its snapshot.

        ``policies_of`` accepts vaults whose policies are read although they back up no VM of the
        scope: a later precheck may name one. ``reads_empty`` also reads the disks, locks and
        networks of a subscription without VMs: a plan may create its first one.
        """
        self.scope, self.endpoint = scope, arm.cloud.endpoint
        self._arm, self._target, self._metrics = arm, target, metrics
        self._policies_of, self._reads_empty = policies_of, reads_empty
        self._budget = budget
        self._job_details = JobDetails(arm, budget)
        self._seconds = asyncio.get_running_loop().time
        self._began = self._seconds()
        self._named = Named()
        self.traffic = arm.traffic
        self._service_tags = ServiceTagReader(arm)

    def now(self) -> datetime:
        """The time (UTC), as Azure has it."""
        return self._arm.now()

    async def targets(self) -> Targets:
        """The subscriptions of the scope. Raises ``ScopeError`` and ``EndpointError``."""
        return await find_targets(self._arm, self.scope)

    async def vaults(self, targets: Targets) -> BackupReadings:
        """Read the vaults. Raises ``ScopeError`` if there is no vault that the target names."""

        def is_named(vault: ArmId) -> bool:
            return self._policies_of(vault) or self._target.names(vault)

        read = await read_backup(
            self._arm,
            targets.visible if targets.subscriptions else (),
            targets.covering(self.scope),
            self._budget.days,
            is_named,
        )
        backup = BackupReadings(read.vaults, (*targets.unlisted, *read.unread))
        self._named = find_target(backup, self._target)
        return backup

    async def snapshot(
        self, subscription: Subscription, protections: Protections
    ) -> Snapshot | Gap:
        """Read a subscription. A gap if our code failed: the other subscriptions go on."""
        try:
            return await self._reader(protections).read(subscription)
        except Exception as error:  # noqa: BLE001 - the other subscriptions go on
            return bug(subscription.id, "virtual_machines", "Reading it", error)

    def end(self, *, interrupted: bool) -> Ending:  # noqa: ARG002 - a part of the protocol
        """The times, with the clock that is right at the end."""
        finished_at = self._arm.now()
        # A wrong clock was not known at the start.
        started_at = finished_at - timedelta(seconds=self._seconds() - self._began)
        notes = (*self._arm.notes, *notes_on_tags(self._service_tags))
        calls = dict(self._arm.traffic.calls)
        return Ending(started_at, finished_at, notes, calls, self.endpoint)

    def _reader(self, protections: Protections) -> SubscriptionReader:
        def failed(vm: ArmId, details: Mapping[ArmId, Job | Gap]) -> Window | Gap | None:
            return failed_snapshot(protections, details, vm)

        return SubscriptionReader(
            self._arm,
            Selection(self.scope, protections.is_backed_up),
            self._job_details,
            partial(_job_to_open, protections),
            protections.vms_in,
            asks_service=self._target.ask_azure,
            failed_snapshot=failed if self._metrics else None,
            vault_for=lambda location: self._named.of(location).vault,
            service_tags=self._service_tags,
            reads_empty=self._reads_empty,
        )


def _job_to_open(protections: Protections, vm: ArmId) -> OpenJob | None:
    """The last failed job of a VM, if its details may say more than the listing of jobs did."""
    protection = guard(partial(protections.of, vm), vm, "protection")
    error = None if isinstance(protection, Gap) else protection.known_error
    if isinstance(protection, Gap) or not isinstance(error, BackupError):
        return None
    if error.job is None or not error.is_open:
        return None
    return OpenJob(error.job, protection.vault, error.seen_at)
