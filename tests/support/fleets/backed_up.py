"""A subscription with a group and a vault, and what a scan of it says of protection."""

from __future__ import annotations

from typing import Any

from scanner.inventory.facts.backup import Protection
from scanner.judging.judged_vm import JudgedVm
from scanner.sim.vault import Vault
from scanner.sim.world import Group, Subscription, World
from tests.support.scans import Scanned, scan_world


class Fleet:
    """One subscription with a group and a vault."""

    def __init__(self) -> None:
        self.world = World()
        self.prod: Subscription = self.world.subscription("prod")
        self.group: Group = self.prod.group("rg-app")
        self.vault: Vault = self.prod.group("rg-backup").vault("vault")
        self.policy = self.vault.policy()

    async def scan(self, **options: Any) -> Scanned:
        return await scan_world(self.world, **options)


def of(scanned: Scanned, name: str) -> JudgedVm:
    [found] = [each for each in scanned.report.vms if each.vm.name == name]
    return found


def protection(scanned: Scanned, name: str) -> Protection:
    found = of(scanned, name).protection
    assert isinstance(found, Protection)
    return found
