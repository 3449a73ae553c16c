"""Azure as the source of a scan."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from scanner.arm.backup import read_backup
from scanner.arm.calls import EVERY_SCAN
from scanner.arm.graph import WithoutVms
from scanner.arm.job_details import JobBudget, JobDetails, OpenJob
from scanner.arm.service_tags import ServiceTagReader
from scanner.arm.subscription import SubscriptionReader
from scanner.catalogue.text import counted
from scanner.errors import UsageError
from scanner.fleet.failed_snapshots import failed_snapshot
from scanner.fleet.graph import GraphAnswers
from scanner.fleet.scope import Targets, find_targets
from scanner.fleet.source import Ending
from scanner.fleet.tag_notes import notes_on_tags
from scanner.fleet.target import find_target
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import BackupError
from scanner.inventory.facts.load import Window
from scanner.inventory.facts.network import PublishedTags
from scanner.inventory.gap import Gap, bug
from scanner.inventory.join.plans import Named
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.backup import Job
from scanner.inventory.records.resources import Subscription
from scanner.inventory.scope import Scope, Selection
from scanner.inventory.snapshot import BackupReadings, Snapshot
from scanner.inventory.target import Target

if TYPE_CHECKING:
    from scanner.arm.client import Arm


class AzureSource:
    """Reads a scope over one connection. It has to be made within the event loop."""

    at_once = 4

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
        use_graph: bool = False,
        tags: PublishedTags | None = None,
        without_vms: WithoutVms | None = None,
    ) -> None:
        """``metrics`` are read of VMs whose backup failed in its snapshot.

        ``policies_of`` accepts vaults whose policies are read although they back up no VM of the
        scope: a later precheck may name one. ``reads_empty`` also reads the disks, locks and
        networks of a subscription without VMs: a plan may create its first one.

        ``use_graph`` asks Resource Graph which subscriptions hold VMs. ``tags`` are service tags
        and ``without_vms`` subscriptions without a VM that somebody else asked about.
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
        self._service_tags = ServiceTagReader(arm, tags)
        self._without_vms = without_vms or WithoutVms()
        self.graph = GraphAnswers() if use_graph else None

    def now(self) -> datetime:
        """The time (UTC), as Azure has it."""
        return self._arm.now()

    async def targets(self) -> Targets:
        """The subscriptions of the scope. Raises ``ScopeError`` and ``EndpointError``.

        Raises ``UsageError`` if what is listed of every subscription takes too many requests.
        """
        found = await find_targets(self._arm, self.scope)
        self._vet_size(found)
        if self.graph is not None:
            await self.graph.read(self._arm, found.subscriptions, self.scope)
        return found

    def order(self, subscriptions: Sequence[Subscription]) -> Sequence[Subscription]:
        """The subscriptions with the most VMs first, if Resource Graph says how many."""
        return self.graph.order(subscriptions) if self.graph else subscriptions

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
        of_graph = self.graph.notes() if self.graph else ()
        notes = (*self._arm.notes, *notes_on_tags(self._service_tags), *of_graph)
        calls = dict(self._arm.traffic.calls)
        return Ending(started_at, finished_at, notes, calls, self.endpoint)

    def _vet_size(self, targets: Targets) -> None:
        most, read = self._arm.limits.max_calls, len(targets.subscriptions)
        of_each = sum(call.per == "subscription" for call in EVERY_SCAN)
        least = self.traffic.requests + of_each * read + (len(targets.visible) if read else 0)
        if most is not None and least > most:
            what = (
                f"{counted(read, 'subscription')} and the vaults need at least {least:,} requests"
            )
            remedy = "Raise it, or name fewer subscriptions"
            raise UsageError(f"{what}, and --max-calls allows {most:,}", remedy)

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
            without_vms=self.graph.without_vms if self.graph else self._without_vms,
            reads_empty=self._reads_empty,
        )


def _job_to_open(protections: Protections, vm: ArmId) -> OpenJob | None:
    """The last failed job of a VM, if its details may say more than the listing of jobs did."""
    protection = protections.known(vm)
    error = None if type(protection) is Gap else protection.known_error
    if type(protection) is Gap or not isinstance(error, BackupError):
        return None
    if error.job is None or not error.is_open:
        return None
    return OpenJob(error.job, protection.vault, error.seen_at)
