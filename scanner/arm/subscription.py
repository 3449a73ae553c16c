"""Reading one subscription: few listings, and single reads only where no listing has the fact."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol, TypeVar

from scanner.arm import calls
from scanner.arm.client import Arm
from scanner.arm.network import read_network
from scanner.inventory.armid import ArmId
from scanner.inventory.records.classic import ClassicVirtualMachine
from scanner.inventory.records.compute import RestorePointCollection, VirtualMachine
from scanner.inventory.records.resources import ResourceGroup, Subscription
from scanner.inventory.snapshot import NetworkReadings, Reading, Snapshot

_UNTOLD = ("powerstate/", "powerstate/unknown")

Machine = TypeVar("Machine", VirtualMachine, ClassicVirtualMachine)


class Choose(Protocol):
    """Picks the VMs of the scope, before anything is read of each."""

    def __call__(self, vms: Reading[Machine], groups: Reading[ResourceGroup]) -> Reading[Machine]:
        """Those of ``vms`` that are in the scope."""


async def read_subscription(arm: Arm, subscription: Subscription, choose: Choose) -> Snapshot:
    """Everything the checks need of the chosen VMs; no failed read keeps another from going on."""
    scope = subscription.id
    listed, classic, groups = await asyncio.gather(
        arm.list_all(calls.VIRTUAL_MACHINES, scope),
        arm.list_all(calls.CLASSIC_VMS, scope),
        arm.list_all(calls.RESOURCE_GROUPS, scope),
    )
    vms, classic_vms = choose(listed, groups), choose(classic, groups)
    if not vms.index():
        # Nothing else of a subscription matters without a VM in it; classic ones need no more.
        return _without_vms(subscription, vms, classic_vms, groups)
    statuses, disks, locks, collections, network = await asyncio.gather(
        arm.list_all(calls.STATUSES, scope),
        arm.list_all(calls.DISKS, scope),
        arm.list_all(calls.LOCKS, scope),
        arm.list_all(calls.COLLECTIONS, scope),
        read_network(arm, scope),
    )
    views, expanded = await asyncio.gather(
        arm.read_all(calls.INSTANCE_VIEW, scope, needing_a_view(vms, statuses)),
        arm.read_all(calls.RESTORE_POINTS, scope, _of_these(collections, vms)),
    )
    return Snapshot(
        subscription, groups, vms, classic_vms, statuses, views, disks, locks, collections,
        expanded, network,
    )  # fmt: skip


def needing_a_view(vms: Reading[VirtualMachine], statuses: Reading[VirtualMachine]) -> list[ArmId]:
    """The VMs that list extensions, and those whose status the listing does not settle.

    It settles that of a VM that does not run, and of a running one whose agent it carries. Where
    the listing was cut short, the VMs it did not come to are not asked for one by one.
    """
    settled = {entry.id for entry in statuses.records if _is_settled(entry)}
    reached = {entry.id for entry in statuses.records} if statuses.rest else None
    asked = []
    for vm in vms.records:
        unsettled = vm.id not in settled and (reached is None or vm.id in reached)
        if vm.resources or unsettled:
            asked.append(vm.id)
    return asked


def _is_settled(entry: VirtualMachine) -> bool:
    view = entry.properties.instance_view if entry.properties else None
    if view is None:
        return False
    codes = [status.code.lower() for status in view.statuses or () if status.code]
    power = [code for code in codes if code.startswith("powerstate/") and code not in _UNTOLD]
    return bool(power) and (view.vm_agent is not None or "powerstate/running" not in power)


def _of_these(
    collections: Reading[RestorePointCollection], vms: Reading[VirtualMachine]
) -> list[ArmId]:
    """The collections whose source is one of the VMs."""
    wanted = set(vms.index())
    return [
        collection.id
        for collection in collections.records
        if collection.properties
        and collection.properties.source
        and collection.properties.source.id in wanted
    ]


def _without_vms(
    subscription: Subscription,
    vms: Reading[VirtualMachine],
    classic_vms: Reading[ClassicVirtualMachine],
    groups: Reading[ResourceGroup],
) -> Snapshot:
    # Every reading is of another record, and empty.
    def nothing() -> Any:
        return Reading(vms.scope, vms.seen_at)

    network = NetworkReadings(*(nothing() for _ in NetworkReadings.__struct_fields__))
    return Snapshot(
        subscription, groups, vms, classic_vms,
        statuses=nothing(), views=nothing(), disks=nothing(), locks=nothing(),
        collections=nothing(), expanded=nothing(), network=network,
    )  # fmt: skip
