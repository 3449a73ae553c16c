"""A plan put over a world: what will be, and what of it nobody knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.join.table import NOT_LISTED
from scanner.inventory.loss import Loss
from scanner.inventory.origin import Origin
from scanner.inventory.world import World, unread_snapshot
from scanner.plan.decoded import mapping
from scanner.plan.kinds import PARTS, VAULT
from scanner.plan.losses import find_losses
from scanner.plan.overlay import Overlay, root_of
from scanner.plan.planned import UNKNOWN_NAME, Contents, Planned, Unknown, after_apply
from scanner.plan.stale import stale_notes
from scanner.plan.unread import gaps_of, unread_resources
from scanner.plan.vaults import not_read, over_backup, protection_to_come


class PlannedWorld(Struct, frozen=True):
    """What lives before and after a plan is applied."""

    before: World
    after: World
    overlay: Overlay
    losses: tuple[Loss, ...] = ()
    notes: tuple[str, ...] = ()
    unread: Mapping[ArmId, Gap] = {}
    """Why nobody read what lives of a resource: all that is known of it is what the plan says."""
    items: Mapping[ArmId, Planned] = {}
    """The protection to come, by its VM."""
    gaps: tuple[Gap, ...] = ()
    """What the plan changes of resources that live, where nobody read them."""
    unplaced: tuple[Planned, ...] = ()
    """Protection to come whose VM is not known until the plan is applied."""

    def explained_before(self, gap: Gap) -> Gap:
        """The gap of a VM before the plan is applied, or why nobody read it."""
        id_ = parse_id(gap.scope) if gap.reason is Reason.NOT_RECORDED else None
        unread = self.unread.get(id_) if id_ else None
        return replace(unread, scope=gap.scope, fact=gap.fact) if unread else gap

    def explained(self, gap: Gap) -> Gap:
        """The gap, or that the plan leaves open what ARM does not have before it is applied."""
        id_ = parse_id(gap.scope)
        if id_ and gap.what == NOT_LISTED and (remedy := self._not_listed(id_)):
            return replace(gap, remedy=remedy)
        if gap.reason is not Reason.NOT_RECORDED:
            return gap
        if id_ and id_.type == VAULT and not gap.what and (naming := self.naming(id_)):
            remedy = f"{naming[0]} names it, and no vault of this id was read. Check its id."
            return replace(gap, reason=Reason.FAILED, remedy=remedy)
        for change in self.overlay.by_root.get(id_, ()) if id_ else ():
            is_part = change.action == "create" and change.id != id_
            if is_part and (change.id.name in gap.what or _leads_to(gap.what, change.id)):
                found = after_apply(change.id, gap.what, change.origin)
                return replace(found, scope=gap.scope, fact=gap.fact)
        if id_ and id_ in self.unread:
            return replace(self.unread[id_], scope=gap.scope, fact=gap.fact)
        while id_ is not None and id_ not in self.overlay.new:
            id_ = id_.parent
        if id_ is None:
            return gap
        found = after_apply(id_, gap.what or gap.fact, self.origins(id_)[0])
        return replace(found, scope=gap.scope, fact=gap.fact)

    def _not_listed(self, id_: ArmId) -> str:
        """What to do about a resource that no listing has. Empty if it is not of the plan."""
        if gone := self.overlay.removal_of(id_):
            return (
                f"{gone.origin} removes it, and another resource still needs it. Change that too."
            )
        return next(
            (
                f"{origin} names it, and no listing has it. Check its id, or read its"
                " subscription by -s."
                for origin in self.naming(id_)
            ),
            "",
        )

    def origins(self, id_: ArmId, path: str = "") -> tuple[Origin, ...]:
        """Where the plan changes a resource at a property path, nearest first.

        The parts that the path leads to, else the resource itself, else any part of it. The
        protection to come is the answer for a VM that the plan does not change itself.
        """
        root = root_of(id_) or id_
        changes = self.overlay.by_root.get(root, [])
        own = [change for change in changes if change.id == id_]
        parts = [change for change in changes if change.id != root]
        near = [change for change in parts if root == id_ and _leads_to(path, change.id)]
        found = near or own or parts
        if not found and id_ in self.items:
            found = [self.items[id_]]
        return tuple(dict.fromkeys(change.origin for change in found))

    def naming(self, id_: ArmId) -> Sequence[Origin]:
        """What the plan changes that names a resource."""
        return self.overlay.naming.get(id_, ())

    def changes_vm(self, vm: ArmId) -> bool:
        """True if the plan changes the VM itself, or plans to protect it."""
        return vm in self.overlay.by_root or vm in self.items


def _leads_to(path: str, part: ArmId) -> bool:
    """True if a property path is in the list that a part is an entry of."""
    return PARTS[part.type or ""].path[-1].lower() in path.lower()


def put_over(contents: Contents, world: World, now: datetime) -> PlannedWorld:
    """The world with all that a plan changes. A subscription that was not read is a gap."""
    overlay = Overlay(contents)
    read = {snapshot.subscription.subscription_id for snapshot in world.snapshots}
    missing = tuple(
        unread_snapshot(guid, now, _unread(ArmId(f"/subscriptions/{guid}")))
        for guid in sorted(_subscriptions(contents) - read)
    )
    before = replace(world, snapshots=(*world.snapshots, *missing))
    if not world.snapshots and not world.backup.vaults and not world.backup.unread:
        unread = tuple(
            not_read(snapshot.subscription.id, "vaults") for snapshot in before.snapshots
        )
        before = replace(before, backup=replace(world.backup, unread=unread))
    before = _with_unchanged(contents, before, now)
    backup = over_backup(overlay, before.backup, now)
    named, items, unplaced = protection_to_come(overlay, before.backup, backup, now)
    after = replace(
        before,
        snapshots=tuple(overlay.over(snapshot) for snapshot in before.snapshots),
        backup=backup,
        named_of=named,
    )
    losses = tuple(find_losses(overlay, before))
    notes = (
        *contents.notes,
        *(f"{item.origin} protects a VM that is not known until apply" for item in unplaced),
        *stale_notes(overlay, before),
        *(
            f"The plan does not show the {name} of {one.origin}. Give --source with its folder"
            for one in contents.planned
            for name in ("securityRules", "routes")
            if isinstance(mapping(mapping(one.body).get("properties")).get(name), Unknown)
        ),
    )
    return PlannedWorld(
        before,
        after,
        overlay,
        losses,
        tuple(dict.fromkeys(notes)),
        unread_resources(overlay, before),
        items,
        tuple(gaps_of(overlay, before, missing)),
        unplaced,
    )


def _with_unchanged(contents: Contents, before: World, now: datetime) -> World:
    """What lives, with what only the plan says of it: it stays as it is."""
    unchanged = tuple(change for change in contents.planned if change.changes_nothing)
    if not unchanged:
        return before
    overlay = Overlay(Contents(planned=unchanged))
    snapshots = tuple(overlay.over(snapshot) for snapshot in before.snapshots)
    backup = over_backup(overlay, before.backup, now)
    return replace(before, snapshots=snapshots, backup=backup)


def _unread(subscription: ArmId) -> Gap:
    """Why nothing was read of a subscription."""
    gap = not_read(subscription, "resources")
    if subscription.name != UNKNOWN_NAME:
        return gap
    remedy = "The plan does not say its subscription. Give -s with its GUID."
    return replace(gap, remedy=remedy)


def _subscriptions(contents: Contents) -> set[str]:
    """The subscriptions of VMs, and of what VMs may refer to."""
    return {guid for change in contents.planned if (guid := change.id.subscription)}
