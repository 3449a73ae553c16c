"""Shapes of locks, disks and agents, each with the verdict that the rules give it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from scanner.sim.machine import Os, Vm
from scanner.sim.patches import ABSENT
from scanner.sim.shapes import (
    MONITOR_LINUX,
    NOT_READY_BLOB,
    NOT_READY_UNRESPONSIVE,
    READY_LINUX,
    READY_WINDOWS,
    SNAPSHOT_WINDOWS,
    AgentShape,
    DiskShape,
    ready_agent,
)
from tests.truth.plot import Build, Plot, Shape
from tests.truth.reading import DISK, LINUX, LOCK, NOT_APPLICABLE, NOT_RUNNING, WINDOWS

# Locks over restore points

COVERS = "A lock counts when it covers a collection: on it, on its group, or on the subscription."
FEWER = "Covered and fewer → possible."
OTHER = "A lock on the VM, a NIC or another group does not count."
OWN = "No such lock → clear (a lock on the VM's own group alone is a noted disagreement)."
NO_LOCK = "No such lock → clear. Eighteen points without a lock belong to another cause."
NO_COLLECTION = "No collection, everything read → clear."
ALL_POINTS = (
    "Points = all points of all collections whose source.id is the VM, whatever their names."
)
BY_ID = "ArmId compares without case. Resources are never joined by name."
LEVELS = "A lock (CanNotDelete or ReadOnly) counts."

On = Literal["collection", "group", "subscription", "vm", "nic", "disk", "own group"]


def _spelt_lower(text: str) -> str:
    return text.replace("/resourceGroups/", "/resourcegroups/")


def locked(points: int, on: On = "group", level: str = "CanNotDelete") -> Build:
    def build(plot: Plot) -> Vm:
        vm, collection = plot.backed_up(points)
        nic = vm.nics[0].id
        places = {
            "collection": collection.id,
            "group": collection.group.id,
            "vm": vm.id,
            "nic": nic,
            "disk": vm.disks[0].id,
            "own group": vm.group.id,
        }
        plot.shared.lock(f"on-{plot.name}", on=places[on], level=level)
        return vm

    return build


def subscription_locked(points: int, level: str = "CanNotDelete") -> Build:
    def build(plot: Plot) -> Vm:
        subscription = plot.alone()
        group = subscription.group("rg")
        vm = group.vm(plot.name)
        subscription.group("backups").collection(source=vm.id, points=points)
        group.vm("never-backed-up")
        subscription.lock("all", on=subscription.id, level=level)
        return vm

    return build


def not_locked(points: int) -> Build:
    return lambda plot: plot.backed_up(points)[0]


def lock_spelt(spell: Callable[[str], str]) -> Build:
    def build(plot: Plot) -> Vm:
        vm, collection = plot.backed_up(18)
        plot.shared.lock(f"on-{plot.name}", on=spell(collection.group.id))
        return vm

    return build


def source_spelt(spell: Callable[[str], str]) -> Build:
    def build(plot: Plot) -> Vm:
        vm = plot.vm()
        collection = plot.backups(spell(vm.id), 18)
        plot.shared.lock(f"on-{plot.name}", on=collection.group.id)
        return vm

    return build


def vm_spelt(*, group: bool = False, whole: Callable[[str], str] | None = None) -> Build:
    """The VM's id as the listing spells it."""

    def build(plot: Plot) -> Vm:
        vm, collection = plot.backed_up(18)
        if group:
            vm.id_group = vm.group.name.upper()
        if whole:
            vm.body_patch = {"id": whole(vm.id)}
        plot.shared.lock(f"on-{plot.name}", on=collection.id)
        return vm

    return build


def two_collections(first: int, second: int, *, lock: bool = True) -> Build:
    def build(plot: Plot) -> Vm:
        vm = plot.vm()
        collection = plot.backups(vm.id, first, "-one")
        plot.backups(vm.id, second, "-two")
        if lock:
            plot.shared.lock(f"on-{plot.name}", on=collection.group.id)
        return vm

    return build


def foreign_name(plot: Plot) -> Vm:
    vm = plot.vm()
    group = plot.group("-backups")
    group.collection(source=vm.id, points=18, name="made-by-hand")
    plot.shared.lock(f"on-{plot.name}", on=group.id)
    return vm


def name_of_another(plot: Plot) -> Vm:
    """A collection that is called after the VM, of a VM that is gone."""
    vm = plot.vm()
    group = plot.group("-backups")
    gone = f"{vm.group.id}/providers/{Vm.type}/gone"
    group.collection(source=gone, points=18, name=f"AzureBackup_{vm.name}_1")
    plot.shared.lock(f"on-{plot.name}", on=group.id)
    return vm


def no_collection(plot: Plot) -> Vm:
    vm = plot.vm()
    plot.shared.lock(f"on-{plot.name}", on=vm.group.id)
    return vm


def of_another(plot: Plot) -> Vm:
    """Two VMs in one group; the other one's collection is locked, and so not this one's."""
    group = plot.group()
    vm, other = group.vm(plot.name), group.vm(f"{plot.name}-other")
    plot.backups(vm.id, 18)
    plot.shared.lock(f"on-{plot.name}", on=plot.backups(other.id, 18, "-others").group.id)
    plot.also(other, "applies", "applies")
    return vm


def vm_prefixes(which: str) -> Build:
    """web, web1 and web-1, with as many points each, and a lock on one collection."""

    def build(plot: Plot) -> Vm:
        subscription = plot.alone()
        group = subscription.group("rg")
        backups = subscription.group("backups")
        vms = {name: group.vm(name) for name in ("web", "web1", "web-1")}
        points = {
            name: backups.collection(source=vm.id, points=18, name=f"of-{name}")
            for name, vm in vms.items()
        }
        subscription.lock("one", on=points[which].id)
        return vms[which]

    return build


def group_prefixes(place: str, lock: str) -> Build:
    """Groups rg and rg-2: the collection in one, the lock on one."""

    def build(plot: Plot) -> Vm:
        subscription = plot.alone()
        groups = {name: subscription.group(name) for name in ("rg", "rg-2", "r")}
        vm = subscription.group("home").vm(plot.name)
        groups[place].collection(source=vm.id, points=18)
        subscription.lock("one", on=groups[lock].id)
        return vm

    return build


def equal_names(plot: Plot) -> Vm:
    """The same name in two groups, and in another subscription the very same path."""
    here, elsewhere = plot.alone(), plot.alone("-too")
    vm = here.group("rg-a").vm("app")
    for group in (here.group("rg-b"), elsewhere.group("rg-a")):
        other = group.vm("app")
        group.collection(source=other.id, points=18, name="points")
    locked_here = here.group("backups").collection(source=vm.id, points=18, name="points")
    here.lock("one", on=locked_here.group.id)
    elsewhere.lock("other", on=elsewhere.group("backups").id)
    return vm


def beside(plot: Plot) -> Vm:
    """A lock on another resource in the collection's group."""
    vm, collection = plot.backed_up(18)
    plot.shared.lock(
        "vault", on=f"{collection.group.id}/providers/Microsoft.Storage/storageAccounts/logs"
    )
    return vm


def collection_prefix(plot: Plot) -> Vm:
    vm = plot.vm()
    group = plot.group("-backups")
    group.collection(source=vm.id, points=18, name="points")
    gone = f"{vm.group.id}/providers/{Vm.type}/gone"
    longer = group.collection(source=gone, points=18, name="points-2")
    plot.shared.lock("longer", on=longer.id)
    return vm


def together(plot: Plot) -> Vm:
    """The collection stands in the VM's own group, which is locked."""
    group = plot.group()
    vm = group.vm(plot.name)
    group.collection(source=vm.id, points=18)
    plot.shared.lock(f"on-{plot.name}", on=group.id)
    return vm


def named(*, group: str = "rg", vm: str = "app", points: str = "points", lock: str = "l") -> Build:
    """Names that are words of an id, or that a URL spells in another way."""

    def build(plot: Plot) -> Vm:
        subscription = plot.alone()
        kept = subscription.group(group)
        source = subscription.group("home").vm(vm)
        kept.collection(source=source.id, points=18, name=points)
        subscription.lock(lock, on=kept.id)
        return source

    return build


def resource_locked_by(lock: str) -> Build:
    """A lock on the collection, with a name of its own."""

    def build(plot: Plot) -> Vm:
        vm, collection = plot.backed_up(18)
        plot.shared.lock(lock, on=collection.id)
        return vm

    return build


def off_and_locked(plot: Plot) -> Vm:
    vm = plot.group().vm(plot.name, os="windows", power="deallocated")
    plot.shared.lock(f"on-{plot.name}", on=plot.backups(vm.id, 18).group.id)
    return vm


def locked_twice(plot: Plot) -> Vm:
    vm, collection = plot.backed_up(17)
    plot.shared.lock("wide", on=collection.group.id, level="ReadOnly")
    plot.shared.lock("narrow", on=collection.id)
    return vm


def _row(name: str, build: Build, then: str, now: str, because: str) -> Shape:
    return Shape(name, LOCK, build, then, now, because)


LOCKS = (
    _row("group-18", locked(18), "applies", "applies", COVERS),
    _row("group-17", locked(17), "possible", "possible", FEWER),
    _row("group-19", locked(19), "applies", "applies", COVERS),
    _row("group-0", locked(0), "possible", "possible", FEWER),
    _row("group-1", locked(1), "possible", "possible", FEWER),
    _row("group-read-only", locked(18, level="ReadOnly"), "applies", "applies", LEVELS),
    _row("group-level-unset", locked(18, level="NotSpecified"), "clear", "clear", LEVELS),
    _row("collection-18", locked(18, "collection"), "applies", "applies", COVERS),
    _row("collection-7-ro", locked(7, "collection", "ReadOnly"), "possible", "possible", FEWER),
    _row("subscription-18", subscription_locked(18), "applies", "applies", COVERS),
    _row("subscription-3-ro", subscription_locked(3, "ReadOnly"), "possible", "possible", FEWER),
    _row("on-the-vm", locked(18, "vm"), "clear", "clear", OTHER),
    _row("on-the-nic", locked(18, "nic"), "clear", "clear", OTHER),
    _row("on-the-disk", locked(18, "disk"), "clear", "clear", OTHER),
    _row("on-own-group", locked(18, "own group"), "clear", "clear", OWN),
    _row("own-group-holds-points", together, "applies", "applies", COVERS),
    _row("on-a-neighbour", beside, "clear", "clear", OTHER),
    _row("on-a-longer-name", collection_prefix, "clear", "clear", BY_ID),
    _row("twice", locked_twice, "possible", "possible", FEWER),
    _row("no-lock-17", not_locked(17), "clear", "clear", NO_LOCK),
    _row("no-lock-18", not_locked(18), "clear", "clear", NO_LOCK),
    _row("no-lock-19", not_locked(19), "clear", "clear", NO_LOCK),
    _row("no-collection", no_collection, "clear", "clear", NO_COLLECTION),
    _row("of-another-vm", of_another, "clear", "clear", ALL_POINTS),
    _row("named-after-it", name_of_another, "clear", "clear", BY_ID),
    _row("foreign-name", foreign_name, "applies", "applies", ALL_POINTS),
    _row("two-make-18", two_collections(9, 9), "applies", "applies", ALL_POINTS),
    _row("two-make-17", two_collections(9, 8), "possible", "possible", ALL_POINTS),
    _row("small-one-locked", two_collections(0, 18), "applies", "applies", ALL_POINTS),
    _row("two-not-locked", two_collections(9, 9, lock=False), "clear", "clear", NO_LOCK),
    _row("web", vm_prefixes("web"), "applies", "applies", BY_ID),
    _row("web1", vm_prefixes("web1"), "applies", "applies", BY_ID),
    _row("web-1", vm_prefixes("web-1"), "applies", "applies", BY_ID),
    _row("points-in-rg", group_prefixes("rg", "rg"), "applies", "applies", BY_ID),
    _row("points-in-rg-2", group_prefixes("rg-2", "rg"), "clear", "clear", BY_ID),
    _row("lock-on-rg-2", group_prefixes("rg", "rg-2"), "clear", "clear", BY_ID),
    _row("equal-names", equal_names, "applies", "applies", BY_ID),
    _row("lock-in-lower-case", lock_spelt(_spelt_lower), "applies", "applies", BY_ID),
    _row("lock-in-all-lower", lock_spelt(str.lower), "applies", "applies", BY_ID),
    _row(
        "Lock-Upper", lock_spelt(lambda at: at.replace("Lock", "LOCK")), "applies", "applies", BY_ID
    ),
    _row("Source-Lower", source_spelt(str.lower), "applies", "applies", BY_ID),
    _row("source-upper", source_spelt(str.upper), "applies", "applies", BY_ID),
    _row("vm-group-upper", vm_spelt(group=True), "applies", "applies", BY_ID),
    _row("Vm-Id-Lower", vm_spelt(whole=str.lower), "applies", "applies", BY_ID),
    _row("vm-id-upper", vm_spelt(whole=str.upper), "applies", "applies", BY_ID),
    _row("group-providers", named(group="providers"), "applies", "applies", BY_ID),
    _row("group-resourcegroups", named(group="resourceGroups"), "applies", "applies", BY_ID),
    _row("group-subscriptions", named(group="subscriptions"), "applies", "applies", BY_ID),
    _row("group-locks", named(group="locks"), "applies", "applies", BY_ID),
    _row("group-in-korean", named(group="백업-그룹"), "applies", "applies", BY_ID),
    _row("group-with-signs", named(group="rg.(1)_-a"), "applies", "applies", BY_ID),
    _row("vm-providers", named(vm="providers"), "applies", "applies", BY_ID),
    _row("points-providers", named(points="providers"), "applies", "applies", BY_ID),
    _row("lock-providers", named(lock="providers"), "applies", "applies", BY_ID),
    _row("lock-Providers", resource_locked_by("Providers"), "applies", "applies", BY_ID),
    _row("lock-locks", named(lock="locks"), "applies", "applies", BY_ID),
    _row("off-and-locked", off_and_locked, "applies", "applies", COVERS),
)

# Sizes of disks

OVER_2018 = "2018-01: over 1,023 GB applies (1,023 is clear)."
OVER_NOW = "current: over 65,536 GiB applies."
PAGES = "current: a disk over 32,767 GiB is possible (the pages disagree)."
SUM = "current: all disks together over 524,288 GiB applies."
OPTIONAL = "Every field is optional that ARM may leave out."
PLACE = "The size is the one in the VM's body, else the disk resource's."
_LARGE = DiskShape(32_767)


def disks(*data: DiskShape, os_disk: DiskShape | None = None, power: str = "running") -> Build:
    def build(plot: Plot) -> Vm:
        return plot.group().vm(plot.name, os_disk=os_disk, data_disks=data, power=power)

    return build


def body_says(size: int, resource: int) -> Build:
    def build(plot: Plot) -> Vm:
        said = {"properties": {"storageProfile": {"osDisk": {"diskSizeGB": size}}}}
        os_disk = DiskShape(resource)
        return plot.group().vm(plot.name, os_disk=os_disk, body_patch=said)

    return build


def hidden(gib: int) -> DiskShape:
    """Its size stands on the disk resource alone."""
    return DiskShape(gib, size_in_vm=False)


def _size(name: str, build: Build, then: str, now: str, because: str) -> Shape:
    return Shape(name, DISK, build, then, now, because)


DISKS = (
    _size("gib-1023", disks(DiskShape(1023)), "clear", "clear", OVER_2018),
    _size("gib-1024", disks(DiskShape(1024)), "applies", "clear", OVER_2018),
    _size("gib-32767", disks(_LARGE), "applies", "clear", PAGES),
    _size("gib-32768", disks(DiskShape(32_768)), "applies", "possible", PAGES),
    _size("gib-65536", disks(DiskShape(65_536)), "applies", "possible", PAGES),
    _size("gib-65537", disks(DiskShape(65_537)), "applies", "applies", OVER_NOW),
    _size("second-disk", disks(DiskShape(64), DiskShape(65_537)), "applies", "applies", OVER_NOW),
    _size("os-disk-1024", disks(os_disk=DiskShape(1024)), "applies", "clear", OVER_2018),
    _size("os-disk-40000", disks(os_disk=DiskShape(40_000)), "applies", "possible", PAGES),
    _size("os-disk-70000", disks(os_disk=DiskShape(70_000)), "applies", "applies", OVER_NOW),
    _size("sum-524288", disks(*[_LARGE] * 16, os_disk=DiskShape(16)), "applies", "clear", SUM),
    _size("sum-524289", disks(*[_LARGE] * 16, os_disk=DiskShape(17)), "applies", "applies", SUM),
    _size("sum-hidden", disks(*[_LARGE] * 16, os_disk=hidden(17)), "applies", "applies", SUM),
    _size("sum-of-possible", disks(*[DiskShape(58_255)] * 9), "applies", "applies", SUM),
    _size("hidden-1023", disks(hidden(1023)), "clear", "clear", PLACE),
    _size("hidden-1024", disks(hidden(1024)), "applies", "clear", PLACE),
    _size("hidden-40000", disks(hidden(40_000)), "applies", "possible", PLACE),
    _size("hidden-65537", disks(hidden(65_537)), "applies", "applies", PLACE),
    _size("body-smaller", body_says(1023, 70_000), "clear", "clear", PLACE),
    _size("body-larger", body_says(1024, 64), "applies", "clear", PLACE),
    _size("not-in-listing", disks(DiskShape(2048, resource=False)), "applies", "clear", PLACE),
    _size("unmanaged-1023", disks(DiskShape(1023, managed=False)), "clear", "clear", PLACE),
    _size("unmanaged-2048", disks(DiskShape(2048, managed=False)), "applies", "clear", PLACE),
    _size(
        "unmanaged-all",
        disks(DiskShape(70_000, managed=False), os_disk=DiskShape(127, managed=False)),
        "applies",
        "applies",
        PLACE,
    ),
    _size(
        "off-no-sizes",
        disks(hidden(1023), os_disk=hidden(127), power="deallocated"),
        "clear",
        "clear",
        PLACE,
    ),
    _size(
        "off-no-sizes-large",
        disks(hidden(2048), os_disk=hidden(127), power="deallocated"),
        "applies",
        "clear",
        PLACE,
    ),
    _size(
        "stopped-os-70000",
        disks(os_disk=hidden(70_000), power="stopped"),
        "applies",
        "applies",
        PLACE,
    ),
)

# Agents

NOT_READY = "Running, instance view read: status not Ready, or no vmAgent at all → applies."
STOPPED = "VM not running (stopped, deallocated, starting…): unknown (not-running)."
LINUX_NOW = (
    "Linux: current below 2.2.53.1 applies, at or above clear; 2018-01: below 2.2.20 possible."
)
WINDOWS_NOW = "Windows: current below 2.7.41491.1010 is possible."
NUMBERS = "Versions compare number by number."
AGE = "The age of the status never changes the verdict."
NOTE = "provisionVMAgent: false on a running VM whose agent is Ready is a note."
OTHER_OS = "The other OS's cause is not-applicable."
LISTED = "A GET per VM only where no list carries the fact."


def agent(
    os: Os, shape: AgentShape | None, power: str = "running", *, provision: bool = True
) -> Build:
    def build(plot: Plot) -> Vm:
        group = plot.group()
        return group.vm(plot.name, os=os, power=power, agent=shape, provision_vm_agent=provision)

    return build


def version(os: Os, text: str) -> Build:
    return agent(os, ready_agent(text))


def listed(os: Os, shape: AgentShape | None, power: str = "running") -> Build:
    """The status listing carries the agent."""

    def build(plot: Plot) -> Vm:
        assert isinstance(plot.world.status_listing_agents, set)
        plot.world.status_listing_agents.add(plot.name)
        return plot.group().vm(plot.name, os=os, power=power, agent=shape)

    return build


def listed_with_extension(plot: Plot) -> Vm:
    vm = listed("linux", ready_agent("2.2.53"))(plot)
    vm.extensions = [MONITOR_LINUX]
    return vm


def silent_with_extension(plot: Plot) -> Vm:
    vm = agent("windows", NOT_READY_UNRESPONSIVE)(plot)
    vm.extensions = [SNAPSHOT_WINDOWS]
    return vm


def without_profile(os: Os, shape: AgentShape) -> Build:
    """A VM made from a specialised disk has no OS profile."""

    def build(plot: Plot) -> Vm:
        said = {"properties": {"osProfile": ABSENT}}
        return plot.group().vm(plot.name, os=os, agent=shape, body_patch=said)

    return build


def _linux(name: str, build: Build, then: str, now: str, because: str) -> Shape:
    return Shape(f"lin-{name}", LINUX, build, then, now, because)


def _windows(name: str, build: Build, then: str, now: str, because: str) -> Shape:
    return Shape(f"win-{name}", WINDOWS, build, then, now, because)


def _linux_version(text: str, then: str, now: str, because: str = LINUX_NOW) -> Shape:
    return _linux(text, version("linux", text), then, now, because)


def _windows_version(text: str, then: str, now: str, because: str = WINDOWS_NOW) -> Shape:
    return _windows(text, version("windows", text), then, now, because)


AGENTS = (
    _linux("absent", agent("linux", None), "applies", "applies", NOT_READY),
    _linux("mute", agent("linux", NOT_READY_UNRESPONSIVE), "applies", "applies", NOT_READY),
    _linux("blob", agent("linux", NOT_READY_BLOB), "applies", "applies", NOT_READY),
    _windows("absent", agent("windows", None), "applies", "applies", NOT_READY),
    _windows("mute", agent("windows", NOT_READY_UNRESPONSIVE), "applies", "applies", NOT_READY),
    _windows("blob", agent("windows", NOT_READY_BLOB), "applies", "applies", NOT_READY),
    _windows("mute-extension", silent_with_extension, "applies", "applies", NOT_READY),
    _windows(
        "not-provided", agent("windows", None, provision=False), "applies", "applies", NOT_READY
    ),
    _linux_version("WALinuxAgent-2.0.16", "possible", "applies"),
    _linux_version("2.2.19", "possible", "applies"),
    _linux_version("2.2.20", "clear", "applies"),
    _linux_version("2.2.53", "clear", "applies"),
    _linux_version("2.2.53.1", "clear", "clear"),
    _linux_version("2.9.1.1", "clear", "clear"),
    _linux_version("2.14.0.1", "clear", "clear"),
    _linux_version("2.2.9", "possible", "applies", NUMBERS),
    _linux_version("2.2.19.99", "possible", "applies", NUMBERS),
    _linux_version("2.2.100", "clear", "clear", NUMBERS),
    _linux_version("2.10.0.8", "clear", "clear", NUMBERS),
    _windows_version("2.6.1198.718", "clear", "possible"),
    _windows_version("2.7.41491.1009", "clear", "possible"),
    _windows_version("2.7.41491.1010", "clear", "clear"),
    _windows_version("2.7.41491.1131", "clear", "clear"),
    _windows_version("2.7.41491.999", "clear", "possible", NUMBERS),
    _windows_version("2.10.1.0", "clear", "clear", NUMBERS),
    _linux(
        "old-report",
        agent("linux", ready_agent("2.9.1.1", minutes_ago=90_000)),
        "clear",
        "clear",
        AGE,
    ),
    _windows(
        "old-report",
        agent("windows", replace(READY_WINDOWS, reported_minutes_ago=9_000)),
        "clear",
        "clear",
        AGE,
    ),
    _linux("unasked", agent("linux", READY_LINUX, provision=False), "clear", "clear", NOTE),
    _windows("unasked", agent("windows", READY_WINDOWS, provision=False), "clear", "clear", NOTE),
    _linux("stopped", agent("linux", None, "stopped"), NOT_RUNNING, NOT_RUNNING, STOPPED),
    _windows("stopped", agent("windows", None, "stopped"), NOT_RUNNING, NOT_RUNNING, STOPPED),
    _linux("deallocated", agent("linux", None, "deallocated"), NOT_RUNNING, NOT_RUNNING, STOPPED),
    _linux("leaving", agent("linux", None, "deallocating"), NOT_RUNNING, NOT_RUNNING, STOPPED),
    _windows("starting", agent("windows", None, "starting"), NOT_RUNNING, NOT_RUNNING, STOPPED),
    _linux(
        "starting-mute",
        agent("linux", NOT_READY_BLOB, "starting"),
        NOT_RUNNING,
        NOT_RUNNING,
        STOPPED,
    ),
    _linux(
        "was-ready",
        agent("linux", ready_agent("2.2.19"), "deallocated"),
        NOT_RUNNING,
        NOT_RUNNING,
        STOPPED,
    ),
    _windows(
        "was-ready", agent("windows", READY_WINDOWS, "stopped"), NOT_RUNNING, NOT_RUNNING, STOPPED
    ),
    _linux("listed-ready", listed("linux", READY_LINUX), "clear", "clear", LISTED),
    _linux("listed-old", listed("linux", ready_agent("2.2.20")), "clear", "applies", LISTED),
    _linux("listed-extension", listed_with_extension, "clear", "applies", LISTED),
    _windows("listed-mute", listed("windows", NOT_READY_BLOB), "applies", "applies", LISTED),
    _windows(
        "listed-off",
        listed("windows", READY_WINDOWS, "deallocated"),
        NOT_RUNNING,
        NOT_RUNNING,
        STOPPED,
    ),
    _linux("no-profile", without_profile("linux", READY_LINUX), "clear", "clear", OPTIONAL),
    _windows(
        "no-profile", without_profile("windows", NOT_READY_BLOB), "applies", "applies", OPTIONAL
    ),
    Shape(
        "linux-is-not-windows",
        WINDOWS,
        agent("linux", READY_LINUX),
        NOT_APPLICABLE,
        NOT_APPLICABLE,
        OTHER_OS,
    ),
    Shape(
        "windows-is-not-linux",
        LINUX,
        agent("windows", READY_WINDOWS),
        NOT_APPLICABLE,
        NOT_APPLICABLE,
        OTHER_OS,
    ),
    Shape(
        "off-windows-is-not-linux",
        LINUX,
        agent("windows", None, "deallocated"),
        NOT_APPLICABLE,
        NOT_APPLICABLE,
        OTHER_OS,
    ),
)
