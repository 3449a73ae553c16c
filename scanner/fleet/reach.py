"""The way from one VM to a target: the VM is found, and its network is read as a scan does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from scanner.arm import calls
from scanner.arm.network import read_network
from scanner.arm.parallel import in_parallel
from scanner.arm.service_tags import ServiceTagReader
from scanner.errors import UsageError
from scanner.fleet.azure_answers import ask_network_watcher
from scanner.fleet.bundle.reader import Bundle
from scanner.fleet.names import parse_vm_id
from scanner.fleet.scope import find_targets, narrow_targets
from scanner.fleet.snapshot_way import find_vm, target_in, way_in
from scanner.fleet.wanted_target import WantedTarget
from scanner.inventory.armid import VM_TYPES, ArmId
from scanner.inventory.gap import Gap, Reason, require
from scanner.inventory.records.compute import VirtualMachine
from scanner.inventory.records.resources import Subscription
from scanner.inventory.scope import Names, Scope
from scanner.inventory.snapshot import Reading, Snapshot
from scanner.network.way import Way

if TYPE_CHECKING:
    from scanner.arm.client import Arm

_SUBSCRIPTIONS_AT_ONCE = 4


def parse_vm(text: str, subscriptions: Names) -> tuple[str, Names]:
    """The VM that was asked about, and the names that its scope has.

    Raises ``UsageError`` for an id that is no VM's, or a classic VM's.
    """
    if not text.startswith("/"):
        if not text.strip() or not text.isprintable() or "," in text:
            raise UsageError(f"{text[:150]!r} is no name of a VM", "Give one name, or one ARM id")
        return text.strip(), subscriptions
    found = parse_vm_id(text, "VM")
    if found.type != VM_TYPES[0]:
        what = f"Azure Resource Manager does not show the network of a classic VM ({found.name})"
        raise UsageError(what, "Give a VM of Microsoft.Compute")
    return found.name, Names(
        subscriptions.subscriptions, (), subscriptions.resource_groups, (found,)
    )


async def find_way(
    arm: Arm, name: str, names: Names, wanted: WantedTarget, *, ask_azure: bool = False
) -> Way:
    """The way of a VM that is unique in a scope, with Azure's own answers if it is to be asked.

    ``names.vms`` holds its id if that was given. Raises ``ScopeError`` if there is not exactly one,
    ``UsageError`` if the target is not known in its cloud, ``EndpointError``.
    """
    targets = await find_targets(arm, Scope(names, include_managed=True))
    listed = await in_parallel(
        partial(_list_vms, arm), targets.subscriptions, _SUBSCRIPTIONS_AT_ONCE
    )
    gaps = (*targets.gaps, *(reading.rest for reading in listed if reading.rest))
    vm = find_vm(name, names, listed, gaps)
    pairs = zip(targets.subscriptions, listed, strict=True)
    snapshot = await _read(arm, vm, *next(pair for pair in pairs if vm in pair[1].index()))
    target = target_in(snapshot, vm, wanted)
    way = way_in(snapshot, vm, wanted, target)
    if ask_azure:
        view, unread = await ask_network_watcher(arm, snapshot, vm, target)
        way = replace(way, azure=view, unread=(*way.unread, *unread))
    return _with_missed(way, names, gaps)


def find_way_in(bundle: Bundle, name: str, names: Names, wanted: WantedTarget) -> Way:
    """The way of a VM that is unique in a bundle, or in the part of it that a scope takes.

    ``names.vms`` holds its id if that was given. Raises ``ScopeError`` if there is not exactly one,
    ``UsageError`` if the target is not known in its cloud, ``BundleError``.
    """
    targets = narrow_targets(
        bundle.index.targets, Scope(names, include_managed=True), "in the bundle"
    )
    listed, gaps = dict[ArmId, Reading[VirtualMachine]](), [*targets.gaps]
    for subscription in targets.subscriptions:
        found = bundle.snapshot(subscription.id)
        if type(found) is Gap:
            gaps.append(found)
            continue
        listed[subscription.id] = found.vms
        gaps += filter(None, (found.vms.rest,))
    vm = find_vm(name, names, [*listed.values()], gaps)
    of = next(id_ for id_, vms in listed.items() if vm in vms.index())
    snapshot = require(bundle.snapshot(of))
    way = way_in(snapshot, vm, wanted, target_in(snapshot, vm, wanted))
    return _with_missed(way, names, gaps)


def _with_missed(way: Way, names: Names, gaps: Sequence[Gap]) -> Way:
    """The way with what could not be listed. An id is of one VM, whatever else there is."""
    missed = () if names.vms else tuple(gap.remedy for gap in gaps)
    return replace(way, unread=(*way.unread, *missed))


async def _list_vms(arm: Arm, subscription: Subscription) -> Reading[VirtualMachine]:
    return await arm.list_all(calls.VIRTUAL_MACHINES, subscription.id)


async def _read(
    arm: Arm, vm: ArmId, subscription: Subscription, listed: Reading[VirtualMachine]
) -> Snapshot:
    """The snapshot of a VM's subscription with its VMs and its network. The rest is a gap."""
    scope = subscription.id.text
    what = "It was not asked for, because no way depends on it."
    gap = Gap(scope, "virtual_machines", Reason.NOT_RECORDED, None, what)

    def unasked() -> Reading[Any]:
        return Reading(scope, listed.seen_at, gaps=(gap,))

    entry = listed.index()[vm]
    location = None if type(entry) is Gap else entry.location
    network, tags = await asyncio.gather(
        read_network(arm, subscription.id),
        ServiceTagReader(arm).read(subscription.id, (location,)),
    )
    return Snapshot(
        subscription=subscription,
        groups=unasked(),
        vms=listed,
        classic_vms=unasked(),
        statuses=unasked(),
        views=unasked(),
        disks=unasked(),
        locks=unasked(),
        collections=unasked(),
        expanded=unasked(),
        network=network,
        service_tags=tags,
    )
