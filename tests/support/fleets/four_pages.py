"""A fleet of three subscriptions whose listings have several pages, for faults of the wire."""

from __future__ import annotations

from scanner.sim.arm import SimulatedArm
from scanner.sim.shapes import MONITOR_LINUX, NOT_READY_BLOB, DiskShape, ready_agent
from scanner.sim.world import Subscription, World

PAGE = 4
SIZES = {"alpha": 12, "beta": 7, "gamma": 3}
"""VMs by the name of their subscription."""


def fleet(sizes: dict[str, int] | None = None) -> World:
    """VMs of every state, with disks, locks, restore points and a vault in each subscription."""
    world = World()
    for name, vms in (sizes or SIZES).items():
        _fill(world.subscription(name), vms)
    return world


def azure(world: World, **options: object) -> SimulatedArm:
    """A simulated ARM with small pages. The options are those of `SimulatedArm`."""
    return SimulatedArm(world, **{"page_size": PAGE, **options})  # type: ignore[arg-type]


def _fill(subscription: Subscription, vms: int) -> None:
    group, backups = subscription.group("rg-app"), subscription.group("AzureBackupRG_westeurope_1")
    vault = subscription.group("rg-backup").vault(f"vault-{subscription.name}")
    policy = vault.policy()
    for number in range(vms):
        name = f"{subscription.name}-{number:03}"
        match number % 8:
            case 0:
                vm = group.vm(name, agent=ready_agent("2.2.20"), tags={"number": str(number)})
            case 1:
                vm = group.vm(name, agent=NOT_READY_BLOB)
            case 2:
                vm = group.vm(name, power="deallocated")
            case 3:
                vm = group.vm(name, data_disks=[DiskShape(gib=40_000)])
            case 4:
                vm = group.vm(name, extensions=[MONITOR_LINUX])
            case 5:
                vm = group.vm(name, os="windows")
            case _:
                vm = group.vm(name, data_disks=[DiskShape(gib=128)])
        if number % 3 == 0:
            vault.protect(vm, policy)
            backups.collection(source=vm.id, points=18 if number % 2 else 5)
    subscription.lock("keep", on=backups.id)
