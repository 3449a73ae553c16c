"""A resource group of the simulated fleet, and the place to add what lives in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from scanner.sim.classic_bodies import classic_vm
from scanner.sim.machine import ClassicVm, Collection, Os, Vm
from scanner.sim.network import Network
from scanner.sim.network_shapes import NicShape
from scanner.sim.patches import merged
from scanner.sim.seeds import roll
from scanner.sim.shapes import READY_LINUX, READY_WINDOWS, AgentShape, DiskShape, ExtensionShape
from scanner.sim.vault import Vault


@dataclass
class Group(Network):
    """A resource group, and the place to add what lives in it."""

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

        The usual agent is Ready on a running VM, none on another; `id_group` is the group as lists
        spell it; a patch (merged into body or view) takes a key out with `patches.ABSENT`.
        """
        vm = Vm(self, name, os, power, _agent(os, power) if agent == "usual" else agent)
        vm.extensions, vm.tags, vm.scale_set = list(extensions), tags, scale_set
        vm.provision_vm_agent, vm.provisioning_state = provision_vm_agent, provisioning_state
        vm.allow_extension_operations, vm.image = allow_extension_operations, image
        vm.id_group = id_group or self._spelling(vm)
        vm.body_patch, vm.view_patch = body_patch or {}, view_patch or {}
        self.subscription.add(vm)
        for shape in (os_disk or DiskShape(gib=127 if os == "windows" else 30), *data_disks):
            vm.attach(shape)
        for nic in nics:
            vm.connect(nic)
        return vm

    def classic_vm(
        self,
        name: str,
        *,
        os: Os = "windows",
        power: str = "Started",
        agent: bool | None = True,
        flag: Literal["platformGuestAgent", "provisionGuestAgent"] = "platformGuestAgent",
        cloud_service: str | None = None,
        body_patch: Mapping[str, Any] | None = None,
    ) -> ClassicVm:
        """Add a classic VM; its cloud service is its own unless one is named."""
        id_ = self.id_of(ClassicVm.type, name)
        body = classic_vm(
            self.world.seed,
            id_,
            os=os,
            power=power,
            flag=flag,
            agent=agent,
            service=cloud_service or name,
        )
        usual = {"name": name, "id": id_, "type": ClassicVm.type, "location": self.location}
        added = ClassicVm(self, name, merged({**usual, **body}, body_patch or {}))
        self.subscription.add(added)
        return added

    def collection(
        self,
        source: str,
        points: int = 7,
        name: str | None = None,
        every: timedelta = timedelta(days=1),
    ) -> Collection:
        """Add a restore-point collection of the VM with that id, one point a day back from now."""
        last = source.rsplit("/", 1)[-1]
        digits = 10**18 + roll(8 * 10**18, self.world.seed, "collection", self.id, source)
        moments = [self.world.now - every * (i + 1) + timedelta(minutes=47) for i in range(points)]
        added = Collection(self, name or f"AzureBackup_{last}_{digits}", source, moments[::-1])
        self.subscription.add(added)
        return added

    def vault(self, name: str, location: str | None = None) -> Vault:
        """Add a Recovery Services vault, in the region of its group unless told otherwise."""
        added = Vault(self, name, location or self.location)
        self.subscription.add(added)
        return added

    def _spelling(self, vm: Vm) -> str:
        return self.name.upper() if roll(76, self.world.seed, "case", vm.id) < 67 else self.name


def _agent(os: Os, power: str | None) -> AgentShape | None:
    if power != "running":
        return None
    return READY_LINUX if os == "linux" else READY_WINDOWS
