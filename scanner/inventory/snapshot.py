"""Everything that was read of one subscription: records, gaps and times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Generic, Literal, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.facts.backup import AzureAnswer, RunningJob
from scanner.inventory.facts.load import Window
from scanner.inventory.facts.network import PublishedTags
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.backup import Job, JobProperties, Policy, ProtectedItem, Vault
from scanner.inventory.records.base import Resource
from scanner.inventory.records.classic import ClassicVirtualMachine
from scanner.inventory.records.compute import Disk, RestorePointCollection, VirtualMachine
from scanner.inventory.records.monitor import Metrics
from scanner.inventory.records.network import (
    LoadBalancer,
    NatGateway,
    NetworkInterface,
    NetworkSecurityGroup,
    PublicIpAddress,
    RouteTable,
    VirtualNetwork,
)
from scanner.inventory.records.resources import Lock, ResourceGroup, Subscription

R = TypeVar("R", bound=Resource)
ReadingName = Literal[
    "vms",
    "classic_vms",
    "statuses",
    "views",
    "disks",
    "locks",
    "collections",
    "expanded",
    "network",
    "vaults",
    "items",
    "policies",
    "jobs",
    "job_details",
    "metrics",
]
"""The parts of a snapshot and of its vaults that facts are read from."""


class Reading(Struct, Generic[R], frozen=True):
    """The result of one listing, or of a set of single reads of one kind."""

    scope: str
    """ARM id of what was listed, such as a subscription."""
    seen_at: datetime
    """When it was read (UTC)."""
    records: tuple[R, ...] = ()
    """The resources that were read."""
    gaps: tuple[Gap, ...] = ()
    """What was not read. A gap with this reading's ``scope`` is about the whole listing: the
    listing failed or broke off, or an entry has no id. A gap with another scope is about the
    single entry with that id."""
    missing: Mapping[ArmId, Gap] = {}
    """Why resources of single reads were not read. Many may share one gap of the subscription."""

    @property
    def rest(self) -> Gap | None:
        """The gap of the whole listing: why entries may be missing. None if it is complete."""
        if self.missing:
            return None
        return next((gap for gap in self.gaps if gap.scope == self.scope), None)

    @property
    def unread(self) -> Mapping[ArmId, Gap]:
        """Why single entries were not read."""
        return self.missing or {
            ArmId(gap.scope): gap for gap in self.gaps if gap.scope != self.scope
        }

    def index(self) -> dict[ArmId, R | Gap]:
        """All entries by id: the record, or the gap of a single entry. A record outranks a gap."""
        return {**self.unread, **{record.id: record for record in self.records}}

    def only(self, wanted: Callable[[R], bool], named: Callable[[ArmId], bool]) -> Reading[R]:
        """The reading reduced to some entries.

        Keeps the records for which ``wanted`` is true, and the gaps of single entries for whose
        id ``named`` is true. Gaps of the whole listing stay.
        """
        records = tuple(record for record in self.records if wanted(record))
        gaps = (gap for gap in self.gaps if gap.scope == self.scope or named(ArmId(gap.scope)))
        return Reading(self.scope, self.seen_at, records, tuple(gaps))

    def with_entries(
        self, entries: Mapping[ArmId, R | Gap | None], gaps: Iterable[Gap] = ()
    ) -> Reading[R]:
        """The reading with some entries in place of what it had, and more gaps.

        An entry is a record, the gap of a resource, or None if it is gone.
        """
        more = tuple(gaps)
        if not entries and not more:
            return self
        records = [record for record in self.records if record.id not in entries]
        records += [entry for entry in entries.values() if entry and type(entry) is not Gap]
        new = {id_: entry for id_, entry in entries.items() if type(entry) is Gap}
        missing = {id_: gap for id_, gap in self.missing.items() if id_ not in entries}
        shared = frozenset(missing.values())

        def stays(gap: Gap) -> bool:
            if gap.scope != self.scope:
                return ArmId(gap.scope) not in entries
            # A gap that single reads share ends with the last of them.
            return not self.missing or gap in shared

        of_new = (replace(gap, scope=id_.text) for id_, gap in new.items())
        return Reading(
            self.scope,
            self.seen_at,
            tuple(records),
            (*filter(stays, self.gaps), *of_new, *more),
            {**missing, **new} if self.missing else {},
        )


class NetworkReadings(Struct, frozen=True):
    """The network resources of one subscription."""

    interfaces: Reading[NetworkInterface]
    security_groups: Reading[NetworkSecurityGroup]
    virtual_networks: Reading[VirtualNetwork]
    """With their subnets."""
    route_tables: Reading[RouteTable]
    load_balancers: Reading[LoadBalancer]
    public_ips: Reading[PublicIpAddress]
    nat_gateways: Reading[NatGateway]

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Everything that was not read, in the order of reading."""
        readings = (getattr(self, name) for name in self.__struct_fields__)
        return tuple(gap for reading in readings for gap in reading.gaps)


class EndedJob(Struct, frozen=True):
    """A job of a backup that ended."""

    source: Source
    properties: JobProperties
    began: datetime
    """UTC."""


class ItemJobs(Struct, frozen=True):
    """What the jobs of a vault say of the last backup of one item."""

    ended: EndedJob | None = None
    """The newest backup that ended; None if the item had a later one."""
    unclear: ArmId | None = None
    """The newest job that may be of that backup or a later one, and may say that it failed."""
    is_cancelled: bool = False
    """True if the job of the item's last backup says that it was cancelled."""
    running: RunningJob | None = None
    """The newest job that is in progress."""
    may_run: ArmId | None = None
    """The newest job in progress that may be of the item, or of another one."""


class LastJobs(Struct, frozen=True):
    """What the jobs of a vault say of the last backups of its items."""

    seen_at: datetime
    by_item: Mapping[ArmId, ItemJobs] = {}
    """Without the items of which no job says anything."""
    gaps: tuple[Gap, ...] = ()
    """Why jobs may be missing."""

    def of(self, item: ArmId) -> ItemJobs:
        """What the jobs say of one item."""
        return self.by_item.get(item, ItemJobs())


class VaultReadings(Struct, frozen=True):
    """What one Recovery Services vault holds."""

    vault: Vault
    items: Reading[ProtectedItem]
    policies: Reading[Policy]
    jobs: LastJobs


class BackupReadings(Struct, frozen=True):
    """The vaults of all subscriptions that the identity can see."""

    vaults: tuple[VaultReadings, ...] = ()
    unread: tuple[Gap, ...] = ()
    """Vault listings that were not read."""

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Vaults and items that were not read: any VM may be protected by one of them.

        Gaps of policies and jobs are not among them. They belong to the VMs concerned.
        """
        return (*self.unread, *(gap for vault in self.vaults for gap in vault.items.gaps))


CPU_METRIC, MEMORY_METRIC = "Percentage CPU", "Available Memory Percentage"
"""The metrics that are read, both in percent (Azure Monitor, supported metrics of
Microsoft.Compute/virtualMachines). A confidential VM has no metric of its memory."""


class LoadReadings(Struct, frozen=True, tag_field="_is", tag="load"):
    """What Azure Monitor answered about a VM whose last backup failed in its snapshot."""

    window: Window
    """The time that was asked about."""
    seen_at: datetime
    cpu: Metrics | Gap
    memory: Metrics | Gap


class LeftOut(Struct, frozen=True):
    """VMs of the scope's subscriptions that are not looked at, by the reason."""

    managed: int = 0
    """VMs of scale sets, and of groups that another service manages."""
    excluded: int = 0
    by_protection: tuple[ArmId, ...] = ()
    """VMs left out because they are backed up, or because they are not."""

    def __add__(self, other: LeftOut) -> LeftOut:
        return LeftOut(
            self.managed + other.managed,
            self.excluded + other.excluded,
            (*self.by_protection, *other.by_protection),
        )


class GoneVms(Struct, frozen=True):
    """The VMs of one subscription that items and collections name, and that no listing has."""

    vms: frozenset[ArmId] = frozenset()
    """The VMs that do not exist, by ARM's own answer for each of them."""
    unknown: Mapping[ArmId, Gap] = {}
    """Why it is not known if a VM exists. It may exist where the identity cannot see it."""
    expanded: Reading[RestorePointCollection] | None = None
    """Single reads of the collections of VMs that do not exist. None if there are none."""

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What was not read. A VM that the identity may not read is out of its sight."""
        unanswered = (gap for gap in self.unknown.values() if gap.reason is not Reason.DENIED)
        return (*unanswered, *(self.expanded.gaps if self.expanded else ()))


class Snapshot(Struct, frozen=True):
    """All readings of one subscription."""

    subscription: Subscription
    groups: Reading[ResourceGroup]
    vms: Reading[VirtualMachine]
    classic_vms: Reading[ClassicVirtualMachine]
    statuses: Reading[VirtualMachine]
    """The listing with run-time status (``statusOnly``)."""
    views: Reading[VirtualMachine]
    """Single reads with the instance view, of the VMs that need one."""
    disks: Reading[Disk]
    locks: Reading[Lock]
    collections: Reading[RestorePointCollection]
    expanded: Reading[RestorePointCollection]
    """Single reads of these VMs' collections, with their restore points."""
    network: NetworkReadings
    listed_classic_vms: Reading[ClassicVirtualMachine] | None = None
    """All classic VMs of the listing: VMs out of the scope can share a cloud service with one."""
    left_out: LeftOut = LeftOut()
    job_details: Mapping[ArmId, Job | Gap] = {}
    """Details of failed backup jobs, by the job's id. Their gaps belong to single VMs."""
    metrics: Mapping[ArmId, LoadReadings | Gap] | None = None
    """CPU and memory, by the VM's id. None if Azure Monitor was not asked."""
    azure_answers: Mapping[ArmId, AzureAnswer] = {}
    """The service's own answers, by the VM's id, if a precheck asked for them."""
    gone: GoneVms = GoneVms()
    service_tags: PublishedTags | None = None
    """The service tags of the cloud. None if they were not read."""

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Everything that was not read, in the order of reading."""
        # A classic VM out of the scope is not missed.
        names = (name for name in self.__struct_fields__ if name != "listed_classic_vms")
        parts = (getattr(self, name) for name in names)
        readings = (part for part in parts if isinstance(part, Reading | NetworkReadings))
        return (*(gap for reading in readings for gap in reading.gaps), *self.gone.gaps)
