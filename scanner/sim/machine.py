"""What stands in a resource group of the simulated fleet: VMs, restore points, locks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from scanner.sim import bodies, network_bodies
from scanner.sim.network_shapes import NicShape
from scanner.sim.seeds import hexadecimal, roll
from scanner.sim.shapes import AgentShape, DiskShape, ExtensionShape
from scanner.sim.vault import Vault

if TYPE_CHECKING:
    from scanner.sim.world import Group, Subscription, World

Os = Literal["linux", "windows"]
_DISK = "Microsoft.Compute/disks"
_NIC = "Microsoft.Network/networkInterfaces"


@dataclass
class Resource:
    """Any resource that is served as it stands; its listing is found by its type."""

    type: str
    id: str
    body: dict[str, Any]


@dataclass
class ClassicVm:
    """A classic VM, served as it stands."""

    type: ClassVar[str] = "Microsoft.ClassicCompute/virtualMachines"
    group: Group = field(repr=False)
    name: str
    body: dict[str, Any]

    @property
    def id(self) -> str:
        """The ARM id."""
        return self.group.id_of(self.type, self.name)


@dataclass
class Disk:
    """A disk of a VM: the operating system's has no LUN."""

    name: str
    id: str
    shape: DiskShape
    lun: int | None


@dataclass
class Nic:
    """A network interface of a VM."""

    name: str
    id: str
    shape: NicShape


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
    nics: list[Nic] = field(default_factory=list)
    extensions: list[ExtensionShape] = field(default_factory=list)
    tags: dict[str, str] | None = None
    scale_set: str | None = None
    image: Mapping[str, str] | None = None
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
    def created(self) -> datetime:
        """When it was created."""
        return self.world.now - timedelta(minutes=60_000 + roll(900_000, self.world.seed, self.id))

    def attach(self, shape: DiskShape) -> Disk:
        """Add a disk, and its resource if it has one; the first is the operating system's."""
        lun = len(self.disks) - 1 if self.disks else None
        serial = hexadecimal(32, self.world.seed, self.id, lun)
        kind = "OsDisk_1" if lun is None else f"DataDisk_{lun}"
        name = shape.name or f"{self.name}_{kind}_{serial}"
        disk = Disk(name, self.group.id_of(_DISK, name), shape, lun)
        self.disks.append(disk)
        if shape.managed and shape.resource:
            self.group.resource(_DISK, name, bodies.disk(self, disk))
        return disk

    def connect(self, shape: NicShape) -> Nic:
        """Add a network interface, on the usual subnet unless it names another."""
        number = str(len(self.nics) + 1) if self.nics else ""
        name = f"{self.name}VMNic{number}"
        nic = Nic(name, self.group.id_of(_NIC, name), shape)
        self.nics.append(nic)
        subnet = shape.subnet or self.group.usual_subnet()
        self.group.resource(_NIC, name, network_bodies.interface(self, nic, subnet))
        return nic


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


Item = Vm | ClassicVm | Collection | Resource | Vault
"""What a subscription keeps by type and id."""
