"""Which VMs use a resource: by the references in the records, and by what covers them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from scanner.inventory.armid import ArmId
from scanner.inventory.changes.values import parts_of, references_of
from scanner.inventory.records.base import Resource
from scanner.inventory.snapshot import Snapshot


class Uses:
    """The VMs of a subscription, by the resources that they use."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._references: dict[ArmId, tuple[ArmId, ...]] = {}
        for records in _records_of(snapshot):
            for record in records:
                self._add(record, None)
        self.vms: defaultdict[ArmId, set[ArmId]] = defaultdict(set)
        collections: defaultdict[ArmId, list[ArmId]] = defaultdict(list)
        for collection in snapshot.collections.records:
            source = collection.properties.source if collection.properties else None
            if source and source.id:
                collections[source.id].append(collection.id)
        for vm in (*snapshot.vms.records, *snapshot.classic_vms.records):
            for resource in self._used_by(vm.id):
                self.vms[resource].add(vm.id)
            for place in (vm.id, *collections[vm.id]):
                for covering in (place.subscription_id, place.group, place):
                    if covering:
                        self.vms[covering].add(vm.id)

    def of(self, resource: ArmId) -> set[ArmId]:
        """The VMs that use a resource, or that a lock covers."""
        is_lock = (resource.type or "").endswith("/locks")
        scope = resource.scope if is_lock else None
        return self.vms.get(scope or resource, set())

    def _add(self, record: Resource, within: ArmId | None) -> None:
        found = [*references_of(record), *filter(None, (within,))]
        # A network uses its subnets no more than a subnet uses its neighbours.
        parts = [part for part in parts_of(record) if part.id in record.id]
        inner = {part.id for part in parts}
        self._references[record.id] = tuple(id_ for id_ in found if id_ not in inner)
        for part in parts:
            self._add(part, record.id)

    def _used_by(self, vm: ArmId) -> Iterator[ArmId]:
        """A VM, and what it uses by way of references."""
        todo, seen = [vm], {vm}
        while todo:
            found = todo.pop()
            yield found
            for other in self._references.get(found, ()):
                known = self._known(other)
                if known not in seen and known.type not in _VMS:
                    seen.add(known)
                    todo.append(known)

    def _known(self, resource: ArmId) -> ArmId:
        """The resource, or the one that it is a part of, such as the load balancer of a pool."""
        parent = resource.parent
        is_part = resource not in self._references and parent in self._references
        return parent if is_part and parent else resource


_VMS = ("microsoft.compute/virtualmachines", "microsoft.classiccompute/virtualmachines")


def _records_of(snapshot: Snapshot) -> Iterable[tuple[Resource, ...]]:
    """The records that refer to one another."""
    network = snapshot.network
    yield snapshot.vms.records
    yield snapshot.disks.records
    for name in network.__struct_fields__:
        yield getattr(network, name).records
