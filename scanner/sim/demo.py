"""A fleet to look at: five subscriptions, some two hundred VMs, most of them well."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from scanner.sim.faults import refuse, throttle
from scanner.sim.plants import plant
from scanner.sim.seeds import roll
from scanner.sim.shapes import (
    MONITOR_LINUX,
    MONITOR_WINDOWS,
    SNAPSHOT_LINUX,
    SNAPSHOT_WINDOWS,
    DiskShape,
    ready_agent,
)
from scanner.sim.vault import AGENT_SILENT, UNDOCUMENTED
from scanner.sim.world import Group, Os, Subscription, Vm, World


class _Plan(NamedTuple):
    """A group of the fleet: its share of the VMs is in per mille."""

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
_PLANTED = (
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
_PLANTED_LAST = (
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
)
"""These come after all others, whose names do not change with them."""
_LINUX_AGENTS = ("2.11.1.12", "2.11.1.4", "2.9.1.1", "2.2.53.1")


def grow(seed: int = 1, vms: int = 200, now: datetime = World.now) -> World:
    """A world of about `vms` machines in which the documented causes can be found by name."""
    world = World(seed=seed, now=now)
    by_name = {name: world.subscription(name) for name in dict.fromkeys(p[0] for p in _PLANS)}
    world.subscription("contoso-retired", state="Disabled")
    groups = {plan.group: by_name[plan.subscription].group(*plan[1:3]) for plan in _PLANS}
    for group, cause in _PLANTED:
        plant(groups[group], cause)
    _add_managed(by_name["contoso-shared"], vms)
    _add_scale_set(groups["rg-shop"])
    left = max(0, vms - len(world.vms))
    for plan in _PLANS:
        _settle(groups[plan.group], plan, round(left * plan.share / 1000))
    _lock_collections(groups["rg-web"])
    _protect(world, by_name, groups)
    for group, cause in _PLANTED_LAST:
        plant(groups[group], cause)
    _add_locks(by_name["contoso-korea"], groups)
    _add_faults(by_name)
    below = world.management_group("contoso-platform", [by_name["contoso-shared"]])
    others = [item for item in world.subscriptions if item.name != "contoso-shared"]
    world.management_group("contoso", others, [below])
    return world


def _settle(group: Group, plan: _Plan, count: int) -> None:
    """Healthy VMs; most run, some are deallocated, every third is backed up already."""
    for number in range(1, count + 1):
        vm = _healthy(group, f"{plan.stem}-{number:02d}", plan.os)
        if vm.power == "running" and number % 3 == 0 and plan.group != "rg-web":
            _backups(group).collection(source=vm.id, points=5 + roll(4, group.id, number))


def _healthy(group: Group, name: str, os: Os) -> Vm:
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
        tags={"owner": ("web", "data", "ops")[roll(3, *key, "owner")]}
        if roll(2, *key, "t")
        else None,
    )


def _lock_collections(web: Group) -> None:
    """One lock over the collections of every third web server, some at the limit."""
    backups = _backups(web)
    for number, vm in enumerate(list(web.subscription.vms)):
        if vm.group is web and vm.power == "running" and number % 3 == 0:
            backups.collection(source=vm.id, points=(9, 18, 19)[roll(3, web.world.seed, vm.id)])


def _protect(world: World, by_name: dict[str, Subscription], groups: dict[str, Group]) -> None:
    """Every VM with restore points is backed up, by the vault of its region.

    The vaults are all in the shared subscription. Most backups go well. Some fail as the evidence
    has it, one with words that nobody documents.
    """
    home = by_name["contoso-shared"].group("rg-backup", "westeurope")
    vaults = {
        location: home.vault(
            "vault-fleet" if location == home.location else f"vault-{location}", location
        )
        for location in dict.fromkeys(plan.location for plan in _PLANS)
    }
    errors = {"windows": AGENT_SILENT, "linux": UNDOCUMENTED}
    backed_up = {
        collection.source.lower()
        for subscription in world.subscriptions
        for collection in subscription.collections
    }
    for vault in vaults.values():
        vault.policy("DefaultPolicy")
        vault.policy("EveryFourHours", "Hourly")
        vault.policy("CrashConsistent", crash_consistent=True)
    for number, vm in enumerate(world.vms):
        vault = vaults[vm.group.location]
        daily, often, alone = (policy["id"] for policy in vault.policies)
        failing = vm.group is groups["rg-sql"] and vm.name.startswith("sql-00")
        if failing or (vm.group is groups["rg-pos"] and number % 7 == 0):
            error = errors["windows" if failing else "linux"]
            health = None if failing else "Passed"
            vault.protect(vm, daily, status="Failed", error=error, health=health,
                          success_days_ago=6)  # fmt: skip
            vault.job(vm, "Failed", error=error, listed=number % 2 == 0)
        elif vm.id.lower() in backed_up:
            vault.protect(vm, often if vm.group is groups["rg-web"] else daily)
            vault.job(vm)
        elif vm.group is groups["rg-lab"] and vm.name in ("lab-01", "lab-02"):
            vault.protect(vm, alone)


def _add_managed(subscription: Subscription, vms: int) -> None:
    """The nodes of a cluster, in the group that the cluster manages."""
    home = subscription.group("rg-kubernetes")
    cluster = f"{home.id}/providers/Microsoft.ContainerService/managedClusters/aks-prod"
    nodes = subscription.group("MC_rg-kubernetes_aks-prod_westeurope", managed_by=cluster)
    for number in range(max(2, vms // 40)):
        nodes.vm(f"aks-pool1-{31415900 + number}")


def _add_scale_set(group: Group) -> None:
    for number in range(4):
        group.vm(f"shop-burst_{number:08x}", scale_set="shop-burst")


def _add_locks(korea: Subscription, groups: dict[str, Group]) -> None:
    """A lock over a whole subscription, and locks that keep nothing of Backup's."""
    korea.lock("subscription-keep", on=korea.id, level="ReadOnly")
    identity = groups["rg-identity"]
    identity.subscription.lock("keep-identity", on=identity.id)
    machine = next(vm for vm in groups["rg-sql"].subscription.vms if vm.group.name == "rg-sql")
    machine.group.subscription.lock("keep-sql", on=machine.id, notes="Ask the data team.")


def _add_faults(by_name: dict[str, Subscription]) -> None:
    refuse(by_name["contoso-test"], "locks", "disks", "disk")
    throttle(by_name["contoso-prod"], "virtual_machines", retry_after=1)


def _backups(group: Group) -> Group:
    name = f"AzureBackupRG_{group.location}_1"
    subscription = group.subscription
    return subscription.find_group(name) or subscription.group(name, group.location)
