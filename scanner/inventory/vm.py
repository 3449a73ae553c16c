"""The view of a VM that a check gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar, get_args, get_origin, overload

from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import Protection
from scanner.inventory.facts.classic import CloudService, Registration
from scanner.inventory.facts.disks import Disk, Encryption, Hardware
from scanner.inventory.facts.extensions import Extension, ExtensionOperations, Image
from scanner.inventory.facts.machine import (
    Agent,
    Deployment,
    GuestSystem,
    OperatingSystem,
    PowerState,
    Provisioning,
)
from scanner.inventory.facts.network import Network
from scanner.inventory.facts.plan import Plan
from scanner.inventory.facts.restore_points import GroupLock, Lock, RestorePoints
from scanner.inventory.gap import Gap, Reason, Unseen

T = TypeVar("T")

_CLASSIC = "microsoft.classiccompute/virtualmachines"


class Fact(Generic[T]):
    """One part of what was seen of a VM; touching it where it was not read raises ``Unseen``."""

    def __init__(self, says: str) -> None:
        self.__doc__ = says

    @property
    def is_collection(self) -> bool:
        """Whether it is a tuple of things."""
        # Set by typing on what is made as Fact[...](...).
        (kind,) = get_args(vars(self)["__orig_class__"])
        return get_origin(kind) is tuple

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, vm: None, owner: type) -> Fact[T]: ...
    @overload
    def __get__(self, vm: Vm, owner: type) -> T: ...
    def __get__(self, vm: Vm | None, owner: type) -> Fact[T] | T:
        if vm is None:
            return self
        value: T | Gap | None = vm.seen.get(self._name)
        if value is None or isinstance(value, Gap):
            raise Unseen(value or _never_read(vm, self._name))
        return value


@dataclass(frozen=True, eq=False)
class Vm:
    """A VM: who it is, and its facts, each seen or a gap."""

    id: ArmId
    location: str | None = None
    tags: Mapping[str, str | None] | None = None
    seen: Mapping[str, Any] = field(default_factory=dict)
    """By fact name: the value, or the ``Gap`` in its place. What is left out is unseen."""

    os = Fact[OperatingSystem]("The operating system, from the VM's body.")
    power_state = Fact[PowerState]("The power state, from the instance view.")
    agent = Fact[Agent]("The VM agent's last report; a gap where the VM does not run.")
    image = Fact[Image]("The marketplace image the VM was made of, if any.")
    extensions = Fact[tuple[Extension, ...]]("Its extensions: models, and what they report.")
    extension_operations = Fact[ExtensionOperations]("Whether the VM takes extensions.")
    disks = Fact[tuple[Disk, ...]]("OS disk first, then data disks in the body's order.")
    hardware = Fact[Hardware]("Its size, its security type, and the kind of each disk.")
    encryption = Fact[Encryption](
        "What shows that its disks are encrypted in the guest or by a key."
    )
    network = Fact[Network]("The primary NIC and its way out; what was not read of it is a gap.")
    protection = Fact[Protection]("Its vault and policy, and how the last backup went.")
    plan = Fact[Plan]("The vault and policy by which it is backed up, or is to be.")
    locks = Fact[tuple[Lock, ...]]("Locks over the VM or over its restore point collections.")
    restore_points = Fact[RestorePoints]("The restore points of every collection of the VM.")
    guest = Fact[GuestSystem]("What the guest calls its system, from the instance view.")
    provisioning = Fact[Provisioning]("How the last change of its model ended, from its body.")
    group_locks = Fact[tuple[GroupLock, ...]]("Locks on the resource groups of its subscription.")

    registration = Fact[Registration]("Of a classic VM: whether its agent was asked for.")
    cloud_service = Fact[CloudService]("Of a classic VM: its cloud service and who else is in it.")

    def need(self, facts: Iterable[str]) -> None:
        """Raises ``Unseen`` for the first of the facts that was not read."""
        seen = self.seen.get
        for name in facts:
            value = seen(name)
            if value is None or value.__class__ is Gap:
                raise Unseen(value or _never_read(self, name))

    def if_seen(self, name: str) -> Any | None:
        """A fact that helps where it was read: None where it was not."""
        value = self.seen.get(name)
        return None if isinstance(value, Gap) else value

    @cached_property
    def deployment(self) -> Deployment:
        """The deployment model, as the id tells it."""
        return "classic" if self.id.type == _CLASSIC else "resource-manager"

    @property
    def name(self) -> str:
        """The VM's name."""
        return self.id.name

    @property
    def region(self) -> str:
        """The location as ids have it, such as ``westeurope``; raises ``Unseen``."""
        here = place(self.location)
        if here is None:
            remedy = "ARM's answer holds no location. Look at the VM in Azure, then scan again."
            raise Unseen(Gap(self.id.text, "location", Reason.NOT_RECORDED, None, remedy))
        return here


def place(location: str | None) -> str | None:
    """A region as ids have it: ARM writes West Europe, too. None where there is none."""
    return location.replace(" ", "").lower() if location else None


FACTS: Mapping[str, str] = {
    name: str(fact.__doc__) for name, fact in vars(Vm).items() if isinstance(fact, Fact)
}
"""Every fact by name, with what it says."""
COLLECTIONS = frozenset(
    name for name, fact in vars(Vm).items() if isinstance(fact, Fact) and fact.is_collection
)
"""The facts that a check may be asked about item by item."""


def _never_read(vm: Vm, name: str) -> Gap:
    says = f"{name} was not read of this VM."
    return Gap(vm.id.text, name, Reason.FAILED, None, f"{says} Report it as a bug of backupscan.")
