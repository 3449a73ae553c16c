"""The way of a VM that a snapshot has, from wherever the snapshot is. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from scanner.catalogue.text import did_you_mean
from scanner.errors import ScopeError
from scanner.fleet.wanted_target import WantedTarget
from scanner.inventory.armid import VM_TYPES, ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.facts.network import Network
from scanner.inventory.gap import Gap, guard, unrecorded
from scanner.inventory.join.network import Networks
from scanner.inventory.records.compute import VirtualMachine
from scanner.inventory.scope import Names
from scanner.inventory.snapshot import Reading, Snapshot
from scanner.network.target import Target
from scanner.network.way import Way, unknown_way, way_of

_MOST_NAMED = 3
"""VMs of one name that a message lists."""
_OF_URL = (
    "The region of the storage account, which its URL does not say: all regions are judged."
    " Its name may also lead to a private endpoint."
)


def target_in(snapshot: Snapshot, vm: ArmId, wanted: WantedTarget) -> Target | Gap:
    """The target of a VM, by the service tags of the snapshot, or why its region is not known.

    Raises ``UsageError`` if the target is not known in the VM's cloud.
    """
    location = location_in(snapshot, vm)
    if type(location) is Gap:
        return location
    return wanted.target(location, snapshot.service_tags)


def way_in(snapshot: Snapshot, vm: ArmId, wanted: WantedTarget, target: Target | Gap) -> Way:
    """The way of a VM to its target. What the snapshot lacks of it makes the way unknown."""
    if type(target) is Gap:
        return unknown_way(vm, wanted.to, wanted.protocol, wanted.port, target)
    way = way_of(vm, network_in(snapshot, vm), target)
    of_url = (_OF_URL,) if wanted.is_url else ()
    return replace(way, not_visible=(*way.not_visible, *of_url))


def location_in(snapshot: Snapshot, vm: ArmId) -> str | Gap:
    """The location of a VM, or why it is not known."""
    entry = _entry(snapshot, vm)
    if type(entry) is Gap:
        return entry
    source = Source(vm, snapshot.vms.seen_at)
    return entry.location or unrecorded(source, "location", "network").gap


def network_in(snapshot: Snapshot, vm: ArmId) -> Network | Gap:
    """The network of a VM, or why it is not known."""
    entry = _entry(snapshot, vm)
    if type(entry) is Gap:
        return entry
    source = Source(vm, snapshot.vms.seen_at)
    networks = Networks(snapshot.network, snapshot.service_tags)
    return guard(vm, "network", networks.of, entry, source)


def _entry(snapshot: Snapshot, vm: ArmId) -> VirtualMachine | Gap:
    found = snapshot.vms.index().get(vm)
    return found or unrecorded(Source(vm, snapshot.vms.seen_at), "", "network").gap


def find_vm(
    name: str, names: Names, listed: Sequence[Reading[VirtualMachine]], gaps: Sequence[Gap]
) -> ArmId:
    """The one VM of a name, or of the id that ``names`` has.

    ``gaps`` say why others may be missing. Raises ``ScopeError`` if there is not exactly one.
    """
    found = sorted({vm for reading in listed for vm in reading.index() if _is(vm, name, names)})
    if len(found) == 1:
        return found[0]
    if found:
        places = [f"{vm.resource_group} of {vm.subscription}" for vm in found[:_MOST_NAMED]]
        more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
        what = f"{len(found)} VMs are called {name!r}: in {', '.join(places)}{more}"
        raise ScopeError(what, "Give the ARM id, or choose by -s and -g")
    if gaps:
        raise ScopeError(f"no VM {name!r} was found, and not all were listed", gaps[0].remedy)
    known = [record.id.name for reading in listed for record in reading.records]
    remedy = did_you_mean(name, known, 0.6) or "Check its name, its subscription and -g"
    raise ScopeError(f"there is no VM {name!r} in the scope", remedy)


def _is(vm: ArmId, name: str, names: Names) -> bool:
    if names.vms:
        return vm in names.vms
    groups = {group.lower() for group in names.resource_groups}
    in_group = not groups or (vm.resource_group or "").lower() in groups
    return vm.type == VM_TYPES[0] and in_group and vm.name.lower() == name.lower()
