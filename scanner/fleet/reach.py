"""The way from one VM to a target: the VM is found, and its network is read as a scan does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from difflib import get_close_matches
from functools import partial

from msgspec.structs import replace

from scanner.arm import calls
from scanner.arm.client import Arm
from scanner.arm.network import read_network
from scanner.arm.parallel import in_parallel
from scanner.arm.service_tags import ServiceTagReader
from scanner.errors import ScopeError, UsageError
from scanner.fleet.names import parse_vm_id
from scanner.fleet.scope import find_targets
from scanner.fleet.wanted_target import WantedTarget
from scanner.inventory.armid import VM_TYPES, ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, guard, unrecorded
from scanner.inventory.join.network import Networks
from scanner.inventory.records.compute import VirtualMachine
from scanner.inventory.records.resources import Subscription
from scanner.inventory.scope import Names, Scope
from scanner.inventory.snapshot import Reading
from scanner.network.way import Way, unknown_way, way_of

_SUBSCRIPTIONS_AT_ONCE = 4
_MOST_NAMED = 3
"""VMs of one name that a message lists."""
_OF_URL = (
    "The region of the storage account, which its URL does not say: all regions are judged."
    " Its name may also lead to a private endpoint."
)


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


async def find_way(arm: Arm, name: str, names: Names, wanted: WantedTarget) -> Way:
    """The way of a VM that is unique in a scope.

    ``names.vms`` holds its id if that was given. Raises ``ScopeError`` if there is not exactly one,
    ``UsageError`` if the target is not known in its cloud, ``EndpointError``.
    """
    targets = await find_targets(arm, Scope(names, include_managed=True))
    readings = await in_parallel(
        partial(_list_vms, arm), targets.subscriptions, _SUBSCRIPTIONS_AT_ONCE
    )
    found = {
        vm: (entry, reading.seen_at)
        for reading in readings
        for vm, entry in reading.index().items()
        if _is_asked(vm, name, names)
    }
    gaps = (*targets.gaps, *(reading.rest for reading in readings if reading.rest))
    if len(found) != 1:
        known = [record.id.name for reading in readings for record in reading.records]
        raise _not_one(name, sorted(found), known, gaps)
    [(vm, (entry, seen_at))] = found.items()
    # An id is of one VM, whatever else could not be listed.
    missed = () if names.vms else tuple(gap.remedy for gap in gaps)
    way = await _way(arm, vm, entry, Source(vm, seen_at), wanted)
    of_url = (_OF_URL,) if wanted.is_url else ()
    return replace(way, unread=(*way.unread, *missed), not_visible=(*way.not_visible, *of_url))


async def _list_vms(arm: Arm, subscription: Subscription) -> Reading[VirtualMachine]:
    return await arm.list_all(calls.VIRTUAL_MACHINES, subscription.id)


def _is_asked(vm: ArmId, name: str, names: Names) -> bool:
    if names.vms:
        return vm in names.vms
    groups = {group.lower() for group in names.resource_groups}
    in_group = not groups or (vm.resource_group or "").lower() in groups
    return vm.type == VM_TYPES[0] and in_group and vm.name.lower() == name.lower()


def _not_one(
    name: str, found: Sequence[ArmId], known: Sequence[str], gaps: Sequence[Gap]
) -> ScopeError:
    """Why a name is not the name of exactly one VM."""
    if found:
        places = [f"{vm.resource_group} of {vm.subscription}" for vm in found[:_MOST_NAMED]]
        more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
        what = f"{len(found)} VMs are called {name!r}: in {', '.join(places)}{more}"
        return ScopeError(what, "Give the ARM id, or choose by -s and -g")
    if gaps:
        return ScopeError(f"no VM {name!r} was found, and not all were listed", gaps[0].remedy)
    close = get_close_matches(name, dict.fromkeys(known), n=1)
    remedy = f"Did you mean {close[0]}?" if close else "Check its name, its subscription and -g"
    return ScopeError(f"there is no VM {name!r} in the scope", remedy)


async def _way(
    arm: Arm, vm: ArmId, entry: VirtualMachine | Gap, source: Source, wanted: WantedTarget
) -> Way:
    if isinstance(entry, Gap) or entry.location is None:
        gap = entry if isinstance(entry, Gap) else unrecorded(source, "location", "network").gap
        return unknown_way(vm, wanted.to, wanted.protocol, wanted.port, gap)
    scope, reader = vm.subscription_id or vm, ServiceTagReader(arm)
    readings, tags = await asyncio.gather(
        read_network(arm, scope), reader.read(scope, (entry.location,))
    )
    target = wanted.target(entry.location, tags)
    networks = Networks(readings, tags)
    return way_of(vm, guard(partial(networks.of, entry, source), vm, "network"), target)
