"""Snapshot to VMs: the only place where resources meet, always by ArmId."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, catch_gap, guard, require
from scanner.inventory.join import classic, encryption, extensions, network, runtime
from scanner.inventory.join import model as body
from scanner.inventory.join import model as hardware
from scanner.inventory.join import restore_points as retention
from scanner.inventory.join.plans import Plans
from scanner.inventory.join.protection import Protections
from scanner.inventory.join.table import Table
from scanner.inventory.records.classic import ClassicVirtualMachine
from scanner.inventory.records.compute import VirtualMachine
from scanner.inventory.snapshot import Snapshot
from scanner.inventory.vm import Vm


def join(snapshot: Snapshot, protections: Protections, plans: Plans) -> tuple[Vm, ...]:
    """The VMs of a snapshot, classic ones too, each with its facts, ordered by id."""
    tables = _Tables(snapshot, protections, plans)
    vms = [_vm(vm_id, entry, tables) for vm_id, entry in tables.vms.entries.items()]
    listing = Table(snapshot.classic_vms)
    services = classic.cloud_services(listing)
    for vm_id, entry in listing.entries.items():
        readers: dict[str, Callable[[], object]] = {
            **classic.readers(entry, listing.source(vm_id), services),
            "protection": partial(protections.of, vm_id),
            "plan": partial(plans.of, vm_id),
        }
        vms.append(_with_facts(vm_id, entry, readers))
    return tuple(sorted(vms, key=lambda vm: vm.id))


class _Tables:
    """The readings of a snapshot, indexed once for all its VMs."""

    def __init__(self, snapshot: Snapshot, protections: Protections, plans: Plans) -> None:
        self.protections = protections
        self.plans = plans
        self.vms = Table(snapshot.vms)
        self.runtime = (Table(snapshot.views), Table(snapshot.statuses))
        self.disks = Table(snapshot.disks)
        self.locks = retention.Locks(Table(snapshot.locks))
        self.networks = network.Networks(snapshot.network)
        self.points = retention.points_by_vm(Table(snapshot.collections), Table(snapshot.expanded))


def _vm(vm_id: ArmId, entry: VirtualMachine | Gap, tables: _Tables) -> Vm:
    source = tables.vms.source(vm_id)
    power = catch_gap(runtime.power_state, vm_id, *tables.runtime)
    points = catch_gap(tables.points, vm_id)
    listed = guard(
        lambda: extensions.extensions(require(entry), *tables.runtime), vm_id, "extensions"
    )
    made_of = guard(
        lambda: hardware.hardware(require(entry), source, tables.disks), vm_id, "hardware"
    )
    return _with_facts(
        vm_id,
        entry,
        {
            "os": lambda: body.operating_system(require(entry), source),
            "power_state": lambda: require(power),
            "agent": lambda: runtime.agent(vm_id, require(power), *tables.runtime),
            "guest": lambda: runtime.guest(vm_id, power, *tables.runtime),
            "image": lambda: extensions.image(require(entry), source),
            "extensions": lambda: require(listed),
            "extension_operations": lambda: extensions.extension_operations(require(entry), source),
            "disks": lambda: body.disks(require(entry), source, tables.disks),
            "hardware": lambda: require(made_of),
            "encryption": lambda: encryption.encryption(
                listed, catch_gap(lambda: require(made_of).disks)
            ),
            "network": lambda: tables.networks.of(require(entry), source),
            "protection": lambda: tables.protections.of(vm_id),
            "plan": lambda: tables.plans.of(vm_id),
            "locks": lambda: tables.locks.over(vm_id, points),
            "group_locks": lambda: require(tables.locks.on_groups),
            "provisioning": lambda: runtime.provisioning(
                body.provisioning(require(entry), source), vm_id, *tables.runtime
            ),
            "restore_points": lambda: require(points),
        },
    )


def _with_facts(
    vm_id: ArmId,
    entry: VirtualMachine | ClassicVirtualMachine | Gap,
    readers: Mapping[str, Callable[[], object]],
) -> Vm:
    seen = {name: _of_fact(name, guard(reader, vm_id, name)) for name, reader in readers.items()}
    if isinstance(entry, Gap):
        return Vm(vm_id, None, None, seen)
    return Vm(vm_id, entry.location, entry.tags, seen)


def _of_fact(name: str, value: object) -> object:
    """A gap met while reading another fact becomes the gap of this one."""
    if isinstance(value, Gap) and value.fact != name:
        return Gap(value.scope, name, value.reason, value.action, value.remedy)
    return value
