"""The virtual machines of a simulated fleet, with their disks and network interfaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from scanner.sim.group_base import GroupBase, WorldLike
from scanner.sim.network_shapes import NicShape
from scanner.sim.patches import Body
from scanner.sim.seeds import roll
from scanner.sim.shapes import AgentShape, DiskShape, ExtensionShape

Os = Literal["linux", "windows"]
Load = float | list[float | None] | None
"""Percent in every minute, or minute by minute from the beginning of the time that is asked about.
None if Azure Monitor does not offer the metric."""


@dataclass
class ClassicVm:
    """A classic VM (Microsoft.ClassicCompute), whose body is served unchanged."""

    type: ClassVar[str] = "Microsoft.ClassicCompute/virtualMachines"
    group: GroupBase = field(repr=False)
    name: str
    body: Body

    @property
    def id(self) -> str:
        """The ARM id."""
        return self.group.id_of(self.type, self.name)


@dataclass
class Disk:
    """A disk of a VM; `lun` is None for the OS disk."""

    type: ClassVar[str] = "Microsoft.Compute/disks"
    name: str
    id: str
    shape: DiskShape
    lun: int | None


@dataclass
class Nic:
    """A network interface of a VM."""

    type: ClassVar[str] = "Microsoft.Network/networkInterfaces"
    name: str
    id: str
    shape: NicShape


@dataclass
class Vm:
    """A virtual machine.

    `power` is the power state (``running``, ``deallocated``, …), None while ARM shows none.
    `id_group` is the name of its group as listings spell it. The patches change the body of the
    VM and its instance view, see `patches.merged`.
    """

    type: ClassVar[str] = "Microsoft.Compute/virtualMachines"
    group: GroupBase = field(repr=False)
    name: str
    os: Os
    power: str | None
    agent: AgentShape | None
    disks: list[Disk] = field(default_factory=list)
    """The OS disk first, then the data disks in the order of their LUNs."""
    nics: list[Nic] = field(default_factory=list)
    extensions: list[ExtensionShape] = field(default_factory=list)
    tags: dict[str, str] | None = None
    scale_set: str | None = None
    image: Mapping[str, str] | None = None
    provision_vm_agent: bool | None = True
    allow_extension_operations: bool | None = True
    provisioning_state: str = "Succeeded"
    id_group: str = ""
    cpu: Load = 12.5
    """The CPU in use."""
    free_memory: Load = 61.0
    """The memory that is left."""
    body_patch: Mapping[str, Any] = field(default_factory=dict)
    view_patch: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The ARM id, spelt as the VM was created."""
        return self.group.id_of(self.type, self.name)

    @property
    def world(self) -> WorldLike:
        """The world it belongs to."""
        return self.group.world

    @property
    def created(self) -> datetime:
        """The time of its creation, UTC."""
        return self.world.now - timedelta(minutes=60_000 + roll(900_000, self.world.seed, self.id))


Machine = Vm | ClassicVm
