"""Everything read of one subscription: records, gaps, times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap
from scanner.inventory.records.backup import JobProperties, Policy, ProtectedItem, Vault
from scanner.inventory.records.base import Resource
from scanner.inventory.records.classic import ClassicVirtualMachine
from scanner.inventory.records.compute import Disk, RestorePointCollection, VirtualMachine
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


class Reading(Struct, Generic[R], frozen=True):
    """What one listing, or a set of single reads, gave and did not give."""

    scope: str
    """ARM id of what was listed."""
    seen_at: datetime
    records: tuple[R, ...] = ()
    gaps: tuple[Gap, ...] = ()
    """With ``scope`` as their scope: the listing or its rest was not read, or an entry that
    names no id. With another: that one entry was not read."""

    @property
    def rest(self) -> Gap | None:
        """Why resources may be missing from the records; None if the listing was read whole."""
        return next((gap for gap in self.gaps if gap.scope == self.scope), None)

    def index(self) -> dict[ArmId, R | Gap]:
        """Records and gaps of single entries by id; a record outranks a gap."""
        entries = {ArmId(gap.scope): gap for gap in self.gaps if gap.scope != self.scope}
        return {**entries, **{record.id: record for record in self.records}}

    def only(self, wanted: Callable[[R], bool], named: Callable[[ArmId], bool]) -> Reading[R]:
        """The records that are wanted, and of single entries' gaps those whose id is named."""
        records = tuple(record for record in self.records if wanted(record))
        gaps = (gap for gap in self.gaps if gap.scope == self.scope or named(ArmId(gap.scope)))
        return Reading(self.scope, self.seen_at, records, tuple(gaps))


class NetworkReadings(Struct, frozen=True):
    """The network of one subscription."""

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
        """All that was asked for and not read, in the order of reading."""
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
    """The vaults of every visible subscription."""

    vaults: tuple[VaultReadings, ...] = ()
    unread: tuple[Gap, ...] = ()
    """Of the listings of vaults."""

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What may hide the protection of any VM; policies and jobs are missed by the VMs."""
        return (*self.unread, *(gap for vault in self.vaults for gap in vault.items.gaps))


class Snapshot(Struct, frozen=True):
    """What was read of one subscription."""

    subscription: Subscription
    groups: Reading[ResourceGroup]
    vms: Reading[VirtualMachine]
    classic_vms: Reading[ClassicVirtualMachine]
    statuses: Reading[VirtualMachine]
    """The listing with run-time status."""
    views: Reading[VirtualMachine]
    """Single reads with instance view, of the VMs that needed one."""
    disks: Reading[Disk]
    locks: Reading[Lock]
    collections: Reading[RestorePointCollection]
    expanded: Reading[RestorePointCollection]
    """Single reads with their restore points, of the collections of these VMs."""
    network: NetworkReadings

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """All that was asked for and not read, in the order of reading."""
        _, *readings = (getattr(self, name) for name in self.__struct_fields__)
        return tuple(gap for reading in readings for gap in reading.gaps)
