"""What a scan looks at: subscriptions, then the VMs in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from scanner.arm import calls
from scanner.arm.client import Arm
from scanner.arm.subscription import Choose, Machine
from scanner.catalogue.text import nearest
from scanner.errors import EndpointError, ScopeError, UsageError
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.join.items import VM_TYPES
from scanner.inventory.records.classic import ClassicVirtualMachine
from scanner.inventory.records.compute import VirtualMachine
from scanner.inventory.records.resources import ResourceGroup, Subscription
from scanner.inventory.snapshot import Reading
from scanner.inventory.vm import Vm

_SUBSCRIPTION_TYPE = "microsoft.management/managementgroups/subscriptions"
_OFF = ("disabled", "deleted")


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
    """What was asked for; nothing named means everything the identity sees."""

    wanted: Names = field(default_factory=Names)
    excluded: Names = field(default_factory=Names)
    include_managed: bool = False
    """Whether to look at VMs of groups that another service manages, and of scale sets."""
    protection: Literal["protected", "unprotected", "unprotected-or-named"] | None = None
    """Only VMs that are backed up, or only those that are not; where it is unknown they stay.

    ``unprotected-or-named`` also takes VMs that are backed up and named by their id.
    """

    def covers(self, vm: Vm) -> bool:
        """Whether a VM is to be looked at, as far as its protection goes."""
        protection = vm.if_seen("protection")
        if self.protection is None or protection is None:
            return True
        if protection.is_backed_up:
            return self._takes_protected(vm.id)
        return self.protection != "protected"

    def may_cover(self, vm: ArmId) -> bool:
        """Whether a VM may be one to look at, as far as its id tells."""
        wanted = _covers(self.wanted, vm, None, otherwise=True)
        return wanted and not _covers(self.excluded, vm, None, otherwise=False)

    def may_cover_protected(self, vm: ArmId) -> bool:
        """Whether a VM that is backed up may be one to look at, as far as its id tells."""
        return self._takes_protected(vm) and self.may_cover(vm)

    def _takes_protected(self, vm: ArmId) -> bool:
        is_named = self.protection == "unprotected-or-named" and vm in self.wanted.vms
        return self.protection in (None, "protected") or is_named


@dataclass(frozen=True)
class Targets:
    """The subscriptions to scan, those left out because they are off, and what was not seen."""

    subscriptions: tuple[Subscription, ...]
    disabled: tuple[Subscription, ...] = ()
    gaps: tuple[Gap, ...] = ()
    visible: tuple[Subscription, ...] = ()
    """All that the identity sees but deleted ones: a VM's vault may lie in what is off, too."""
    unlisted: tuple[Gap, ...] = ()
    """Of the listing of subscriptions: a vault may lie in one that it did not give."""


async def find_targets(arm: Arm, scope: Scope) -> Targets:
    """The subscriptions of a scope, ordered by id.

    Raises ``EndpointError`` where subscriptions cannot be listed at all, ``ScopeError`` for one
    that does not exist and where the identity sees none.
    """
    listing = await arm.list_all(calls.SUBSCRIPTIONS, ArmId("/subscriptions"))
    if not listing.records:
        if listing.gaps:
            raise EndpointError("subscriptions cannot be listed", listing.gaps[0].remedy)
        remedy = "Give it the Reader role on a subscription or management group"
        raise ScopeError("the signed-in identity sees no subscription", remedy)
    wanted, unlisted = await _in_names(arm, scope.wanted, listing.records)
    excluded, doubtful = await _in_names(arm, scope.excluded, listing.records)
    hidden = _hidden(wanted - excluded, listing.records)
    if not (scope.wanted.subscriptions or scope.wanted.management_groups):
        wanted = _of_vms(scope.wanted, listing.records) or {each.id for each in listing.records}
    kept = [each for each in listing.records if each.id in wanted - excluded]
    kept.sort(key=lambda each: each.id)
    off = tuple(each for each in kept if (each.state or "").lower() in _OFF)
    on = tuple(each for each in kept if each not in off)
    gaps = (*listing.gaps, *unlisted, *doubtful, *hidden)
    there = tuple(each for each in listing.records if (each.state or "").lower() != "deleted")
    return Targets(on, off, gaps, there, listing.gaps)


async def _in_names(
    arm: Arm, names: Names, visible: tuple[Subscription, ...]
) -> tuple[set[ArmId], list[Gap]]:
    """The subscriptions named, and those below the management groups named."""
    found: set[ArmId] = set()
    gaps: list[Gap] = []
    for name in names.subscriptions:
        found.add(_subscription(name, visible).id)
    for group in names.management_groups:
        below, missing = await _below(arm, group)
        found |= below
        gaps += missing
    return found, gaps


def _of_vms(names: Names, visible: tuple[Subscription, ...]) -> set[ArmId]:
    """The subscriptions of VM ids; whether the VMs are there is seen when they are listed."""
    return {_subscription(vm.subscription or "", visible).id for vm in names.vms}


def _subscription(name: str, visible: tuple[Subscription, ...]) -> Subscription:
    lowered = name.lower()
    by_id = [each for each in visible if each.subscription_id.lower() == lowered]
    found = by_id or [each for each in visible if (each.display_name or "").lower() == lowered]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(each.subscription_id for each in found)
        raise ScopeError(f"{len(found)} subscriptions are called {name!r}", f"Give one of {ids}")
    known = [each.display_name or each.subscription_id for each in visible]
    raise ScopeError(f"no subscription {name!r} is visible to this identity", nearest(name, known))


async def _below(arm: Arm, group: str) -> tuple[set[ArmId], tuple[Gap, ...]]:
    if "/" in group or not group.strip("."):
        raise ScopeError(f"{group!r} is not the name of a management group", "Give its name alone")
    scope = ArmId(f"/providers/Microsoft.Management/managementGroups/{group}")
    listing = await arm.list_all(calls.DESCENDANTS, scope)
    if listing.rest and not listing.records:
        what = f"the management group {group!r} cannot be read, or does not exist"
        raise ScopeError(what, listing.rest.remedy)
    ids = {ArmId(f"/subscriptions/{each.name}") for each in listing.records if _is_sub(each.type)}
    return ids, listing.gaps


def _hidden(wanted: set[ArmId], visible: tuple[Subscription, ...]) -> list[Gap]:
    """Subscriptions that a management group names and that the identity does not see."""
    remedy = "A management group names it and it is not visible. Give the identity the Reader role."
    action = calls.SUBSCRIPTIONS.action
    missing = sorted(wanted - {each.id for each in visible})
    return [Gap(each.text, "subscriptions", Reason.DENIED, action, remedy) for each in missing]


def _is_sub(kind: str) -> bool:
    return kind.lower() in (_SUBSCRIPTION_TYPE, "/subscriptions")


@dataclass
class LeftOut:
    """VMs that the scope names and that were not looked at, counted by why."""

    managed: int = 0
    excluded: int = 0
    by_protection: int = 0
    named: list[ArmId] = field(default_factory=list)
    """Of those left out by protection the VMs that are named by id."""


def chooser(scope: Scope, left_out: LeftOut) -> Choose:
    """Picks the VMs of a scope from a subscription's listing, counting those left out."""

    def choose(vms: Reading[Machine], groups: Reading[ResourceGroup]) -> Reading[Machine]:
        managed = {group.id for group in groups.records if group.managed_by}

        def is_wanted(vm: Machine) -> bool:
            tags = vm.tags or {}  # ARM leaves the member out where there are none.
            if not _covers(scope.wanted, vm.id, tags, otherwise=True):
                return False
            if _covers(scope.excluded, vm.id, tags, otherwise=False):
                left_out.excluded += 1
                return False
            is_managed = (managed and vm.id.group in managed) or _in_scale_set(vm)
            if is_managed and not scope.include_managed:
                left_out.managed += 1
                return False
            return True

        return vms.only(is_wanted, scope.may_cover)

    return choose


def _in_scale_set(vm: VirtualMachine | ClassicVirtualMachine) -> bool:
    if isinstance(vm, ClassicVirtualMachine):
        return False
    reference = vm.properties.virtual_machine_scale_set if vm.properties else None
    return reference is not None and reference.id is not None


def _covers(
    names: Names, vm: ArmId, tags: Mapping[str, str | None] | None, *, otherwise: bool
) -> bool:
    """Whether VM-level names cover a VM; ``otherwise`` where there are none of them.

    Names of one kind widen the scope, each further kind narrows it. Tags that were not read
    count as covered where that keeps the VM in.
    """
    tests = []
    if names.resource_groups:
        group = (vm.resource_group or "").lower()
        tests.append(group in {name.lower() for name in names.resource_groups})
    if names.vms:
        tests.append(vm in names.vms)
    if names.tags:
        tests.append(otherwise if tags is None else _has_tag(tags, names.tags))
    if not tests:
        return otherwise
    return all(tests) if otherwise else any(tests)


def _has_tag(tags: Mapping[str, str | None], wanted: tuple[tuple[str, str], ...]) -> bool:
    """ARM keeps tag names as written and compares them without case."""
    return any(
        name.lower() == key.lower() and value == given
        for key, given in wanted
        for name, value in tags.items()
    )


def parse_names(
    subscriptions: list[str],
    management_groups: list[str],
    resource_groups: list[str],
    vms: list[str],
    tags: list[str],
    *,
    prefix: str = "--",
) -> Names:
    """Names as the command line gives them, comma lists too.

    Raises ``UsageError``, naming the option, which begins with ``prefix``.
    """
    return Names(
        _split(subscriptions, f"{prefix}subscription"),
        _split(management_groups, f"{prefix}management-group"),
        _split(resource_groups, f"{prefix}resource-group"),
        tuple(_vm_id(text, f"{prefix}vm") for text in _split(vms, f"{prefix}vm")),
        tuple(_tag(text, f"{prefix}tag") for text in tags),
    )


def read_ids(file: Path) -> tuple[ArmId, ...]:
    """VM ids from a file, one a line; raises ``UsageError`` where it holds none or another text."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read ({error})", "Give a text file of ids") from error
    told = ((number, line.partition("#")[0].strip()) for number, line in enumerate(lines, 1))
    found = tuple(_vm_id(text, f"{file}:{number}:") for number, text in told if text)
    if not found:
        # An empty file must not widen a scope to everything.
        raise UsageError(f"{file} holds no id", "Write one VM id a line")
    return found


def parse_protection(
    *, protected: bool, unprotected: bool
) -> Literal["protected", "unprotected"] | None:
    """Which VMs by their protection; raises ``UsageError`` for both."""
    if protected and unprotected:
        what = "--protected-only and --unprotected-only exclude each other"
        raise UsageError(what, "Leave out one, or both")
    return "protected" if protected else "unprotected" if unprotected else None


def _split(values: list[str], option: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for value in values for part in value.split(","))
    if not all(parts):
        # An unset variable in a script must not widen a scope to everything.
        raise UsageError(f"{option} has an empty name", "Name it, or leave the option out")
    return parts


def _vm_id(text: str, option: str) -> ArmId:
    try:
        found = ArmId(text)
    except ValueError:
        found = None
    is_vm = found is not None and found.type in VM_TYPES and "," not in text
    if found is None or not (is_vm and found.resource_group):
        form = "/subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/virtualMachines/…"
        raise UsageError(f"{option} {text!r} is no VM id", f"Give {form}")
    return found


def _tag(text: str, option: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise UsageError(f"{option} {text!r} has no '='", "Give KEY=VALUE")
    return key, value
