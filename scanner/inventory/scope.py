"""What a scan looks at: names of subscriptions and VMs, and the VMs that they select."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, NamedTuple, TypeVar

from scanner.inventory.armid import VM_TYPES, ArmId
from scanner.inventory.records.classic import ClassicVirtualMachine
from scanner.inventory.records.compute import VirtualMachine
from scanner.inventory.records.resources import ResourceGroup
from scanner.inventory.snapshot import LeftOut, Reading

Machine = TypeVar("Machine", VirtualMachine, ClassicVirtualMachine)
Tags = Mapping[str, str | None]


@dataclass(frozen=True)
class Names:
    """Subscriptions (id or name), management groups, resource groups, VM ids and tags."""

    subscriptions: tuple[str, ...] = ()
    management_groups: tuple[str, ...] = ()
    resource_groups: tuple[str, ...] = ()
    vms: tuple[ArmId, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Scope:
    """What was asked for. Without any name it is everything that the identity sees."""

    wanted: Names = field(default_factory=Names)
    excluded: Names = field(default_factory=Names)
    include_managed: bool = False
    """True: also VMs of scale sets, and of groups that another service manages."""
    protection: Literal["protected", "unprotected", "unprotected-or-named"] | None = None
    """Only VMs that are backed up, or only VMs that are not. A VM stays if that is unknown.

    ``unprotected-or-named`` also takes a VM that is backed up, if its id is named.
    """

    def takes(self, vm: ArmId, is_backed_up: bool | None) -> bool:
        """True if a VM is in the scope, as far as its protection decides. None is unknown."""
        if self.protection is None or is_backed_up is None:
            return True
        return self._takes_protected(vm) if is_backed_up else self.protection != "protected"

    def may_cover(self, vm: ArmId) -> bool:
        """True if the id alone does not rule a VM out."""
        wanted = _covers(self.wanted, vm, None, without_names=True)
        return wanted and not _covers(self.excluded, vm, None, without_names=False)

    def may_cover_protected(self, vm: ArmId) -> bool:
        """True if the id alone does not rule out a VM that is backed up."""
        return self._takes_protected(vm) and self.may_cover(vm)

    @property
    def names_subscriptions(self) -> bool:
        """True if it is limited to some subscriptions of those that the identity sees."""
        limits = (self.wanted.subscriptions, self.wanted.management_groups, self.wanted.vms)
        excluded = (self.excluded.subscriptions, self.excluded.management_groups)
        return any(limits) or any(excluded)

    @property
    def limits(self) -> tuple[str, ...]:
        """What leaves out VMs of a subscription, such as ``only groups: rg-web``."""
        managed = () if self.include_managed else (WITHOUT_MANAGED,)
        protection = (f"{PROTECTION}: {self.protection}",) if self.protection else ()
        by_name = (*_limits(self.wanted, "only"), *_limits(self.excluded, "without"))
        return (*by_name, *protection, *managed)

    @property
    def has_gone_vms(self) -> bool:
        """True if VMs that do not exist may be in the scope: they are backed up, without tags."""
        return self.protection in (None, "protected") and not self.wanted.tags

    def covers_gone(self, vm: ArmId) -> bool:
        """True if a VM that does not exist is in the scope, by its id alone."""
        wanted = self.has_gone_vms and _covers(self.wanted, vm, {}, without_names=True)
        return wanted and not _covers(self.excluded, vm, {}, without_names=False)

    def _takes_protected(self, vm: ArmId) -> bool:
        is_named = self.protection == "unprotected-or-named" and vm in self.wanted.vms
        return self.protection in (None, "protected") or is_named


WITHOUT_MANAGED = "without managed VMs"
TAGS, PROTECTION = "tags", "protection"
"""Limits by what a VM can lose or gain. A VM may leave such a scope and still exist."""


def may_change(limit: str) -> bool:
    """True for a limit by tags or protection."""
    return limit.partition(":")[0].split()[-1] in (TAGS, PROTECTION)


_MOST_TEXT = 500
"""Characters of the names of a limit. A longer text becomes a digest."""


def _limits(names: Names, prefix: str) -> Iterator[str]:
    """The limits by names, each begins with ``prefix`` and its kind."""
    kinds: Mapping[str, Iterable[str]] = {
        "groups": names.resource_groups,
        "VMs": (vm.text for vm in names.vms),
        TAGS: (f"{key}={value}" for key, value in names.tags),
    }
    for kind, found in kinds.items():
        text = ", ".join(sorted({name.lower() for name in found}))
        if text:
            is_long = len(text) > _MOST_TEXT
            yield f"{prefix} {kind}: {sha256(text.encode()).hexdigest() if is_long else text}"


class Selected(NamedTuple):
    """The VMs of a listing that are in the scope, and those that are not."""

    vms: Reading[VirtualMachine]
    classic_vms: Reading[ClassicVirtualMachine]
    left_out: LeftOut


@dataclass(frozen=True)
class Selection:
    """Selects VMs from the listings of a subscription, before anything else is read of them."""

    scope: Scope
    is_backed_up: Callable[[ArmId], bool | None]
    """None if it was not read."""

    def select(
        self,
        vms: Reading[VirtualMachine],
        classic_vms: Reading[ClassicVirtualMachine],
        groups: Reading[ResourceGroup],
    ) -> Selected:
        """The VMs to read. Everything else is counted by the reason why it is left out."""
        managed = frozenset(group.id for group in groups.records if group.managed_by)
        chosen, left = self._select_from(vms, managed)
        classic, classic_left = self._select_from(classic_vms, managed)
        return Selected(chosen, classic, left + classic_left)

    def absent(
        self,
        named: Iterable[ArmId],
        vms: Reading[VirtualMachine],
        classic_vms: Reading[ClassicVirtualMachine],
        groups: Reading[ResourceGroup],
    ) -> tuple[ArmId, ...]:
        """The VMs of the scope that something else names and no listing has, ordered by id.

        Empty for VMs whose listing is not whole. A group that another service manages is out of
        the scope, as long as it exists.
        """
        managed = {group.id for group in groups.records if group.managed_by}
        out = frozenset[ArmId]() if self.scope.include_managed else managed
        subscription = ArmId(vms.scope)
        listed: dict[str, Collection[ArmId]] = {}
        if not vms.rest:
            listed[VM_TYPES[0]] = vms.index()
        if not classic_vms.rest:
            listed[VM_TYPES[1]] = classic_vms.index()
        return tuple(
            sorted(
                vm
                for vm in set(named)
                if vm in subscription
                and vm not in listed.get(vm.type or "", (vm,))
                and vm.group not in out
                and self.scope.covers_gone(vm)
            )
        )

    def _select_from(
        self, listing: Reading[Machine], managed: frozenset[ArmId]
    ) -> tuple[Reading[Machine], LeftOut]:
        """The VMs of one listing, Resource Manager or classic, and the number that is left out."""
        scope, excluded, managed_vms = self.scope, 0, 0
        by_protection: list[ArmId] = []

        def is_wanted(vm: Machine) -> bool:
            nonlocal excluded, managed_vms
            tags = vm.tags or {}  # ARM leaves the member out where there are none.
            if not _covers(scope.wanted, vm.id, tags, without_names=True):
                return False
            if _covers(scope.excluded, vm.id, tags, without_names=False):
                excluded += 1
                return False
            if not scope.include_managed and (vm.id.group in managed or _is_in_scale_set(vm)):
                managed_vms += 1
                return False
            return is_taken(vm.id)

        def is_taken(vm: ArmId) -> bool:
            if scope.takes(vm, self.is_backed_up(vm)):
                return True
            by_protection.append(vm)
            return False

        chosen = listing.only(is_wanted, lambda vm: scope.may_cover(vm) and is_taken(vm))
        return chosen, LeftOut(managed_vms, excluded, tuple(dict.fromkeys(by_protection)))


@dataclass(frozen=True)
class ScopeSummary:
    """The subscriptions that were scanned, and how many VMs were left out and why."""

    subscriptions: Mapping[str, str]
    """Names by the subscription's GUID in lower case."""
    disabled_subscriptions: tuple[str, ...]
    """Names of subscriptions that were not scanned because they are disabled or deleted."""
    managed_left_out: int
    """VMs that other services manage, such as AKS nodes and members of scale sets."""
    excluded: int
    """VMs that options exclude."""
    by_protection: int = 0
    """VMs left out because of their protection, such as by ``--protected-only``."""
    endpoint: str | None = None
    """Base address of the Resource Manager that was read. None if it is not known."""
    limits: tuple[str, ...] = ()
    """What leaves out VMs: see ``Scope.limits``."""


def _is_in_scale_set(vm: VirtualMachine | ClassicVirtualMachine) -> bool:
    if isinstance(vm, ClassicVirtualMachine):
        return False
    reference = vm.properties.virtual_machine_scale_set if vm.properties else None
    return reference is not None and reference.id is not None


def _covers(names: Names, vm: ArmId, tags: Tags | None, *, without_names: bool) -> bool:
    """True if VM-level names cover a VM. ``without_names`` is the answer if there are none.

    Names of one kind widen the scope, each further kind narrows it. Tags that were not read count
    as covered if that keeps the VM in.
    """
    tests = []
    if names.resource_groups:
        group = (vm.resource_group or "").lower()
        tests.append(group in {name.lower() for name in names.resource_groups})
    if names.vms:
        tests.append(vm in names.vms)
    if names.tags:
        tests.append(without_names if tags is None else _has_tag(tags, names.tags))
    if not tests:
        return without_names
    return all(tests) if without_names else any(tests)


def _has_tag(tags: Tags, wanted: tuple[tuple[str, str], ...]) -> bool:
    """True if a VM has one of the tags. ARM keeps names as written, compares them without case."""
    return any(
        name.lower() == key.lower() and value == given
        for key, given in wanted
        for name, value in tags.items()
    )
