"""The subscriptions of a scope, resolved over ARM."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scanner.arm import calls
from scanner.catalogue.text import counted, did_you_mean, nearest
from scanner.errors import EndpointError, ScopeError
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.resources import Subscription
from scanner.inventory.scope import Names, Scope

if TYPE_CHECKING:
    from scanner.arm.client import Arm

_SUBSCRIPTION_TYPES = ("microsoft.management/managementgroups/subscriptions", "/subscriptions")
_OFF = ("disabled", "deleted")
_KEPT = "It was deleted or moved, and Azure keeps backups of it: scan its subscription to see them"
_CHECK_NAMES = "Check its name, what is excluded, and whether --include-managed is needed"


@dataclass(frozen=True)
class Targets:
    """The subscriptions of a scope."""

    subscriptions: tuple[Subscription, ...]
    """The subscriptions to scan."""
    disabled: tuple[Subscription, ...] = ()
    """Subscriptions of the scope that are not scanned, because they are disabled or deleted."""
    gaps: tuple[Gap, ...] = ()
    """Why subscriptions may be missing."""
    visible: tuple[Subscription, ...] = ()
    """All subscriptions that the identity sees, except deleted ones.

    A VM's vault may be in any of them, disabled ones too.
    """
    unlisted: tuple[Gap, ...] = ()
    """Gaps in the listing of subscriptions. A vault may be in one that is not listed."""
    are_all: bool = True
    """True if the scope takes all subscriptions that the identity sees."""

    def covering(self, scope: Scope) -> Callable[[ArmId], bool]:
        """True for a VM whose policy and jobs are to be read, if it is backed up."""
        scanned = {subscription.id for subscription in self.subscriptions}
        return lambda vm: vm.subscription_id in scanned and scope.may_cover_protected(vm)


async def find_targets(arm: Arm, scope: Scope) -> Targets:
    """The subscriptions of a scope, ordered by id.

    Raises ``EndpointError`` if subscriptions cannot be listed, ``ScopeError`` if one does not exist
    or the identity sees none.
    """
    listing = await arm.list_all(calls.SUBSCRIPTIONS, ArmId("/subscriptions"))
    visible = listing.records
    if not visible:
        if listing.gaps:
            raise EndpointError("subscriptions cannot be listed", listing.gaps[0].remedy)
        remedy = "Give it the Reader role on a subscription or management group"
        raise ScopeError("the signed-in identity sees no subscription", remedy)
    wanted, wanted_gaps = await _named_subscriptions(arm, scope.wanted, visible)
    excluded, excluded_gaps = await _named_subscriptions(arm, scope.excluded, visible)
    hidden = _hidden_subscriptions(wanted - excluded, visible)
    if not (scope.wanted.subscriptions or scope.wanted.management_groups):
        of_vms = {_find_subscription(vm.subscription or "", visible).id for vm in scope.wanted.vms}
        wanted = of_vms or {subscription.id for subscription in visible}
    chosen = [subscription for subscription in visible if subscription.id in wanted - excluded]
    chosen.sort(key=lambda subscription: subscription.id)
    return Targets(
        subscriptions=tuple(entry for entry in chosen if _subscription_state(entry) not in _OFF),
        disabled=tuple(entry for entry in chosen if _subscription_state(entry) in _OFF),
        gaps=(*listing.gaps, *wanted_gaps, *excluded_gaps, *hidden),
        visible=tuple(entry for entry in visible if _subscription_state(entry) != "deleted"),
        unlisted=listing.gaps,
        are_all=not scope.names_subscriptions,
    )


def _subscription_state(subscription: Subscription) -> str:
    return (subscription.state or "").lower()


async def _named_subscriptions(
    arm: Arm, names: Names, visible: Sequence[Subscription]
) -> tuple[set[ArmId], list[Gap]]:
    """The subscriptions that are named, and those below the management groups that are named."""
    found = {_find_subscription(name, visible).id for name in names.subscriptions}
    gaps: list[Gap] = []
    for group in names.management_groups:
        below, missing = await _subscriptions_below(arm, group)
        found |= below
        gaps += missing
    return found, gaps


def narrow_targets(targets: Targets, scope: Scope, place: str) -> Targets:
    """The targets that a narrower scope leaves. ``place`` says in messages where they are.

    Raises ``ScopeError`` if one is named that is not among them.
    """
    known = (*targets.subscriptions, *targets.disabled)

    def find(names: Iterable[str]) -> set[ArmId]:
        return {_find_subscription(name, known, place).id for name in names}

    wanted = find(scope.wanted.subscriptions or (vm.subscription or "" for vm in scope.wanted.vms))
    wanted = (wanted or {entry.id for entry in known}) - find(scope.excluded.subscriptions)
    return replace(
        targets,
        subscriptions=tuple(entry for entry in targets.subscriptions if entry.id in wanted),
        disabled=tuple(entry for entry in targets.disabled if entry.id in wanted),
        are_all=targets.are_all and not scope.names_subscriptions,
    )


def _find_subscription(
    name: str, visible: Sequence[Subscription], place: str = "visible to this identity"
) -> Subscription:
    """The subscription with a GUID or display name. Raises ``ScopeError``."""
    wanted = name.lower()
    by_guid = [entry for entry in visible if entry.subscription_id.lower() == wanted]
    found = by_guid or [entry for entry in visible if (entry.display_name or "").lower() == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(entry.subscription_id for entry in found)
        raise ScopeError(f"{len(found)} subscriptions are called {name!r}", f"Give one of {ids}")
    known = [entry.display_name or entry.subscription_id for entry in visible]
    raise ScopeError(f"no subscription {name!r} is {place}", nearest(name, known))


async def _subscriptions_below(arm: Arm, group: str) -> tuple[set[ArmId], tuple[Gap, ...]]:
    """The subscriptions below a management group. Raises ``ScopeError`` if it cannot be read."""
    if "/" in group or not group.strip("."):
        raise ScopeError(f"{group!r} is not the name of a management group", "Give its name alone")
    scope = ArmId(f"/providers/Microsoft.Management/managementGroups/{group}")
    listing = await arm.list_all(calls.DESCENDANTS, scope)
    if listing.rest and not listing.records:
        what = f"the management group {group!r} cannot be read, or does not exist"
        raise ScopeError(what, listing.rest.remedy)
    ids = {
        ArmId(f"/subscriptions/{entry.name}")
        for entry in listing.records
        if entry.type.lower() in _SUBSCRIPTION_TYPES
    }
    return ids, listing.gaps


def _hidden_subscriptions(wanted: set[ArmId], visible: Sequence[Subscription]) -> list[Gap]:
    """Subscriptions that a management group names and that the identity does not see."""
    remedy = "A management group names it and it is not visible. Give the identity the Reader role."
    action = calls.SUBSCRIPTIONS.action
    missing = sorted(wanted - {subscription.id for subscription in visible})
    return [Gap(id_.text, "subscriptions", Reason.DENIED, action, remedy) for id_ in missing]


def missing_names(
    scope: Scope, existing: Set[ArmId], groups: Set[str], kept: Set[ArmId]
) -> tuple[Gap, ...]:
    """VMs and resource groups that the scope names and that do not exist.

    ``groups`` are names in lower case. ``kept`` are VMs that do not exist and that Azure keeps
    backups of. Raises ``ScopeError`` if no VM exists at all.
    """
    missing = [
        (vm.text, "VM of this id", _KEPT if vm in kept else _CHECK_NAMES)
        for vm in scope.wanted.vms
        if vm not in existing
    ]
    missing += [
        ("/subscriptions", f"resource group {name}", _check_name(name, groups))
        for name in scope.wanted.resource_groups
        if name.lower() not in groups
    ]
    if missing and not existing:
        place, what, remedy = missing[0]
        named = f" ({place})" if scope.wanted.vms else ""
        raise ScopeError(f"there is no {what} in the scope{named}", remedy)
    return tuple(
        Gap(
            place,
            "virtual_machines",
            Reason.FAILED,
            None,
            f"There is no {what} in the scope. {remedy}.",
            what,
        )
        for place, what, remedy in missing
    )


def _check_name(name: str, known: Iterable[str]) -> str:
    """What to do about a name of a resource group, with the one that may be meant."""
    return f"{did_you_mean(name.lower(), sorted(known), 0.7)} {_CHECK_NAMES}".lstrip()


def vms_elsewhere(scope: Scope, targets: Targets, protections: Protections) -> int:
    """How many VMs with an item are in subscriptions that were not scanned, and not left out."""
    if not targets.are_all:
        return 0
    scanned = {subscription.id for subscription in targets.subscriptions}
    unscanned = (id_ for id_ in protections.subscriptions if id_ not in scanned)
    return sum(scope.covers_gone(vm) for id_ in unscanned for vm in protections.vms_in(id_))


def notes_on_doubt(vms: int) -> tuple[str, ...]:
    """What holds for the whole scan if it is not known whether some VMs exist."""
    if not vms:
        return ()
    why = "The identity may not read them, or their subscription was not scanned"
    return (f"It is not known if {counted(vms, 'VM')} of which Azure keeps backups exist. {why}.",)


def missing_exclusions(scope: Scope, groups: Set[str]) -> tuple[str, ...]:
    """Resource groups that the scope excludes and that do not exist."""
    names = scope.excluded.resource_groups
    return tuple(name for name in names if name.lower() not in groups)
