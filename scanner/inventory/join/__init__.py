"""Snapshot to VMs: the only place where resources meet, always by ArmId."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Generic, TypeVar

from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import Protection
from scanner.inventory.facts.disks import DiskKind, Hardware
from scanner.inventory.facts.extensions import Extension
from scanner.inventory.gap import Gap, guard, require
from scanner.inventory.join import (
    classic,
    encryption,
    extensions,
    guest_load,
    model,
    network,
    restore_points,
    runtime,
)
from scanner.inventory.join.backup_errors import with_job_details
from scanner.inventory.join.plans import Plans
from scanner.inventory.join.protection import Protections
from scanner.inventory.join.table import Table
from scanner.inventory.records.classic import ClassicVirtualMachine
from scanner.inventory.records.compute import VirtualMachine
from scanner.inventory.snapshot import Snapshot
from scanner.inventory.vm import Vm

M = TypeVar("M", bound=VirtualMachine | ClassicVirtualMachine)


def join(snapshot: Snapshot, protections: Protections, plans: Plans) -> tuple[Vm, ...]:
    """The VMs of a snapshot, classic ones too, with their facts, ordered by id."""
    return tuple(join_each(snapshot, protections, plans))


def join_each(snapshot: Snapshot, protections: Protections, plans: Plans) -> Iterator[Vm]:
    """The same VMs, one at a time: a large subscription has many, with many facts."""
    tables = _Tables(snapshot, protections, plans)
    classic_vms = tables.classic_vms.entries

    def join_one(vm_id: ArmId) -> Vm:
        if vm_id in classic_vms:
            return _join_vm(_Classic(vm_id, tables.classic_vms, tables), CLASSIC_READERS)
        return _join_vm(_Machine(vm_id, tables.vms, tables), READERS)

    return map(join_one, sorted((*tables.vms.entries, *classic_vms), key=attrgetter("key")))


class _Tables:
    """The readings of a snapshot, indexed once for all its VMs."""

    def __init__(self, snapshot: Snapshot, protections: Protections, plans: Plans) -> None:
        self.protections = protections
        self.plans = plans
        self.job_details = snapshot.job_details
        self.metrics = snapshot.metrics
        self.vms = Table(snapshot.vms)
        self.classic_vms = Table(snapshot.classic_vms)
        listed = snapshot.listed_classic_vms or snapshot.classic_vms
        self.cloud_services = classic.cloud_services(Table(listed))
        self.runtime = (Table(snapshot.views), Table(snapshot.statuses))
        self.disks = Table(snapshot.disks)
        self.locks = restore_points.Locks(Table(snapshot.locks))
        self.networks = network.Networks(snapshot.network, snapshot.service_tags)
        self.points = restore_points.points_by_vm(
            Table(snapshot.collections), Table(snapshot.expanded)
        )


class _Joining(Generic[M]):
    """One VM while its facts are read. What several facts need is read once, before them."""

    def __init__(self, vm_id: ArmId, listing: Table[M], tables: _Tables) -> None:
        self.id = vm_id
        self.entry: M | Gap = listing.entries[vm_id]
        self.source = listing.source(vm_id)
        self.tables = tables
        self.known_protection = tables.protections.known(vm_id)
        """How the VM is backed up, as the listings say."""

    @property
    def record(self) -> M:
        """The VM's own body. Raises ``Unseen`` if it could not be decoded."""
        return require(self.entry)

    @property
    def location(self) -> str | None:
        """The location as its body has it. None if it was not read."""
        return None if type(self.entry) is Gap else self.entry.location

    @property
    def protection(self) -> Protection:
        """How the VM is backed up, with the details of its failed job. Raises ``Unseen``."""
        return with_job_details(require(self.known_protection), self.tables.job_details)


class _Machine(_Joining[VirtualMachine]):
    """A Resource Manager VM."""

    def __init__(self, vm_id: ArmId, listing: Table[VirtualMachine], tables: _Tables) -> None:
        super().__init__(vm_id, listing, tables)
        self.power = guard(vm_id, "power_state", runtime.power_state, vm_id, *tables.runtime)
        self.points = guard(vm_id, "restore_points", tables.points, vm_id)
        self.extensions = guard(vm_id, "extensions", self._read_extensions)
        self.hardware = guard(vm_id, "hardware", self._read_hardware)
        # The item has this setting: a VM that is to be in another vault would not have it there.
        self.excluded_disks = guard(
            vm_id,
            "excluded_disks",
            tables.plans.excluded_disks,
            vm_id,
            self.location,
            self.known_protection,
        )

    def _read_extensions(self) -> tuple[Extension, ...]:
        return extensions.extensions(self.record, self.power, *self.tables.runtime)

    def _read_hardware(self) -> Hardware:
        return model.hardware(self.record, self.source, self.tables.disks)

    @property
    def disks_in_backup(self) -> tuple[DiskKind, ...] | Gap:
        """The disks that backup takes, or may take if its setting was not read."""
        hardware, excluded = self.hardware, self.excluded_disks
        disks = hardware if type(hardware) is Gap else hardware.known_disks
        if type(disks) is Gap or type(excluded) is Gap:
            return disks
        return tuple([disk for disk in disks if not excluded.contains(disk.lun)])


class _Classic(_Joining[ClassicVirtualMachine]):
    """A classic VM. Its listing shows few facts."""


READERS: Mapping[str, Callable[[_Machine], object]] = {
    "os": lambda vm: model.operating_system(vm.record, vm.source),
    "power_state": lambda vm: vm.power,
    "agent": lambda vm: runtime.agent(vm.id, require(vm.power), *vm.tables.runtime),
    "guest": lambda vm: runtime.guest(vm.id, vm.power, *vm.tables.runtime),
    "image": lambda vm: extensions.image(vm.record, vm.source),
    "extensions": lambda vm: vm.extensions,
    "extension_operations": lambda vm: extensions.extension_operations(vm.record, vm.source),
    "disks": lambda vm: model.disks(vm.record, vm.source, vm.tables.disks),
    "hardware": lambda vm: vm.hardware,
    "encryption": lambda vm: encryption.encryption(vm.extensions, vm.disks_in_backup),
    "network": lambda vm: vm.tables.networks.of(vm.record, vm.source),
    "protection": lambda vm: vm.protection,
    "excluded_disks": lambda vm: vm.excluded_disks,
    "plan": lambda vm: vm.tables.plans.of(vm.id, vm.location, vm.known_protection),
    "locks": lambda vm: vm.tables.locks.over(vm.id, vm.points),
    "guest_load": lambda vm: guest_load.guest_load(vm.id, vm.tables.metrics, vm.known_protection),
    "group_locks": lambda vm: vm.tables.locks.on_groups,
    "provisioning": lambda vm: runtime.provisioning(
        model.provisioning(vm.record, vm.source), vm.id, *vm.tables.runtime
    ),
    "restore_points": lambda vm: vm.points,
}
"""The reader of every fact of a Resource Manager VM, by the fact's name in ``Vm``.

What it gives, or raises, may be a gap."""
CLASSIC_READERS: Mapping[str, Callable[[_Classic], object]] = {
    "os": lambda vm: classic.operating_system(vm.record, vm.source),
    "power_state": lambda vm: classic.power_state(vm.record, vm.source),
    "agent": lambda vm: classic.agent(
        vm.record, classic.power_state(vm.record, vm.source), vm.source
    ),
    "registration": lambda vm: classic.registration(vm.record, vm.source),
    "cloud_service": lambda vm: classic.cloud_service(
        vm.record, vm.source, vm.tables.cloud_services
    ),
    "protection": lambda vm: vm.protection,
    "plan": lambda vm: vm.tables.plans.of(vm.id, vm.location, vm.known_protection),
}
"""The reader of every fact of a classic VM."""

J = TypeVar("J", _Machine, _Classic)


def _join_vm(joining: J, readers: Mapping[str, Callable[[J], object]]) -> Vm:
    """A VM with its facts. A fact whose reader fails is a gap, and the others are read on."""
    facts: dict[str, object] = {}
    for name, reader in readers.items():
        value = guard(joining.id, name, reader, joining)
        # A gap of another fact, which the reader needed, becomes a gap of this fact.
        facts[name] = value.of_fact(name) if type(value) is Gap else value
    entry = joining.entry
    if type(entry) is Gap:
        return Vm(joining.id, None, None, facts)
    return Vm(joining.id, entry.location, entry.tags, facts)
