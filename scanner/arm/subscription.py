"""Reading one subscription: few listings, and single reads only where no listing has the fact."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from scanner.arm import calls
from scanner.arm.backup_service import Locations, ask_service
from scanner.arm.gone import collections_of, read_gone, source_vms
from scanner.arm.graph import WithoutVms
from scanner.arm.job_details import JobDetails, OpenJob
from scanner.arm.metrics import Windows, read_loads
from scanner.arm.network import read_network
from scanner.arm.service_tags import ServiceTagReader
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.load import Window
from scanner.inventory.facts.network import PublishedTags
from scanner.inventory.gap import Gap
from scanner.inventory.records.backup import Job
from scanner.inventory.records.classic import ClassicVirtualMachine
from scanner.inventory.records.compute import VirtualMachine
from scanner.inventory.records.resources import ResourceGroup, Subscription
from scanner.inventory.scope import Selected, Selection
from scanner.inventory.snapshot import LoadReadings, NetworkReadings, Reading, Snapshot

if TYPE_CHECKING:
    from scanner.arm.client import Arm

Details = Mapping[ArmId, Job | Gap]
_NO_POWER_STATE = ("powerstate/", "powerstate/unknown")


class _Machines(NamedTuple):
    """The listings that find the VMs of a subscription."""

    vms: Reading[VirtualMachine]
    classic_vms: Reading[ClassicVirtualMachine]
    groups: Reading[ResourceGroup]
    is_bare: bool = False
    """True if there is no VM, and by Resource Graph nothing else that is read."""


@dataclass(frozen=True)
class SubscriptionReader:
    """Reads subscriptions for one scan. No failed read keeps another from going on."""

    arm: Arm
    selection: Selection
    """Selects the VMs before anything is read of each."""
    job_details: JobDetails
    open_job: Callable[[ArmId], OpenJob | None]
    """The last failed job of a VM, if its details may say more."""
    vms_with_items: Callable[[ArmId], Sequence[ArmId]] = lambda _: ()
    """The VMs of a subscription that vaults have items of, whether they exist or not."""
    asks_service: bool = False
    """True if the Backup service itself is asked about each VM."""
    failed_snapshot: Callable[[ArmId, Details], Window | Gap | None] | None = None
    """The time of a backup that failed in its snapshot, or why it is not known. None if Azure
    Monitor is not to be asked about the load of its VM."""
    vault_for: Callable[[str | None], ArmId | None] = lambda _: None
    """The vault to ask the service about, by the location of a VM."""
    service_tags: ServiceTagReader | None = None
    """Reads the service tags of the cloud. None if the copy that is built in is enough."""
    without_vms: WithoutVms = field(default_factory=WithoutVms)
    """The subscriptions that hold no VM, by Resource Graph."""
    reads_empty: bool = False
    """True to read what may be around a VM also where there is none."""

    async def read(self, subscription: Subscription) -> Snapshot:
        """All that the checks need of the selected VMs of a subscription."""
        scope = subscription.id
        listed, listed_classic, groups, is_bare = await self._list_machines(scope)
        selected = self.selection.select(listed, listed_classic, groups)
        locations = _locations(selected)
        jobs = [job for vm in locations if (job := self.open_job(vm))]
        machines, (job_details, metrics), azure_answers = await asyncio.gather(
            self._read_machines(scope, selected.vms, listed, is_bare=is_bare),
            self._read_failures(jobs, [*selected.vms.index()]),
            ask_service(self.arm, locations if self.asks_service else {}, self.vault_for),
        )
        collections = machines["collections"]
        named = (*self.vms_with_items(scope), *source_vms(collections))
        absent = self.selection.absent(named, listed, listed_classic, groups)
        return Snapshot(
            subscription=subscription,
            groups=groups,
            vms=selected.vms,
            classic_vms=selected.classic_vms,
            listed_classic_vms=listed_classic,
            left_out=selected.left_out,
            job_details=job_details,
            metrics=metrics,
            azure_answers=azure_answers,
            gone=await read_gone(self.arm, scope, absent, collections),
            **machines,
        )

    async def _list_machines(self, scope: ArmId) -> _Machines:
        """All VMs of a subscription. Groups are left out where there is no VM, as was said."""
        of_vms = self.arm.list_all(calls.VIRTUAL_MACHINES, scope)
        of_classic_vms = self.arm.list_all(calls.CLASSIC_VMS, scope)
        of_groups = partial(self.arm.list_all, calls.RESOURCE_GROUPS, scope)
        if scope not in self.without_vms or self.vms_with_items(scope):
            return _Machines(*await asyncio.gather(of_vms, of_classic_vms, of_groups()))
        vms, classic_vms = await asyncio.gather(of_vms, of_classic_vms)
        has_none = not (vms.index() or vms.gaps or classic_vms.index() or classic_vms.gaps)
        self.without_vms.find(scope, has_none=has_none)
        groups = Reading[ResourceGroup](scope.text, vms.seen_at) if has_none else await of_groups()
        return _Machines(vms, classic_vms, groups, is_bare=has_none)

    async def _read_machines(
        self,
        scope: ArmId,
        vms: Reading[VirtualMachine],
        listed: Reading[VirtualMachine],
        *,
        is_bare: bool,
    ) -> dict[str, Any]:
        """The readings of a snapshot that are about Resource Manager VMs, by field.

        ``listed`` are all VMs of the subscription, in the scope or not. Nothing else is read of a
        subscription that ``is_bare``.
        """
        if not vms.index() and not self.reads_empty:
            # The listing of classic VMs has all of theirs. Collections may outlive their VM.
            return await self._no_machines(vms, listed, is_bare=is_bare)
        listings, network, service_tags = await asyncio.gather(
            asyncio.gather(
                self.arm.list_all(calls.STATUSES, scope),
                self.arm.list_all(calls.DISKS, scope),
                self.arm.list_all(calls.LOCKS, scope),
                self.arm.list_all(calls.COLLECTIONS, scope),
            ),
            read_network(self.arm, scope),
            self._read_service_tags(scope, vms),
        )
        statuses, disks, locks, collections = listings
        unlisted = self._protected_first(unlisted_vms(vms, statuses))
        wanted = dict.fromkeys([*needing_a_view(vms, statuses), *unlisted])
        views, expanded = await asyncio.gather(
            self.arm.read_all(calls.INSTANCE_VIEW, scope, [*wanted]),
            self.arm.read_all(
                calls.RESTORE_POINTS,
                scope,
                collections_of(collections, vms.index()),
            ),
        )
        return {
            "statuses": _completed(statuses, vms, views),
            "views": views,
            "disks": disks,
            "locks": locks,
            "collections": collections,
            "expanded": expanded,
            "network": network,
            "service_tags": service_tags,
        }

    async def _read_service_tags(
        self, scope: ArmId, vms: Reading[VirtualMachine]
    ) -> PublishedTags | None:
        if self.service_tags is None:
            return None
        return await self.service_tags.read(scope, (vm.location for vm in vms.records))

    async def _read_failures(
        self, jobs: Sequence[OpenJob], vms: Sequence[ArmId]
    ) -> tuple[Details, Mapping[ArmId, LoadReadings | Gap] | None]:
        """The details of failed jobs, and the load of the VMs whose snapshot failed by them."""
        details = await self.job_details.read(jobs)
        if self.failed_snapshot is None:
            return details, None
        found = ((vm, self.failed_snapshot(vm, details)) for vm in vms)
        windows: Windows = {vm: window for vm, window in found if window is not None}
        return details, await read_loads(self.arm, windows)

    async def _no_machines(
        self, vms: Reading[VirtualMachine], listed: Reading[VirtualMachine], *, is_bare: bool
    ) -> dict[str, Any]:
        """The readings of a subscription without VMs to look at, by field of a snapshot."""
        nothing: Any = Reading(vms.scope, vms.seen_at)
        names = ("statuses", "views", "disks", "locks", "collections", "expanded")
        network = NetworkReadings(*(nothing for _ in NetworkReadings.__struct_fields__))
        readings = {**dict.fromkeys(names, nothing), "network": network}
        if self.selection.scope.has_gone_vms and not listed.rest and not is_bare:
            scope = ArmId(vms.scope)
            readings["collections"] = await self.arm.list_all(
                calls.collections_without_vms(), scope
            )
        return readings

    def _protected_first(self, vms: list[ArmId]) -> list[ArmId]:
        """As many of these VMs as may be read one by one. VMs that are backed up come first."""
        ranked = sorted(vms, key=lambda vm: self.selection.is_backed_up(vm) is not True)
        return ranked[: self.arm.limits.max_views]


def _locations(selected: Selected) -> Locations:
    """The VMs that were selected, classic ones too."""
    entries = {**selected.vms.index(), **selected.classic_vms.index()}
    return {vm: None if type(entry) is Gap else entry.location for vm, entry in entries.items()}


def needing_a_view(vms: Reading[VirtualMachine], statuses: Reading[VirtualMachine]) -> list[ArmId]:
    """The VMs that need a single read with their instance view.

    A VM that lists extensions does. For any other VM the listing of statuses is enough if the VM
    is stopped, or runs and the listing includes its agent.
    """
    complete = {entry.id for entry in statuses.records if _has_full_status(entry)}
    unlisted = set(unlisted_vms(vms, statuses))
    return [
        vm.id
        for vm in vms.records
        if vm.resources or (vm.id not in complete and vm.id not in unlisted)
    ]


def unlisted_vms(vms: Reading[VirtualMachine], statuses: Reading[VirtualMachine]) -> list[ArmId]:
    """The VMs that a listing of statuses did not reach, because it failed or was cut short."""
    if statuses.rest is None:
        return []
    reached = {entry.id for entry in statuses.records}
    return [vm.id for vm in vms.records if vm.id not in reached]


def _completed(
    statuses: Reading[VirtualMachine],
    vms: Reading[VirtualMachine],
    views: Reading[VirtualMachine],
) -> Reading[VirtualMachine]:
    """The listing without the gap of its rest, if single reads have all VMs of the rest."""
    read = {view.id for view in views.records}
    if not all(vm in read for vm in unlisted_vms(vms, statuses)):
        return statuses
    return replace(
        statuses, gaps=tuple(gap for gap in statuses.gaps if gap.scope != statuses.scope)
    )


def _has_full_status(entry: VirtualMachine) -> bool:
    """True if an entry of the status listing has a power state, and the agent of a running VM."""
    view = entry.properties.instance_view if entry.properties else None
    if view is None:
        return False
    codes = [status.code.lower() for status in view.statuses or () if status.code]
    power = [
        code for code in codes if code.startswith("powerstate/") and code not in _NO_POWER_STATE
    ]
    return bool(power) and (view.vm_agent is not None or "powerstate/running" not in power)
