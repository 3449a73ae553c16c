"""A simulated tenant: its management groups, subscriptions, resource groups and locks.

All of it is plain, mutable data; a test or the demo changes it and the simulated ARM serves it.
Names, ids and times that the caller does not give follow from the seed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from scanner.sim.faults import Fault
from scanner.sim.group_base import Item
from scanner.sim.group_contents import GroupContents
from scanner.sim.machine import ClassicVm, Machine, Vm
from scanner.sim.restore_points import Collection
from scanner.sim.seeds import guid, roll
from scanner.sim.vault import Vault

TENANT_ID = "11111111-1111-1111-1111-000000000001"
CLIENT_ID = "22222222-2222-2222-2222-000000000001"
CLIENT_SECRET = "simulated-secret"  # noqa: S105 - opens nothing but the simulation
OBJECT_ID = "33333333-3333-3333-3333-000000000001"

Classic = Literal["registered", "unregistered", "absent"]
_CLASSIC: tuple[Classic, ...] = ("registered", "unregistered", "absent")


@dataclass
class World:
    """A simulated tenant.

    `status_listing_agents` decides whether the status listing carries `vmAgent`: for all VMs,
    for none, or for the VMs whose names are in the set. `versions` are the api-versions of a
    namespace, such as ``Microsoft.Compute``, in a cloud that has others than public Azure.
    """

    now: datetime = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)
    seed: int = 1
    tenant_id: str = TENANT_ID
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    object_id: str = OBJECT_ID
    status_listing_agents: bool | set[str] = False
    subscriptions: list[Subscription] = field(default_factory=list)
    management_groups: list[ManagementGroup] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    versions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    id: str = ""

    @property
    def world(self) -> World:
        """Itself, so that the whole tenant can be the scope of a fault."""
        return self

    def subscription(
        self,
        name: str,
        id: str | None = None,  # noqa: A002
        state: str = "Enabled",
    ) -> Subscription:
        """Add a subscription; without an id it gets one that follows from its name."""
        added = Subscription(self, name, id or guid("subscription", name), state)
        self.subscriptions.append(added)
        return added

    def management_group(
        self,
        name: str,
        subscriptions: Iterable[Subscription] = (),
        groups: Iterable[ManagementGroup] = (),
    ) -> ManagementGroup:
        """Add a management group over subscriptions and other management groups."""
        added = ManagementGroup(name, list(subscriptions), list(groups))
        self.management_groups.append(added)
        return added

    def find(self, subscription_id: str) -> Subscription | None:
        """The subscription of that GUID, compared without case."""
        wanted = subscription_id.lower()
        return next((s for s in self.subscriptions if s.subscription_id.lower() == wanted), None)

    def find_resource(self, type: str, resource_id: str) -> Item | None:  # noqa: A002
        """The resource of that type and id, in the subscription its id names."""
        subscription = self.find(([*resource_id.split("/"), "", "", ""])[2])
        return subscription.find(type, resource_id) if subscription else None

    def find_management_group(self, name: str) -> ManagementGroup | None:
        """The management group of that name, compared without case."""
        found = (group.find(name) for group in self.management_groups)
        return next((group for group in found if group), None)

    @property
    def all_management_groups(self) -> list[ManagementGroup]:
        """Every management group, also below another, once."""
        found = {group.id: group for root in self.management_groups for group in root.all_below}
        return list(found.values())

    @property
    def vms(self) -> list[Vm]:
        """All VMs of all subscriptions."""
        return [vm for subscription in self.subscriptions for vm in subscription.vms]

    @property
    def vaults(self) -> list[Vault]:
        """All Recovery Services vaults of all subscriptions."""
        return [vault for subscription in self.subscriptions for vault in subscription.vaults]


@dataclass
class ManagementGroup:
    """A management group, with the subscriptions and groups directly below it."""

    name: str
    subscriptions: list[Subscription]
    groups: list[ManagementGroup]

    @property
    def id(self) -> str:
        """The ARM id."""
        return f"/providers/Microsoft.Management/managementGroups/{self.name}"

    @property
    def all_below(self) -> list[ManagementGroup]:
        """This group and every one below it."""
        return [self, *(found for group in self.groups for found in group.all_below)]

    def find(self, name: str) -> ManagementGroup | None:
        """The group of that name, this one or one below it, compared without case."""
        if self.name.lower() == name.lower():
            return self
        found = (group.find(name) for group in self.groups)
        return next((group for group in found if group), None)


@dataclass
class Subscription:
    """A subscription and all it holds; `id` is its ARM id, `subscription_id` the GUID.

    `classic` is the registration of the classic provider (Microsoft.ClassicCompute). None means
    registered if the subscription holds classic VMs; otherwise the seed decides.
    """

    world: World = field(repr=False)
    name: str
    subscription_id: str
    state: str = "Enabled"
    classic: Classic | None = None
    groups: list[Group] = field(default_factory=list)
    locks: list[Lock] = field(default_factory=list)
    items: dict[str, dict[str, Item]] = field(default_factory=dict, repr=False)
    """Resources by lower-case type, then by lower-case ARM id."""

    @property
    def id(self) -> str:
        """The ARM id."""
        return f"/subscriptions/{self.subscription_id}"

    def group(
        self,
        name: str,
        location: str = "westeurope",
        managed_by: str | None = None,
        tags: dict[str, str] | None = None,
    ) -> Group:
        """Add a resource group."""
        added = Group(self, name, location, managed_by, tags)
        self.groups.append(added)
        return added

    def lock(
        self, name: str, on: str, level: str = "CanNotDelete", notes: str | None = None
    ) -> Lock:
        """Add a lock on a subscription, group or resource, given by its ARM id."""
        added = Lock(self, name, on, level, notes)
        self.locks.append(added)
        return added

    def add(self, item: Item) -> None:
        """Keep a resource under its type and id."""
        self.items.setdefault(item.type.lower(), {})[item.id.lower()] = item

    def remove(self, resource_id: str) -> None:
        """Remove the resource with that id, of whatever type."""
        for items in self.items.values():
            items.pop(resource_id.lower(), None)

    def delete_vm(self, vm: Vm | ClassicVm) -> None:
        """Delete a VM. Azure keeps its protected items and its restore point collections."""
        self.remove(vm.id)

    def of_type(self, type: str) -> list[Item]:  # noqa: A002
        """All resources of a type, in the order they were added."""
        return list(self.items.get(type.lower(), {}).values())

    @property
    def all_items(self) -> list[Item]:
        """All resources, by type."""
        return [item for items in self.items.values() for item in items.values()]

    @property
    def vms(self) -> list[Vm]:
        """Its VMs."""
        return [item for item in self.of_type(Vm.type) if isinstance(item, Vm)]

    @property
    def classic_vms(self) -> list[ClassicVm]:
        """Its classic VMs."""
        return [item for item in self.of_type(ClassicVm.type) if isinstance(item, ClassicVm)]

    @property
    def collections(self) -> list[Collection]:
        """Its restore-point collections."""
        return [item for item in self.of_type(Collection.type) if isinstance(item, Collection)]

    @property
    def vaults(self) -> list[Vault]:
        """Its Recovery Services vaults."""
        return [item for item in self.of_type(Vault.type) if isinstance(item, Vault)]

    @property
    def classic_provider(self) -> Classic:
        """The registration of the classic provider in this subscription."""
        if self.classic is not None or self.of_type(ClassicVm.type):
            return self.classic or "registered"
        return _CLASSIC[roll(len(_CLASSIC), self.world.seed, "classic", self.id)]

    def find(self, type: str, resource_id: str) -> Item | None:  # noqa: A002
        """The resource of that type and id, compared without case."""
        return self.items.get(type.lower(), {}).get(resource_id.lower())

    def find_group(self, name: str) -> Group | None:
        """The group of that name, compared without case."""
        return next((g for g in self.groups if g.name.lower() == name.lower()), None)


@dataclass
class Group(GroupContents):
    """A resource group and its way up to the subscription and the world."""

    subscription: Subscription = field(repr=False)

    @property
    def world(self) -> World:
        """The world it belongs to."""
        return self.subscription.world

    def next_name(self, stem: str) -> str:
        """A name for the next VM of the group, numbered across all its VMs."""
        machines: list[Machine] = [*self.subscription.vms, *self.subscription.classic_vms]
        count = sum(machine.group is self for machine in machines)
        return f"{stem}-{count + 1:03d}"


@dataclass
class Lock:
    """A management lock; `on` is the ARM id of what it locks."""

    subscription: Subscription = field(repr=False)
    name: str
    on: str
    level: str
    notes: str | None

    @property
    def world(self) -> World:
        """The world it belongs to."""
        return self.subscription.world
