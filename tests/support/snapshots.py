"""Snapshots of a subscription from records, and the VMs that join makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap
from scanner.inventory.join import join
from scanner.inventory.join.plans import Plans
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.base import Resource
from scanner.inventory.records.compute import Disk, RestorePointCollection, VirtualMachine
from scanner.inventory.records.resources import Lock, Subscription
from scanner.inventory.snapshot import BackupReadings, NetworkReadings, R, Reading, Snapshot
from scanner.inventory.vm import Vm

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SCOPE = ArmId("/subscriptions/00000000-0000-0000-0000-000000000001")
NO_VAULTS = Protections(BackupReadings())
NO_PLANS = Plans(BackupReadings(), NO_VAULTS)
"""The protection and the plans of subscriptions that were read and hold no vault."""


def reading(records: Sequence[R]) -> Reading[R]:
    """A listing that was read whole."""
    return Reading(SCOPE.text, NOW, tuple(records))


def joined(
    vms: Sequence[VirtualMachine],
    *,
    views: Sequence[VirtualMachine] = (),
    statuses: Sequence[VirtualMachine] = (),
    disks: Sequence[Disk] = (),
    locks: Sequence[Lock] = (),
    collections: Sequence[RestorePointCollection] = (),
    expanded: Sequence[RestorePointCollection] = (),
    network: Mapping[str, Sequence[Any]] | None = None,
) -> tuple[Vm, ...]:
    """The VMs of a snapshot that holds these records and has no gap.

    `network` has the records by field of `NetworkReadings`.
    """
    around = network or {}
    snapshot = Snapshot(
        subscription=Subscription(SCOPE, "00000000-0000-0000-0000-000000000001"),
        groups=reading(()),
        vms=reading(vms),
        statuses=reading(statuses),
        views=reading(views),
        disks=reading(disks),
        locks=reading(locks),
        collections=reading(collections),
        expanded=reading(expanded),
        network=NetworkReadings(
            *(reading(around.get(name, ())) for name in NetworkReadings.__struct_fields__)
        ),
        classic_vms=reading(()),
    )
    return join(snapshot, NO_VAULTS, NO_PLANS)


def ids(records: Sequence[Resource]) -> list[str]:
    """The ids as text."""
    return [record.id.text for record in records]


def gap_of(vm: Vm, fact: str) -> Gap:
    """The gap in place of a fact. Fails if the fact is known."""
    gap = vm.seen[fact]
    assert isinstance(gap, Gap)
    assert gap.fact == fact
    return gap
