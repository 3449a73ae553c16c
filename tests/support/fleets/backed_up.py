"""VMs with a vault to back them up, and what a scan reports of their protection."""

from __future__ import annotations

from typing import Any

from scanner.inventory.facts.backup import Protection
from scanner.sim.machine import Vm
from scanner.sim.vault import Vault
from scanner.sim.world import Group, Subscription, World
from tests.support.scans import Scanned, scan_world


class BackupFleet:
    """One subscription with a resource group for VMs, and a vault with a daily policy."""

    def __init__(self) -> None:
        self.world = World()
        self.prod: Subscription = self.world.subscription("prod")
        self.group: Group = self.prod.group("rg-app")
        self.vault: Vault = self.prod.group("rg-backup").vault("vault")
        self.policy = self.vault.policy()

    def protected_vm(self, name: str = "web", **item: Any) -> Vm:
        """Add a VM that the vault backs up by the daily policy.

        The options are those of `Vault.protect` and describe the protected item.
        """
        vm = self.group.vm(name)
        self.vault.protect(vm, **{"policy": self.policy, **item})
        return vm

    async def scan(self, **options: Any) -> Scanned:
        """Scan the fleet. The options are those of `scan_world`."""
        return await scan_world(self.world, **options)


def protection_of(scanned: Scanned, name: str = "web") -> Protection:
    """The protection of a VM. Fails if it is a gap."""
    found = scanned.vm(name).protection
    assert isinstance(found, Protection)
    return found
