"""VMs of every kind that are not backed up, but for one."""

from __future__ import annotations

from scanner.sim.shapes import NOT_READY_UNRESPONSIVE, DiskShape
from scanner.sim.world import World


def unprotected_fleet() -> World:
    """VMs named after what is special about them, and two vaults with policies."""
    world = World()
    prod = world.subscription("prod")
    group = prod.group("rg-app")
    group.vm("healthy")
    group.vm("silent", os="windows", agent=NOT_READY_UNRESPONSIVE)
    group.vm("off", power="deallocated")
    group.vm("large", data_disks=[DiskShape(40_000)])
    group.vm("many", data_disks=[DiskShape(64)] * 33)
    prod.group("rg-north", "northeurope").vm("elsewhere")
    group.classic_vm("classic")
    vault = prod.group("rg-backup").vault("vault")
    vault.policy("daily")
    vault.policy("crash", crash_consistent=True)
    vault.policy("full", patch={"properties": {"protectedItemsCount": 100}})
    vault.policy("nearly", patch={"properties": {"protectedItemsCount": 96}})
    vault.policy("uncounted", patch={"properties": {"protectedItemsCount": None}})
    vault.protect(group.vm("protected"), f"{vault.own_id}/backupPolicies/daily")
    prod.group("rg-empty").vault("new").policy("daily")
    return world
