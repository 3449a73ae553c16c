"""How the demo fleet is backed up: vaults and policies, and how the last backups ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection as Collected
from datetime import timedelta

from scanner.sim.backup_errors import AGENT_SILENT, LIMIT_REACHED, UNDOCUMENTED, VM_GONE
from scanner.sim.machine import Vm
from scanner.sim.patches import ABSENT
from scanner.sim.restore_points import Collection
from scanner.sim.seeds import roll
from scanner.sim.vault import Frequency, Vault
from scanner.sim.world import Group, World

MOST_POINTS = 18
"""Restore points that a VM may have (Support matrix for Azure VM backups)."""
_MOST_IN_VAULT, _MOST_IN_POLICY = 990, 95
"""VMs of a vault and of a policy: a few fewer than Azure allows (Backup support matrix)."""
_SUCCESS_DAYS_AGO = 0.2
_POLICIES: tuple[tuple[str, Frequency, bool], ...] = (
    ("DefaultPolicy", "Daily", False),
    ("EveryFourHours", "Hourly", False),
    ("CrashConsistent", "Daily", True),
)


class Vaults:
    """The vaults of the fleet: one for each region, and another where one has no room."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self._vaults: dict[str, list[Vault]] = defaultdict(list)
        self._room: dict[tuple[str, str], list[str]] = {}
        """The ids of policies for further VMs, by the id of the vault and their first name."""

    def add(self, location: str) -> Vault:
        """Add a vault of a region, with its policies."""
        before = len(self._vaults[location])
        name = "vault-fleet" if location == self._group.location else f"vault-{location}"
        vault = self._group.vault(f"{name}-{before + 1}" if before else name, location)
        self._vaults[location].append(vault)
        for policy, frequency, crash_consistent in _POLICIES:
            id_ = vault.policy(policy, frequency, crash_consistent=crash_consistent)
            self._room[vault.id, policy] = [id_] * _MOST_IN_POLICY
        return vault

    def place(self, vm: Vm, policy: str) -> tuple[Vault, str]:
        """The vault for a VM, in the VM's region, and the id of a policy. Both have room."""
        location = vm.group.location
        vault = self._vaults[location][-1]
        if len(vault.items) >= _MOST_IN_VAULT:
            vault = self.add(location)
        room = self._room[vault.id, policy]
        if not room:
            room += [self._another(vault, policy)] * _MOST_IN_POLICY
        return vault, room.pop()

    @staticmethod
    def _another(vault: Vault, policy: str) -> str:
        number = sum(body["name"].startswith(policy) for body in vault.policies) + 1
        name, frequency, crash_consistent = next(one for one in _POLICIES if one[0] == policy)
        return vault.policy(f"{name}-{number}", frequency, crash_consistent=crash_consistent)


def protect(world: World, vaults: Vaults, groups: dict[str, Group], healthy: Collected[Vm]) -> None:
    """Protect healthy VMs, VMs with restore points, and VMs with an old agent, in their region.

    Most backups succeed. Some fail with a documented error, some with an undocumented one. A VM
    with as many restore points as it may have got its last one some days ago.
    """
    collections: dict[str, list[Collection]] = defaultdict(list)
    for subscription in world.subscriptions:
        for collection in subscription.collections:
            collections[collection.source.lower()].append(collection)
    kept = {vm.id for vm in healthy}
    for number, vm in enumerate(world.vms):
        own = collections[vm.id.lower()]
        points = sum(len(one.points) for one in own)
        policy = "EveryFourHours" if vm.group is groups["rg-web"] else "DefaultPolicy"
        agent_silent = vm.group is groups["rg-sql"] and vm.name.startswith("sql-00")
        days = _SUCCESS_DAYS_AGO
        if agent_silent or (vm.group is groups["rg-pos"] and number % 7 == 0):
            days, error = 6, AGENT_SILENT if agent_silent else UNDOCUMENTED
            vault, id_ = vaults.place(vm, policy)
            vault.protect(vm, id_, status="Failed", error=error, success_days_ago=days,
                          health=None if agent_silent else "Passed")  # fmt: skip
            vault.job(vm, "Failed", error=error, listed=number % 2 == 0)
        elif points >= MOST_POINTS:
            days = 2 + roll(4, world.seed, vm.id, "success")
            vault, id_ = vaults.place(vm, policy)
            vault.protect(vm, id_, status="Failed", error=LIMIT_REACHED, success_days_ago=days)
            vault.job(vm, "Failed", error=LIMIT_REACHED)
        elif vm.id in kept or points or _is_old_agent(vm, groups):
            vault, id_ = vaults.place(vm, policy)
            vault.protect(vm, id_)
            vault.job(vm)
        elif vm.group is groups["rg-lab"] and vm.name in ("lab-01", "lab-02"):
            vault, id_ = vaults.place(vm, "CrashConsistent")
            vault.protect(vm, id_)
        for collection in own:
            collection.end(world.now - timedelta(days=days))


def _is_old_agent(vm: Vm, groups: dict[str, Group]) -> bool:
    """True for the VMs whose agent is older than it may be, and that are backed up until now."""
    return vm.group is groups["rg-web"] and vm.name.startswith("legacy-")


def add_retry(vault: Vault, vm: Vm) -> None:
    """A backup of a VM that somebody started by hand, and that still runs."""
    running = {"endTime": ABSENT, "duration": "PT24M11S"}
    vault.job(vm, "InProgress", hours_ago=0.4, patch=running)


def add_deleted_vm(vaults: Vaults, group: Group, name: str) -> None:
    """A VM that was deleted three weeks ago and whose backups a vault keeps."""
    vm = group.vm(name, os="windows")
    vault, policy = vaults.place(vm, "DefaultPolicy")
    vault.protect(vm, policy, status="Failed", error=VM_GONE, success_days_ago=21)
    vault.job(vm, "Failed", error=VM_GONE)
    group.subscription.delete_vm(vm)
