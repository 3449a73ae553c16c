"""What a shape is: one VM, how it is built, and the verdict that the rules give it, by hand.

The verdicts of a shape are those of its cause on the VM that its builder returns, in the edition of
2018 and in the current one. `because` is the rule. Other VMs that a builder adds are healthy,
unless it adds their verdicts with `also`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from scanner.sim.machine import ClassicVm, Os, Vm
from scanner.sim.restore_points import Collection
from scanner.sim.shapes import DiskShape
from scanner.sim.world import Group, Subscription, World

MAIN = "shapes"

Machine = Vm | ClassicVm


@dataclass
class Plot:
    """Where one shape is built: in groups of its own, or in a subscription of its own."""

    world: World
    name: str
    others: dict[str, tuple[Machine, str, str]] = field(default_factory=dict)

    @property
    def shared(self) -> Subscription:
        return next(found for found in self.world.subscriptions if found.name == MAIN)

    def alone(self, suffix: str = "") -> Subscription:
        """A subscription with no other shape."""
        return self.world.subscription(f"only-{self.name}{suffix}")

    def group(self, suffix: str = "") -> Group:
        return self.shared.group(f"{self.name}{suffix}")

    def vm(self, *, os: Os = "linux", disks: tuple[DiskShape, ...] = ()) -> Vm:
        return self.group().vm(self.name, os=os, data_disks=disks)

    def backups(self, source: str, points: int, suffix: str = "-backups") -> Collection:
        """A collection in a group of its own."""
        return self.group(suffix).collection(source=source, points=points)

    def backed_up(self, points: int) -> tuple[Vm, Collection]:
        vm = self.vm()
        return vm, self.backups(vm.id, points)

    def also(self, vm: Machine, then: str, now: str) -> None:
        """Another VM with verdicts of its own for the shape's cause."""
        self.others[vm.id.lower()] = (vm, then, now)


Build = Callable[[Plot], Vm]


@dataclass(frozen=True)
class Shape:
    """One VM, and the verdicts of one cause on it."""

    name: str
    cause: str
    build: Callable[[Plot], Machine]
    then: str
    now: str
    because: str
