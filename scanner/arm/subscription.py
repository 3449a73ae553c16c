"""Reading one subscription: few listings, and single reads only where no listing has the fact."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from scanner.arm import calls
from scanner.arm.client import Arm
from scanner.inventory.armid import ArmId
from scanner.inventory.records import (
    ResourceGroup,
    RestorePointCollection,
    Subscription,
    VirtualMachine,
)
from scanner.inventory.snapshot import Reading, Snapshot

_UNTOLD = ("powerstate/", "powerstate/unknown")

Choose = Callable[[Reading[VirtualMachine], Reading[ResourceGroup]], Reading[VirtualMachine]]
"""Picks the VMs of the scope, before anything is read of each."""


async def read_subscription(arm: Arm, subscription: Subscription, choose: Choose) -> Snapshot:
    """Everything the checks need of the chosen VMs; no failed read keeps another from going on."""
    scope = subscription.id
    listed, groups = await asyncio.gather(
        arm.list_all(calls.VIRTUAL_MACHINES, scope), arm.list_all(calls.RESOURCE_GROUPS, scope)
    )
    vms = choose(listed, groups)
    if not vms.index():
        # Nothing else of a subscription matters without a VM in it.
        return _without_vms(subscription, vms, groups)
    statuses, disks, locks, collections = await asyncio.gather(
        arm.list_all(calls.STATUSES, scope),
        arm.list_all(calls.DISKS, scope),
        arm.list_all(calls.LOCKS, scope),
        arm.list_all(calls.COLLECTIONS, scope),
    )
    views, expanded = await asyncio.gather(
        arm.read_all(calls.INSTANCE_VIEW, scope, needing_a_view(vms, statuses)),
        arm.read_all(calls.RESTORE_POINTS, scope, _of_these(collections, vms)),
    )
    return Snapshot(
        subscription, groups, vms, statuses, views, disks, locks, collections, expanded
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
    subscription: Subscription, vms: Reading[VirtualMachine], groups: Reading[ResourceGroup]
) -> Snapshot:
    def nothing() -> Reading[VirtualMachine]:
        return Reading(vms.scope, vms.seen_at)

    return Snapshot(
        subscription, groups, vms,
        statuses=nothing(), views=nothing(),
        disks=Reading(vms.scope, vms.seen_at), locks=Reading(vms.scope, vms.seen_at),
        collections=Reading(vms.scope, vms.seen_at), expanded=Reading(vms.scope, vms.seen_at),
    )  # fmt: skip
