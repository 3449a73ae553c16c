"""What a plan changes where nobody read what lives: never nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from msgspec.structs import replace

from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.protected_item import vault_of
from scanner.inventory.snapshot import Snapshot
from scanner.inventory.world import World
from scanner.plan.decoded import mapping
from scanner.plan.kinds import COLLECTION, KINDS, LOCK, POLICY, VAULT
from scanner.plan.overlay import Overlay, reading_of
from scanner.plan.planned import UNKNOWN_NAME, protected_vm
from scanner.plan.vaults import (
    not_read,
    planned_items,
    subscriptions_under_changes,
    unread_vaults,
)


def gaps_of(overlay: Overlay, before: World, missing: Sequence[Snapshot]) -> Iterator[Gap]:
    """What the plan may change of resources that live, and nobody read.

    ``missing`` are the subscriptions of which nothing was read.
    """
    is_all_missing = len(missing) == len(before.snapshots)
    yield from _gaps(overlay, missing, is_any_read=not is_all_missing)
    yield from _unread_listings(overlay, before, missing)
    yield from _unread_items(overlay, before)
    yield from _unnamed_vaults(overlay)
    yield from _odd_vms(overlay)
    yield from _unread_under_policies(overlay, before)


def _unread_listings(overlay: Overlay, before: World, missing: Sequence[Snapshot]) -> Iterator[Gap]:
    """The listings without which nobody knows what a change is to the VMs of its subscription.

    A fact that was unread, and is unread after the plan, would hide the change.
    """
    unread = {snapshot.subscription.id for snapshot in missing}
    with_vms = {
        snapshot.subscription.id: snapshot
        for snapshot in before.snapshots
        if snapshot.subscription.id not in unread and snapshot.vms.index()
    }

    @cache
    def unread_of(subscription: ArmId, name: str) -> _Unread:
        reading = reading_of(with_vms[subscription], name)
        return _Unread(reading.rest, reading.unread)

    for group in overlay.deleted_groups:
        snapshot = with_vms.get(group.subscription_id) if group.subscription_id else None
        if snapshot is not None and snapshot.collections.rest:
            yield snapshot.collections.rest
    for root in overlay.by_root:
        kind, subscription = KINDS[root.type or ""], root.subscription_id
        if subscription not in with_vms or not kind.reading or not _lives(root, overlay):
            continue
        found = [unread_of(subscription, kind.reading).of(root)]
        for name in kind.through:
            found += unread_of(subscription, name).under(root)
        yield from (gap for gap in found if gap and gap.reason.is_missing)


class _Unread(NamedTuple):
    """What was not read of a listing."""

    rest: Gap | None
    entries: Mapping[ArmId, Gap]

    def of(self, root: ArmId) -> Gap | None:
        """Why one resource was not read."""
        return self.entries.get(root, self.rest)

    def under(self, root: ArmId) -> Iterator[Gap | None]:
        """Why what leads to a resource was not read. A lock is on what is in its scope alone."""
        yield self.rest
        scope = root.scope if root.type == LOCK else None
        yield from (gap for id_, gap in self.entries.items() if scope is None or id_ in scope)


def _unread_items(overlay: Overlay, before: World) -> Iterator[Gap]:
    """Why nobody knows which VMs have backups in a vault that changes, or under its policies."""
    changed = {
        vault: root
        for root in overlay.by_root
        if root.type in (VAULT, POLICY) and _lives(root, overlay) and (vault := vault_of(root))
    }
    vaults = {readings.vault.id: readings for readings in before.backup.vaults}
    for id_, readings in vaults.items():
        if id_ in changed or overlay.deletes(id_):
            yield from readings.items.gaps
    for id_ in sorted(changed.keys() - vaults.keys()):
        if not before.backup.unread and changed[id_] not in overlay.new:
            origin = overlay.by_root[changed[id_]][0].origin
            remedy = f"{origin} changes it, and no vault of this id was read. Check its id."
            yield Gap(id_.text, "vaults", Reason.FAILED, None, remedy)


def _unnamed_vaults(overlay: Overlay) -> Iterator[Gap]:
    """Protection to come in vaults that live, nobody knows where."""
    for item in planned_items(overlay):
        vault = vault_of(item.id)
        if vault and vault.subscription == UNKNOWN_NAME and vault not in overlay.new:
            remedy = "The plan does not say the subscription of its vault. Give -s with its GUID."
            yield Gap("the plan", item.origin.address, Reason.FAILED, None, remedy)


def _odd_vms(overlay: Overlay) -> Iterator[Gap]:
    """Protection to come of what is no VM."""
    for item in planned_items(overlay):
        source = mapping(mapping(item.body).get("properties")).get("sourceResourceId")
        if isinstance(source, str) and protected_vm(item) is None:
            remedy = "No resource of Azure can have the id of its VM. Look at it in the plan."
            yield Gap("the plan", item.origin.address, Reason.FAILED, None, remedy)


def unread_resources(overlay: Overlay, before: World) -> dict[ArmId, Gap]:
    """What the plan names of what lives, and nobody read."""
    found = {vault: not_read(vault, "vault") for vault in unread_vaults(overlay, before.backup)}
    for snapshot in before.snapshots:
        if snapshot.vms.rest is None:
            continue
        for root in overlay.by_root:
            if root not in overlay.new and root.subscription_id == snapshot.subscription.id:
                found[root] = snapshot.vms.rest
    return found


def _gaps(overlay: Overlay, missing: Sequence[Snapshot], *, is_any_read: bool) -> Iterator[Gap]:
    """What the plan may change of resources that live, in subscriptions that nobody read."""
    living = [root for root in overlay.by_root if _lives(root, overlay)]
    for snapshot in missing:
        if any(id_ in snapshot.subscription.id for id_ in (*overlay.deleted_groups, *living)):
            yield replace(snapshot.vms.gaps[0], fact="virtual_machines")
    if overlay.contents.unscoped_locks and (missing or not is_any_read):
        remedy = "The plan does not say its subscription. Give --live, and -s with its GUID."
        yield Gap("the plan", "a lock", Reason.FAILED, None, remedy)


def _unread_under_policies(overlay: Overlay, before: World) -> Iterator[Gap]:
    """The subscriptions of VMs whose policy the plan changes, where nobody looked for VMs."""
    read = {snapshot.subscription.subscription_id.lower() for snapshot in before.snapshots}
    for guid in sorted(subscriptions_under_changes(overlay, before.backup) - read):
        remedy = f"The plan changes the policy or the vault of VMs in it. Give -s {guid}, too."
        yield Gap(f"/subscriptions/{guid}", "virtual_machines", Reason.FAILED, None, remedy)


def _lives(root: ArmId, overlay: Overlay) -> bool:
    """True if a planned resource may live, or may be around one that lives."""
    if root.type == LOCK and not _may_cover_points(root.scope):
        return False
    changes = [change for change in overlay.by_root[root] if not change.changes_nothing]
    may_live = root not in overlay.new or any(one.is_replaced or one.may_live for one in changes)
    is_around = root.type == COLLECTION or (
        root.type == LOCK and root.group not in overlay.contents.new_groups
    )
    return bool(changes) and (may_live or is_around)


def _may_cover_points(scope: ArmId | None) -> bool:
    """True if restore points may be where a lock is: in a subscription, a group or a collection."""
    return scope is None or scope.type in (None, COLLECTION)
