"""The subscriptions of a scope, resolved over ARM."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from scanner.arm import calls
from scanner.arm.client import Arm
from scanner.catalogue.text import nearest
from scanner.errors import EndpointError, ScopeError
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.resources import Subscription
from scanner.inventory.scope import Names, Scope

_SUBSCRIPTION_TYPE = "microsoft.management/managementgroups/subscriptions"
_OFF = ("disabled", "deleted")
_CHECK_NAMES = "Check its name, what is excluded, and whether --include-managed is needed"


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


def missing_names(scope: Scope, existing: Set[ArmId], groups: Set[str]) -> tuple[Gap, ...]:
    """VMs and resource groups that the scope names and that do not exist.

    ``groups`` are names in lower case. Raises ``ScopeError`` if no VM exists at all.
    """
    missing = [(vm.text, "VM of this id") for vm in scope.wanted.vms if vm not in existing]
    missing += [
        ("/subscriptions", f"resource group {name}")
        for name in scope.wanted.resource_groups
        if name.lower() not in groups
    ]
    if missing and not existing:
        place, what = missing[0]
        raise ScopeError(f"there is no {what} in the scope ({place})", _CHECK_NAMES)
    return tuple(
        Gap(
            place,
            "virtual_machines",
            Reason.FAILED,
            None,
            f"There is no {what} in the scope. {_CHECK_NAMES}.",
        )
        for place, what in missing
    )


def missing_exclusions(scope: Scope, groups: Set[str]) -> tuple[str, ...]:
    """Resource groups that the scope excludes and that do not exist."""
    names = scope.excluded.resource_groups
    return tuple(name for name in names if name.lower() not in groups)
