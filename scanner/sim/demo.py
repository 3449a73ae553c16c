"""The demo fleet: five subscriptions with about two hundred VMs, most of them healthy."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from scanner.sim import demo_others
from scanner.sim.demo_backups import (
    MOST_POINTS,
    Vaults,
    add_deleted_vm,
    add_retry,
    protect,
)
from scanner.sim.faults import refuse, throttle
from scanner.sim.machine import Os, Vm
from scanner.sim.scenarios import add_scenario, restore_point_group
from scanner.sim.seeds import roll
from scanner.sim.shapes import (
    MONITOR_LINUX,
    MONITOR_WINDOWS,
    SNAPSHOT_LINUX,
    SNAPSHOT_WINDOWS,
    DiskShape,
    ready_agent,
)
from scanner.sim.world import Group, Subscription, World


class _Plan(NamedTuple):
    """A resource group of the fleet and its healthy VMs.

    `stem` begins the names of the VMs; `share` is their part of the fleet, in per mille.
    """

    subscription: str
    group: str
    location: str
    stem: str
    os: Os
    share: int


_PLANS = (
    _Plan("contoso-prod", "rg-web", "westeurope", "web", "linux", 240),
    _Plan("contoso-prod", "rg-sql", "westeurope", "sql", "windows", 130),
    _Plan("contoso-prod", "rg-erp", "northeurope", "erp", "windows", 90),
    _Plan("contoso-shared", "rg-identity", "westeurope", "dc", "windows", 40),
    _Plan("contoso-shared", "rg-build", "northeurope", "runner", "linux", 110),
    _Plan("contoso-korea", "rg-shop", "koreacentral", "shop", "linux", 140),
    _Plan("contoso-korea", "rg-pos", "koreacentral", "pos", "windows", 70),
    _Plan("contoso-test", "rg-test", "eastus2", "test", "linux", 130),
    _Plan("contoso-test", "rg-lab", "eastus2", "lab", "windows", 50),
)
_SCENARIOS = (
    ("rg-sql", "windows-agent-unresponsive"),
    ("rg-lab", "windows-agent-unresponsive"),
    ("rg-web", "linux-agent-outdated"),
    ("rg-test", "linux-agent-outdated"),
    ("rg-test", "linux-stale-goal-state-xml"),
    ("rg-shop", "vm-no-internet-access"),
    ("rg-erp", "classic-vm-agent-not-registered"),
    ("rg-erp", "disk-size-unsupported"),
    ("rg-sql", "backup-extension-not-loading"),
    ("rg-build", "extension-in-failed-state"),
    ("rg-shop", "restore-point-limit-reached"),
    ("rg-pos", "snapshot-status-or-snapshot-failed"),
    ("rg-web", "restore-point-cleanup-blocked-by-lock"),
)
_LATER_SCENARIOS = (
    ("rg-web", "vm-provisioning-state-blocks-backup"),
    ("rg-sql", "encrypted-disk-too-large"),
    ("rg-erp", "os-not-supported"),
    ("rg-sql", "disk-count-over-limit"),
    ("rg-lab", "unmanaged-disks"),
    ("rg-erp", "shared-disk-attached"),
    ("rg-pos", "ultra-or-premiumv2-needs-enhanced"),
    ("rg-erp", "write-accelerator-disk"),
    ("rg-identity", "disk-entra-data-access"),
    ("rg-build", "data-disk-with-security-type"),
    ("rg-identity", "confidential-vm-limits"),
    ("rg-build", "ephemeral-os-disk"),
    ("rg-shop", "too-many-backups-per-day"),
    ("rg-web", "protection-paused-or-stopped"),
    ("rg-identity", "trusted-launch-policy-client"),
    ("rg-lab", "agentless-crash-consistent-ineligible"),
    ("rg-shop", "wireserver-blocked"),
    ("rg-build", "unsupported-agent-needs-storage-egress"),
    ("rg-identity", "vm-size-below-minimum"),
    ("rg-identity", "trusted-launch-migration"),
)
"""Scenarios that come after all other VMs, whose names must not depend on them."""
_BACKED_UP_GROUPS = {"rg-web", "rg-sql", "rg-erp", "rg-identity", "rg-shop", "rg-pos"}
"""Groups whose healthy VMs are backed up."""
_LOCKED_GROUPS = {"rg-sql", "rg-shop", "rg-pos"}
"""Groups whose old restore points are kept by a lock. Other groups have the points of two days."""
_TEAMS = {
    "rg-web": "web", "rg-shop": "web", "rg-sql": "data", "rg-erp": "erp", "rg-pos": "stores",
    "rg-identity": "platform", "rg-build": "platform",
}  # fmt: skip
"""The team that a group belongs to. Nobody has to tag a VM of the other groups."""
_LINUX_AGENTS = ("2.11.1.12", "2.11.1.4", "2.9.1.1", "2.2.53.1")


def grow(seed: int = 1, vms: int = 200, now: datetime = World.now) -> World:
    """A world of about `vms` VMs, with every cause of `scenarios` in it; same seed, same world."""
    world = World(seed=seed, now=now)
    names = dict.fromkeys(plan.subscription for plan in _PLANS)
    subscriptions = {name: world.subscription(name) for name in names}
    world.subscription("contoso-retired", state="Disabled")
    groups = {
        plan.group: subscriptions[plan.subscription].group(plan.group, plan.location)
        for plan in _PLANS
    }
    for group, cause in _SCENARIOS:
        add_scenario(groups[group], cause)
    _add_cluster(subscriptions["contoso-shared"], vms)
    demo_others.add_scale_set(groups["rg-shop"])
    left = max(0, vms - len(world.vms))
    healthy = [
        vm
        for plan in _PLANS
        for vm in _add_healthy_vms(groups[plan.group], plan, round(left * plan.share / 1000))
        if plan.group in _BACKED_UP_GROUPS
    ]
    _add_web_collections(groups["rg-web"])
    vaults = _add_vaults(subscriptions["contoso-shared"])
    protect(world, vaults, groups, healthy)
    for group, cause in _LATER_SCENARIOS:
        add_scenario(groups[group], cause)
    add_retry(world.vaults[0], next(vm for vm in world.vms if vm.name == "sql-003"))
    add_deleted_vm(vaults, groups["rg-erp"], "crm-old")
    _add_owners(world)
    _add_locks(subscriptions["contoso-korea"], groups)
    _add_others(groups)
    _add_faults(subscriptions)
    _add_network_watchers(subscriptions)
    _add_management_groups(world)
    return world


def _add_network_watchers(subscriptions: dict[str, Subscription]) -> None:
    """A Network Watcher in two regions, in the group that Azure makes for it."""
    for name, location in (("contoso-prod", "westeurope"), ("contoso-korea", "koreacentral")):
        subscriptions[name].group("NetworkWatcherRG", location).network_watcher()


def _add_management_groups(world: World) -> None:
    shared = [item for item in world.subscriptions if item.name == "contoso-shared"]
    rest = [item for item in world.subscriptions if item.name != "contoso-shared"]
    platform = world.management_group("contoso-platform", shared)
    world.management_group("contoso", rest, [platform])


def _add_healthy_vms(group: Group, plan: _Plan, count: int) -> list[Vm]:
    """Healthy VMs, most of them running; of the running ones every third has restore points."""
    added = []
    for number in range(1, count + 1):
        vm = _healthy_vm(group, f"{plan.stem}-{number:02d}", plan.os)
        added.append(vm)
        if vm.power == "running" and number % 3 == 0 and plan.group != "rg-web":
            points = 5 + roll(4, group.id, number) if plan.group in _LOCKED_GROUPS else 2
            restore_point_group(group).collection(source=vm.id, points=points)
    return added


def _healthy_vm(group: Group, name: str, os: Os) -> Vm:
    key = (group.world.seed, group.id, name)
    running = roll(10, *key, "power") < 8
    windows = os == "windows"
    agent = "2.7.41491.1131" if windows else _LINUX_AGENTS[roll(4, *key, "agent")]
    monitor = [MONITOR_WINDOWS if windows else MONITOR_LINUX]
    snapshot = [SNAPSHOT_WINDOWS if windows else SNAPSHOT_LINUX]
    disks = [
        DiskShape((64, 128, 512, 1023)[roll(4, *key, "disk", i)]) for i in range(roll(3, *key))
    ]
    return group.vm(
        name,
        os=os,
        power="running" if running else "deallocated",
        agent=ready_agent(agent) if running else None,
        os_disk=DiskShape(127 if windows else 30, size_in_vm=running),
        data_disks=disks,
        extensions=monitor[: roll(2, *key, "monitor")] + snapshot[: roll(2, *key, "snapshot")],
    )


def _add_web_collections(web: Group) -> None:
    """Collections of about a third of the running web servers, some at the limit of points."""
    collections = restore_point_group(web)
    for number, vm in enumerate(web.subscription.vms):
        if vm.group is web and vm.power == "running" and number % 3 == 0:
            points = (9, MOST_POINTS, MOST_POINTS)[roll(3, web.world.seed, vm.id)]
            every = timedelta(hours=6)
            collections.collection(source=vm.id, points=points, every=every)


def _add_vaults(subscription: Subscription) -> Vaults:
    """A vault for each region of the fleet."""
    vaults = Vaults(subscription.group("rg-backup", "westeurope"))
    for location in dict.fromkeys(plan.location for plan in _PLANS):
        vaults.add(location)
    return vaults


def _add_owners(world: World) -> None:
    """Tags of owners as people write them: not on every VM, and now and then with a capital."""
    for vm in world.vms:
        team = _TEAMS.get(vm.group.name)
        chance = roll(10, world.seed, vm.id, "owner")
        if team and chance < 7:
            vm.tags = {"Owner" if chance == 0 else "owner": team}


def _add_cluster(subscription: Subscription, vms: int) -> None:
    """The nodes of a Kubernetes cluster, in the group that the cluster manages."""
    home = subscription.group("rg-kubernetes")
    cluster = f"{home.id}/providers/Microsoft.ContainerService/managedClusters/aks-prod"
    nodes = subscription.group("MC_rg-kubernetes_aks-prod_westeurope", managed_by=cluster)
    demo_others.add_nodes(nodes, max(2, vms // 40))


def _add_locks(korea: Subscription, groups: dict[str, Group]) -> None:
    """A lock on a whole subscription, and two locks that cover no restore points."""
    korea.lock("subscription-keep", on=korea.id, level="ReadOnly")
    identity, sql = groups["rg-identity"], groups["rg-sql"]
    identity.subscription.lock("keep-identity", on=identity.id)
    vm = next(vm for vm in sql.subscription.vms if vm.group is sql)
    sql.subscription.lock("keep-sql", on=vm.id, notes="Ask the data team.")


def _add_others(groups: dict[str, Group]) -> None:
    """What a scan does not judge and other clients list."""
    demo_others.add_nat_gateway(groups["rg-build"])
    identity, erp = groups["rg-identity"], groups["rg-erp"]
    servers = [vm for vm in identity.subscription.vms if vm.group is identity]
    demo_others.add_availability_set(identity, servers[:2])
    demo_others.add_snapshot(erp, next(vm for vm in erp.subscription.vms if vm.group is erp))


def _add_faults(subscriptions: dict[str, Subscription]) -> None:
    refuse(subscriptions["contoso-test"], "locks", "lock", "disks", "disk")
    throttle(subscriptions["contoso-prod"], "virtual_machines", retry_after=1)
