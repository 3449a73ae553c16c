"""Everything read of one subscription: records, gaps, times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Generic, Literal, TypeVar

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import AzureAnswer
from scanner.inventory.gap import Gap
from scanner.inventory.records.backup import Job, Policy, ProtectedItem, Vault
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
]
"""The parts of a snapshot and of its vaults that facts are read from."""


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


class VaultReadings(Struct, frozen=True):
    """What one Recovery Services vault holds."""

    vault: Vault
    items: Reading[ProtectedItem]
    policies: Reading[Policy]
    jobs: Reading[Job]
    """Of every item the last one that ended in the last days, and those that cannot be placed."""


class BackupReadings(Struct, frozen=True):
    """The vaults of every visible subscription."""

    vaults: tuple[VaultReadings, ...] = ()
    unread: tuple[Gap, ...] = ()
    """Of the listings of vaults."""

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What may hide the protection of any VM; policies and jobs are missed by the VMs."""
        return (*self.unread, *(gap for vault in self.vaults for gap in vault.items.gaps))


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
    left_out: LeftOut = LeftOut()
    job_details: Mapping[ArmId, Job | Gap] = {}
    """Details of failed backup jobs, by the job's id. Their gaps belong to single VMs."""
    azure_answers: Mapping[ArmId, AzureAnswer] = {}
    """The service's own answers, by the VM's id, if a precheck asked for them."""

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """All that was asked for and not read, in the order of reading."""
        parts = (getattr(self, name) for name in self.__struct_fields__)
        readings = (part for part in parts if isinstance(part, Reading | NetworkReadings))
        return tuple(gap for reading in readings for gap in reading.gaps)
