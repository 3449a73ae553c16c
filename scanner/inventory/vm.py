"""The view of a VM that a check gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Generic, TypeVar, get_args, get_origin, overload

from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import ExcludedDisks, Protection
from scanner.inventory.facts.classic import CloudService, Registration
from scanner.inventory.facts.disks import Disk, Encryption, Hardware
from scanner.inventory.facts.extensions import Extension, ExtensionOperations, Image
from scanner.inventory.facts.load import GuestLoad
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
from scanner.inventory.snapshot import ReadingName

T = TypeVar("T")

_CLASSIC = "microsoft.classiccompute/virtualmachines"


class Fact(Generic[T]):
    """One part of what was seen of a VM. Touching it raises ``Unseen`` if it was not read.

    A fact is declared here, with its type and the readings of a snapshot that give it. Its reader
    is in ``scanner.inventory.join``, under the same name.
    """

    def __init__(self, description: str, *readings: ReadingName) -> None:
        self.__doc__ = description
        self.readings = readings

    @property
    def is_collection(self) -> bool:
        """True if the fact is a tuple, so that a check can be asked about its items."""
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
        if value is None or type(value) is Gap:
            raise Unseen(value or _never_read_gap(vm, self._name))
        # Every check touches some facts: from now on it is a plain attribute of the VM.
        vars(vm)[self._name] = value
        return value


_BACKUP: tuple[ReadingName, ...] = ("vaults", "items", "policies", "jobs", "job_details")


@dataclass(frozen=True, eq=False)
class Vm:
    """A VM: its id, and its facts, each seen or a gap."""

    id: ArmId
    location: str | None = None
    tags: Mapping[str, str | None] | None = None
    seen: Mapping[str, Any] = field(default_factory=dict)
    """The value by fact name, or the ``Gap`` in its place. A fact that is left out is unseen."""

    def __post_init__(self) -> None:
        """Make both mappings read-only: a check must not change what the others see."""
        object.__setattr__(self, "seen", _read_only(self.seen))
        if self.tags is not None:
            object.__setattr__(self, "tags", _read_only(self.tags))

    os = Fact[OperatingSystem]("The operating system, from the VM's body.", "vms", "classic_vms")
    power_state = Fact[PowerState](
        "The power state, from the instance view.", "statuses", "views", "classic_vms"
    )
    agent = Fact[Agent](
        "The VM agent's last report; a gap where the VM does not run.",
        "statuses",
        "views",
        "classic_vms",
    )
    image = Fact[Image]("The marketplace image the VM was made of, if any.", "vms")
    extensions = Fact[tuple[Extension, ...]](
        "Its extensions: models, and what they report.", "vms", "views"
    )
    extension_operations = Fact[ExtensionOperations]("Whether the VM takes extensions.", "vms")
    disks = Fact[tuple[Disk, ...]](
        "OS disk first, then data disks in the body's order.", "vms", "disks"
    )
    hardware = Fact[Hardware](
        "Its size, its security type, and the kind of each disk.", "vms", "disks"
    )
    encryption = Fact[Encryption](
        "What shows that its disks are encrypted in the guest or by a key.", "vms", "views", "disks"
    )
    network = Fact[Network](
        "The primary NIC and its way out; what was not read of it is a gap.", "vms", "network"
    )
    protection = Fact[Protection]("Its vault and policy, and how the last backup went.", *_BACKUP)
    excluded_disks = Fact[ExcludedDisks](
        "The disks that backup leaves out, by its protected item.", "vaults", "items"
    )
    plan = Fact[Plan]("The vault and policy by which it is backed up, or is to be.", *_BACKUP)
    locks = Fact[tuple[Lock, ...]](
        "Locks over the VM or over its restore point collections.",
        "locks",
        "collections",
        "expanded",
    )
    restore_points = Fact[RestorePoints](
        "The restore points of every collection of the VM.", "collections", "expanded"
    )
    guest = Fact[GuestSystem](
        "What the guest calls its system, from the instance view.", "statuses", "views"
    )
    provisioning = Fact[Provisioning](
        "How the last change of its model ended, from its body.", "vms"
    )
    guest_load = Fact[GuestLoad](
        "CPU and memory around a backup that failed in its snapshot, with ``--metrics``.",
        *_BACKUP,
        "metrics",
    )
    group_locks = Fact[tuple[GroupLock, ...]](
        "Locks on the resource groups of its subscription.", "locks"
    )

    registration = Fact[Registration](
        "Of a classic VM: whether its agent was asked for.", "classic_vms"
    )
    cloud_service = Fact[CloudService](
        "Of a classic VM: its cloud service and who else is in it.", "classic_vms"
    )

    def first_missing(self, facts: tuple[str, ...]) -> Gap:
        """Why the first of the facts that was not read is missing. At least one of them is."""
        name = next(name for name in facts if name in self.unread)
        return self.seen.get(name) or _never_read_gap(self, name)

    @cached_property
    def unread(self) -> frozenset[str]:
        """The facts that were not read. Every check asks."""
        seen = self.seen.get
        return frozenset([name for name in FACTS if seen(name) is None or type(seen(name)) is Gap])

    def if_seen(self, name: str) -> Any | None:
        """The value of a fact, or None if it was not read."""
        value = self.seen.get(name)
        return None if type(value) is Gap else value

    @cached_property
    def deployment(self) -> Deployment:
        """The deployment model, by the type in the id."""
        return "classic" if is_classic(self.id) else "resource-manager"

    @property
    def name(self) -> str:
        """The VM's name."""
        return self.id.name

    @property
    def region(self) -> str:
        """The region in lower case, such as ``westeurope``. Raises ``Unseen``."""
        region = place(self.location)
        if region is None:
            remedy = "ARM's answer holds no location. Look at the VM in Azure, then scan again."
            raise Unseen(Gap(self.id.text, "location", Reason.NOT_RECORDED, None, remedy))
        return region


def _read_only(values: Mapping[str, T]) -> Mapping[str, T]:
    return values if isinstance(values, MappingProxyType) else MappingProxyType(values)


def is_classic(vm: ArmId) -> bool:
    """True for the id of a classic VM."""
    # Nearly all ids lack the text, and to find the type takes six times as long.
    return _CLASSIC in vm.text.lower() and vm.type == _CLASSIC


def place(location: str | None) -> str | None:
    """A location as a region's name, such as ``westeurope``: ARM also writes West Europe."""
    return location.replace(" ", "").lower() if location else None


FACTS: Mapping[str, Fact[Any]] = {
    name: fact for name, fact in vars(Vm).items() if isinstance(fact, Fact)
}
"""Every fact by name."""
COLLECTIONS = frozenset(name for name, fact in FACTS.items() if fact.is_collection)
"""The facts that a check can be asked about item by item."""


def _never_read_gap(vm: Vm, name: str) -> Gap:
    remedy = f"{name} was not read of this VM. Report it as a bug of backupscan."
    return Gap(vm.id.text, name, Reason.FAILED, None, remedy)
