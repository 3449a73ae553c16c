"""Shapes of locks over restore points, each with the verdict that the rules give it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from scanner.sim.machine import Vm
from tests.support.shapes.plot import Build, Plot, Shape
from tests.support.verdict_tables import LOCK

COVERS = "A lock counts when it covers a collection: on it, on its group, or on the subscription."
FEWER = "Covered and fewer → possible."
OTHER = "A lock on the VM, a NIC or another group does not count."
OWN_POINTS = (
    "One that covers a customer's own collection alone: clear with a note, possible at 18 or more."
)
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
    """The scope of the lock is spelt in another way."""

    def build(plot: Plot) -> Vm:
        vm, collection = plot.backed_up(18)
        plot.shared.lock(f"on-{plot.name}", on=spell(collection.group.id))
        return vm

    return build


def source_spelt(spell: Callable[[str], str]) -> Build:
    """The source of the collection is spelt in another way."""

    def build(plot: Plot) -> Vm:
        vm = plot.vm()
        collection = plot.backups(spell(vm.id), 18)
        plot.shared.lock(f"on-{plot.name}", on=collection.group.id)
        return vm

    return build


def vm_spelt(*, group: bool = False, whole: Callable[[str], str] | None = None) -> Build:
    """The listing spells the id of the VM in another way."""

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


def by_hand(own: int, managed: int = 0, *, lock: On = "group", group: str = "-own") -> Build:
    """A collection of the customer under a lock, and one of Azure Backup in another group."""

    def build(plot: Plot) -> Vm:
        vm = plot.vm()
        made = plot.group(group).collection(source=vm.id, points=own, name="made-by-hand")
        if managed:
            plot.backups(vm.id, managed)
        on = made.id if lock == "collection" else made.group.id
        plot.shared.lock(f"on-{plot.name}", on=on)
        return vm

    return build


def in_group_of_backup(plot: Plot) -> Vm:
    subscription = plot.alone()
    vm = subscription.group("rg").vm("app")
    group = subscription.group("AzureBackupRG_northeurope_3")
    group.collection(source=vm.id, points=18, name="made-by-hand")
    subscription.lock("keep", on=group.id)
    return vm


def name_of_another(plot: Plot) -> Vm:
    """A collection named after the VM whose source is a VM that is gone."""
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


def locked_for_another(plot: Plot) -> Vm:
    """Two VMs in one group. Only the collection of the other one is locked."""
    group = plot.group()
    vm, other = group.vm(plot.name), group.vm(f"{plot.name}-other")
    plot.backups(vm.id, 18)
    plot.shared.lock(f"on-{plot.name}", on=plot.backups(other.id, 18, "-others").group.id)
    plot.also(other, "applies", "applies")
    return vm


def vm_prefixes(which: str) -> Build:
    """web, web1 and web-1 with equally many points, and a lock on one collection."""

    def build(plot: Plot) -> Vm:
        subscription = plot.alone()
        group = subscription.group("rg")
        backups = subscription.group("backups")
        vms = {name: group.vm(name) for name in ("web", "web1", "web-1")}
        points = {
            name: backups.collection(source=vm.id, points=18, name=f"AzureBackup_of-{name}")
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
    """The same name in two groups, and the same path in another subscription."""
    here, elsewhere = plot.alone(), plot.alone("-too")
    vm = here.group("rg-a").vm("app")
    for group in (here.group("rg-b"), elsewhere.group("rg-a")):
        other = group.vm("app")
        group.collection(source=other.id, points=18, name="AzureBackup_points")
    locked_here = here.group("backups").collection(
        source=vm.id, points=18, name="AzureBackup_points"
    )
    here.lock("one", on=locked_here.group.id)
    elsewhere.lock("other", on=elsewhere.group("backups").id)
    return vm


def neighbour_locked(plot: Plot) -> Vm:
    """A lock on another resource in the group of the collection."""
    vm, collection = plot.backed_up(18)
    plot.shared.lock(
        "vault", on=f"{collection.group.id}/providers/Microsoft.Storage/storageAccounts/logs"
    )
    return vm


def collection_prefix(plot: Plot) -> Vm:
    vm = plot.vm()
    group = plot.group("-backups")
    group.collection(source=vm.id, points=18, name="AzureBackup_points")
    gone = f"{vm.group.id}/providers/{Vm.type}/gone"
    longer = group.collection(source=gone, points=18, name="AzureBackup_points-2")
    plot.shared.lock("longer", on=longer.id)
    return vm


def together(plot: Plot) -> Vm:
    """The collection is in the VM's own group, which is locked."""
    group = plot.group()
    vm = group.vm(plot.name)
    group.collection(source=vm.id, points=18)
    plot.shared.lock(f"on-{plot.name}", on=group.id)
    return vm


def named(
    *, group: str = "rg", vm: str = "app", points: str = "AzureBackup_points", lock: str = "l"
) -> Build:
    """Names that are keywords of an id, or that a URL must escape."""

    def build(plot: Plot) -> Vm:
        subscription = plot.alone()
        kept = subscription.group(group)
        source = subscription.group("home").vm(vm)
        kept.collection(source=source.id, points=18, name=points)
        subscription.lock(lock, on=kept.id)
        return source

    return build


def resource_locked_by(lock: str) -> Build:
    """A lock with this name on the collection."""

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
    _row("on-a-neighbour", neighbour_locked, "clear", "clear", OTHER),
    _row("on-a-longer-name", collection_prefix, "clear", "clear", BY_ID),
    _row("twice", locked_twice, "possible", "possible", FEWER),
    _row("no-lock-17", not_locked(17), "clear", "clear", NO_LOCK),
    _row("no-lock-18", not_locked(18), "clear", "clear", NO_LOCK),
    _row("no-lock-19", not_locked(19), "clear", "clear", NO_LOCK),
    _row("no-collection", no_collection, "clear", "clear", NO_COLLECTION),
    _row("of-another-vm", locked_for_another, "clear", "clear", ALL_POINTS),
    _row("named-after-it", name_of_another, "clear", "clear", BY_ID),
    _row("own-18", by_hand(18), "possible", "possible", OWN_POINTS),
    _row("own-17", by_hand(17), "clear", "clear", OWN_POINTS),
    _row("own-itself-3", by_hand(3, lock="collection"), "clear", "clear", OWN_POINTS),
    _row("own-9-and-backup-9", by_hand(9, 9), "possible", "possible", OWN_POINTS),
    _row("own-9-and-backup-8", by_hand(9, 8), "clear", "clear", OWN_POINTS),
    _row("own-18-in-group-of-backup", in_group_of_backup, "applies", "applies", COVERS),
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
    _row("points-providers", named(points="providers"), "possible", "possible", OWN_POINTS),
    _row("lock-providers", named(lock="providers"), "applies", "applies", BY_ID),
    _row("lock-Providers", resource_locked_by("Providers"), "applies", "applies", BY_ID),
    _row("lock-locks", named(lock="locks"), "applies", "applies", BY_ID),
    _row("off-and-locked", off_and_locked, "applies", "applies", COVERS),
)
