"""The VMs, restore-point collections and vaults of a resource group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

from scanner.sim import network_bodies, vm_bodies
from scanner.sim.classic_bodies import classic_vm
from scanner.sim.group_networks import GroupNetworks
from scanner.sim.machine import ClassicVm, Disk, Nic, Os, Vm
from scanner.sim.network_shapes import NicShape
from scanner.sim.patches import merged
from scanner.sim.restore_points import Collection
from scanner.sim.seeds import hexadecimal, roll
from scanner.sim.shapes import READY_LINUX, READY_WINDOWS, AgentShape, DiskShape, ExtensionShape
from scanner.sim.vault import Vault


class GroupContents(GroupNetworks):
    """A resource group that takes VMs, restore-point collections and vaults."""

    def vm(
        self,
        name: str,
        os: Os = "linux",
        power: str | None = "running",
        agent: AgentShape | Literal["usual"] | None = "usual",
        os_disk: DiskShape | None = None,
        data_disks: Sequence[DiskShape] = (),
        extensions: Sequence[ExtensionShape] = (),
        tags: dict[str, str] | None = None,
        scale_set: str | None = None,
        *,
        nics: Sequence[NicShape] = (NicShape(),),
        image: Mapping[str, str] | None = None,
        provision_vm_agent: bool | None = True,
        allow_extension_operations: bool | None = True,
        provisioning_state: str = "Succeeded",
        id_group: str | None = None,
        body_patch: Mapping[str, Any] | None = None,
        view_patch: Mapping[str, Any] | None = None,
    ) -> Vm:
        """Add a VM with its disks and its network interfaces.

        The usual agent is Ready on a running VM and missing on any other. `id_group` is the name
        of the group as listings spell it; without one the seed decides on its case. The patches
        are merged into the body and the instance view; `patches.ABSENT` removes a member.
        """
        vm = Vm(self, name, os, power, _usual_agent(os, power) if agent == "usual" else agent)
        vm.extensions, vm.tags, vm.scale_set = list(extensions), tags, scale_set
        vm.provision_vm_agent, vm.provisioning_state = provision_vm_agent, provisioning_state
        vm.allow_extension_operations, vm.image = allow_extension_operations, image
        vm.id_group = id_group or self._spelling(vm)
        vm.body_patch, vm.view_patch = body_patch or {}, view_patch or {}
        self.subscription.add(vm)
        for shape in (os_disk or DiskShape(gib=127 if os == "windows" else 30), *data_disks):
            self._attach(vm, shape)
        for nic in nics:
            self._connect(vm, nic)
        return vm

    def classic_vm(
        self,
        name: str,
        *,
        os: Os = "windows",
        power: str = "Started",
        agent: bool | None = True,
        agent_status: str = "Ready",
        flag: Literal["platformGuestAgent", "provisionGuestAgent"] = "platformGuestAgent",
        cloud_service: str | None = None,
        body_patch: Mapping[str, Any] | None = None,
    ) -> ClassicVm:
        """Add a classic VM, in a cloud service of its own unless `cloud_service` names one.

        `flag` is the member that says if the guest agent is installed; `agent` None leaves it out.
        """
        id_ = self.id_of(ClassicVm.type, name)
        service = cloud_service or name
        body = classic_vm(
            self.world.seed,
            id_,
            os=os,
            power=power,
            flag=flag,
            agent=agent,
            service=service,
            status=agent_status,
        )
        head = {"name": name, "id": id_, "type": ClassicVm.type, "location": self.location}
        added = ClassicVm(self, name, merged({**head, **body}, body_patch or {}))
        self.subscription.add(added)
        return added

    def collection(
        self,
        source: str,
        points: int = 7,
        name: str | None = None,
        every: timedelta = timedelta(days=1),
    ) -> Collection:
        """Add a restore-point collection of the VM with the ARM id `source`.

        It holds that many `points`, one per period `every`, counted back from now.
        """
        vm_name = source.rsplit("/", 1)[-1]
        digits = 10**18 + roll(8 * 10**18, self.world.seed, "collection", self.id, source)
        times = [self.world.now - every * (i + 1) + timedelta(minutes=47) for i in range(points)]
        added = Collection(self, name or f"AzureBackup_{vm_name}_{digits}", source, times[::-1])
        self.subscription.add(added)
        return added

    def vault(self, name: str, location: str | None = None) -> Vault:
        """Add a Recovery Services vault, in the region of its group unless another is given."""
        added = Vault(self, name, location or self.location)
        self.subscription.add(added)
        return added

    def _attach(self, vm: Vm, shape: DiskShape) -> None:
        """Add a disk to a VM, the OS disk first, and its resource if it has one."""
        lun = len(vm.disks) - 1 if vm.disks else None
        serial = hexadecimal(32, self.world.seed, vm.id, lun)
        kind = "OsDisk_1" if lun is None else f"DataDisk_{lun}"
        name = shape.name or f"{vm.name}_{kind}_{serial}"
        disk = Disk(name, self.id_of(Disk.type, name), shape, lun)
        vm.disks.append(disk)
        if shape.managed and shape.resource:
            self.resource(Disk.type, name, vm_bodies.disk_body(vm, disk))

    def _connect(self, vm: Vm, shape: NicShape) -> None:
        """Add a network interface to a VM, on the default subnet unless the shape names another."""
        number = str(len(vm.nics) + 1) if vm.nics else ""
        name = f"{vm.name}VMNic{number}"
        nic = Nic(name, self.id_of(Nic.type, name), shape)
        vm.nics.append(nic)
        subnet = shape.subnet or self.default_subnet()
        self.resource(Nic.type, name, network_bodies.interface(vm, nic, subnet))

    def _spelling(self, vm: Vm) -> str:
        """The name of the group as listings of VMs spell it, mostly in upper case."""
        return self.name.upper() if roll(76, self.world.seed, "case", vm.id) < 67 else self.name


def _usual_agent(os: Os, power: str | None) -> AgentShape | None:
    if power != "running":
        return None
    return READY_LINUX if os == "linux" else READY_WINDOWS
