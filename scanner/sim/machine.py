"""What stands in a resource group of the simulated fleet: VMs, restore points, locks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from scanner.sim import bodies
from scanner.sim.seeds import hexadecimal, roll
from scanner.sim.shapes import AgentShape, DiskShape, ExtensionShape

if TYPE_CHECKING:
    from scanner.sim.world import Group, Subscription, World

Os = Literal["linux", "windows"]


@dataclass
class Resource:
    """Any resource that is served as it stands; its listing is found by its type."""

    type: str
    id: str
    body: dict[str, Any]


@dataclass
class Disk:
    """A disk of a VM: the operating system's has no LUN."""

    name: str
    id: str
    shape: DiskShape
    lun: int | None


@dataclass
class Vm:
    """A virtual machine."""

    type: ClassVar[str] = "Microsoft.Compute/virtualMachines"
    group: Group = field(repr=False)
    name: str
    os: Os
    power: str | None
    agent: AgentShape | None
    disks: list[Disk] = field(default_factory=list)
    extensions: list[ExtensionShape] = field(default_factory=list)
    tags: dict[str, str] | None = None
    scale_set: str | None = None
    provision_vm_agent: bool | None = True
    allow_extension_operations: bool | None = True
    provisioning_state: str = "Succeeded"
    id_group: str = ""
    body_patch: Mapping[str, Any] = field(default_factory=dict)
    view_patch: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The ARM id, spelt as the VM was created."""
        return f"{self.group.id}/providers/{self.type}/{self.name}"

    @property
    def world(self) -> World:
        """The world it belongs to."""
        return self.group.world

    @property
    def nic_name(self) -> str:
        """The name of its network interface."""
        return f"{self.name}VMNic"

    @property
    def created(self) -> datetime:
        """When it was created."""
        return self.world.now - timedelta(minutes=60_000 + roll(900_000, self.world.seed, self.id))

    def attach(self, shape: DiskShape) -> Disk:
        """Add a disk, and its resource if it has one; the first is the operating system's."""
        lun = len(self.disks) - 1 if self.disks else None
        serial = hexadecimal(32, self.world.seed, self.id, lun)
        kind = "OsDisk_1" if lun is None else f"DataDisk_{lun}"
        name = shape.name or f"{self.name}_{kind}_{serial}"
        disk = Disk(name, f"{self.group.id}/providers/Microsoft.Compute/disks/{name}", shape, lun)
        self.disks.append(disk)
        if shape.managed and shape.resource:
            self.group.resource("Microsoft.Compute/disks", name, bodies.disk(self, disk))
        return disk


@dataclass
class Collection:
    """A restore-point collection: `source` is a VM's id, `points` the times, oldest first."""

    type: ClassVar[str] = "Microsoft.Compute/restorePointCollections"
    group: Group = field(repr=False)
    name: str
    source: str
    points: list[datetime]

    @property
    def id(self) -> str:
        """The ARM id."""
        return f"{self.group.id}/providers/{self.type}/{self.name}"

    @property
    def world(self) -> World:
        """The world it belongs to."""
        return self.group.world


@dataclass
class Lock:
    """A management lock."""

    subscription: Subscription = field(repr=False)
    name: str
    on: str
    level: str
    notes: str | None

    @property
    def world(self) -> World:
        """The world it belongs to."""
        return self.subscription.world


Item = Vm | Collection | Resource
"""What a subscription keeps by type and id."""
