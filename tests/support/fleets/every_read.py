"""A small fleet in which every read matters to a VM, and its verdicts if all can be read."""

from __future__ import annotations

from scanner.sim.machine import Vm
from scanner.sim.network_shapes import NicShape, RouteShape, RuleShape
from scanner.sim.restore_points import Collection
from scanner.sim.shapes import (
    MONITOR_LINUX,
    NOT_READY_BLOB,
    READY_LINUX,
    SNAPSHOT_WINDOWS,
    DiskShape,
    ready_agent,
)
from scanner.sim.world import Subscription, World
from tests.support.verdict_tables import (
    CLASSIC,
    DISK,
    LINUX,
    LOCK,
    NETWORK,
    WINDOWS,
    Table,
    healthy,
    healthy_classic,
)

EDITION_2018 = {
    "net-denied": {NETWORK: "applies"},
    "net-nic-denied": {NETWORK: "applies"},
    "net-stopped": {NETWORK: "applies"},
    "net-both": {NETWORK: "applies"},
    "net-detoured": {NETWORK: "possible"},
    # 2.2.45.5 was recent in 2018.
    "old": {LINUX: "clear"},
    "listed": {LINUX: "clear"},
    # The article of 2018 covers classic VMs. Azure shows no status of an unregistered agent.
    "classic-with": {WINDOWS: "clear"},
    "classic-without": {WINDOWS: "unknown (guest-only)"},
}
"""The verdicts that differ in the edition of 2018, by VM."""


class Fleet:
    """A subscription for faults, and another one that they must not change."""

    def __init__(self) -> None:
        self.world = World(status_listing_agents={"listed", "listed-too"})
        self.prod: Subscription = self.world.subscription("prod")
        self.other: Subscription = self.world.subscription("other")
        self.vms: dict[str, Vm] = {}
        self.ids: dict[str, str] = {}
        """The ids of all VMs in lower case, by name."""
        self.classic: Table = {}
        """The verdicts on classic VMs: faults in reading other VMs do not change them."""
        self.table: Table = {}
        self._machines()
        self._sizes()
        self._networks()
        self._classic()
        self.locked_points, self.free_points, self.halves = self._points()
        group = self.other.group("rg-other")
        large = [DiskShape(70_000, size_in_vm=False)]
        vm = group.vm("elsewhere", agent=NOT_READY_BLOB, data_disks=large)
        group.collection(source=vm.id, points=18)
        self.other.lock("keep", on=group.id)
        self._keep(vm, **{LINUX: "applies", DISK: "applies", LOCK: "applies"})

    def table_with(self, **changes: dict[str, str]) -> Table:
        """The verdicts, changed for some VMs by name."""
        table = {id_: dict(verdicts) for id_, verdicts in self.table.items()}
        for name, changed in changes.items():
            table[self.ids[name]] |= changed
        return table

    def index(self, route: str, id_: str) -> int:
        """The index of a resource in its listing."""
        items = {
            "virtual_machines": [vm.id for vm in self.prod.vms],
            "statuses": [vm.id for vm in self.prod.vms],
            "disks": [disk.id for disk in self.prod.of_type("Microsoft.Compute/disks")],
            "locks": [lock.name for lock in self.prod.locks],
            "restore_point_collections": [points.id for points in self.prod.collections],
            "resource_groups": [group.id for group in self.prod.groups],
        }
        return items[route].index(id_)

    def _keep(self, vm: Vm, **verdicts: str) -> Vm:
        self.vms[vm.name] = vm
        self.ids[vm.name] = vm.id.lower()
        self.table[vm.id.lower()] = healthy(vm, **verdicts)
        return vm

    def _machines(self) -> None:
        group = self.prod.group("rg-app")
        old, extension = ready_agent("2.2.45.5"), [MONITOR_LINUX]
        self._keep(group.vm("fine"))
        self._keep(group.vm("old", agent=old), **{LINUX: "applies"})
        mute = group.vm("mute", os="windows", agent=NOT_READY_BLOB)
        self._keep(mute, **{WINDOWS: "applies"})
        self._keep(group.vm("off", os="windows", power="deallocated"))
        self._keep(group.vm("listed", agent=old), **{LINUX: "applies"})
        self._keep(group.vm("listed-too", agent=READY_LINUX, extensions=extension))
        self._keep(group.vm("extended", os="windows", extensions=[SNAPSHOT_WINDOWS]))

    def _sizes(self) -> None:
        group = self.prod.group("rg-files")
        large, small = DiskShape(70_000, size_in_vm=False), DiskShape(64, size_in_vm=False)
        self._keep(group.vm("hidden", data_disks=[large]), **{DISK: "applies"})
        self._keep(group.vm("hidden-small", data_disks=[small]))
        both = [DiskShape(70_000), small]
        self._keep(group.vm("half-hidden", data_disks=both), **{DISK: "applies"})

    def _networks(self) -> None:
        """VMs in networks that the edition of 2018 judges, see `EDITION_2018`."""
        group = self.prod.group("rg-net")
        deny = RuleShape("deny", 100, destination="Internet")
        closed, opened = group.nsg("closed", deny).id, group.nsg("open").id
        nowhere = group.route_table("nowhere", RouteShape("0.0.0.0/0", "None")).id
        hub = group.route_table("hub", RouteShape("0.0.0.0/0", "VirtualAppliance", "10.0.9.4")).id
        out = group.nat_gateway("nat", [group.public_ip("nat-ip").id]).id
        balancer = group.load_balancer("lb", ["web"], ["web"]).id
        private = group.subnet("private", default_outbound_access=False)
        nics = {
            "net-denied": NicShape(group.subnet("closed", nsg=closed)),
            "net-nic-denied": NicShape(nsg=closed),
            "net-allowed": NicShape(group.subnet("open", nsg=opened)),
            "net-stopped": NicShape(group.subnet("nowhere", route_table=nowhere)),
            "net-detoured": NicShape(group.subnet("hub", route_table=hub)),
            "net-both": NicShape(group.subnet("both", route_table=nowhere), nsg=closed),
            "net-nat": NicShape(
                group.subnet("nat", nat_gateway=out, default_outbound_access=False)
            ),
            "net-balanced": NicShape(private, pools=[f"{balancer}/backendAddressPools/web"]),
            "net-public": NicShape(private, public_ip=group.public_ip("own").id),
        }
        for name, nic in nics.items():
            self._keep(group.vm(name, nics=[nic]))

    def _classic(self) -> None:
        group = self.prod.group("rg-classic")
        for name, agent in (("classic-with", True), ("classic-without", False)):
            vm = group.classic_vm(name, agent=agent)
            self.ids[name] = vm.id.lower()
            self.classic[vm.id.lower()] = healthy_classic() | {
                CLASSIC: "clear" if agent else "applies"
            }
        self.table |= self.classic

    def _points(self) -> tuple[Collection, Collection, Collection]:
        app, kept, free = (self.prod.group(f"rg-{name}") for name in ("db", "kept", "free"))
        locked = self._keep(app.vm("locked"), **{LOCK: "applies"})
        unlocked = self._keep(app.vm("unlocked"))
        twice = self._keep(app.vm("twice"), **{LOCK: "applies"})
        self.prod.lock("keep", on=kept.id)
        self.prod.lock("aside", on=app.id)
        first = kept.collection(source=locked.id, points=18)
        second = free.collection(source=unlocked.id, points=18)
        kept.collection(source=twice.id, points=9)
        return first, second, free.collection(source=twice.id, points=9, name="second-half")
