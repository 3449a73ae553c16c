"""What a plan takes away from protection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.facts.backup import Protection
from scanner.inventory.gap import Gap, catch_gap
from scanner.inventory.join.protection import Protections
from scanner.inventory.loss import Loss
from scanner.inventory.origin import Origin
from scanner.inventory.protected_item import vault_of
from scanner.inventory.world import World
from scanner.plan.kinds import ITEM, POLICY, VAULT, VM
from scanner.plan.overlay import Overlay
from scanner.plan.planned import Planned


def find_losses(overlay: Overlay, before: World) -> Iterator[Loss]:
    """VMs that are deleted while they are protected, and protection that is destroyed."""
    removals = [*_removals(overlay, before)]
    if not removals:
        return
    protections = Protections(before.backup)
    by_policy: defaultdict[ArmId | None, int] = defaultdict(int)
    for readings in before.backup.vaults:
        for item in readings.items.records:
            by_policy[parse_id(item.properties.policy_id if item.properties else None)] += 1
    for root, changes in removals:
        origin = changes[0].origin if changes else Origin(root.text)
        is_replaced = any(change.is_replaced for change in changes)
        if root.type == VM:
            yield from _vm_loss(root, origin, protections, is_replaced=is_replaced)
        elif is_replaced and root.type == ITEM:
            continue
        elif root.type == ITEM:
            vault = vault_of(root)
            where = f" in the vault {vault.name}" if vault else ""
            text = f"The protection {root.name}{where} is removed. What Azure keeps depends on"
            yield Loss(root, origin, f"{text} the provider's settings: see its documents.")
        elif root.type == POLICY:
            text = f"The policy {root.name} is removed. Items under it: {by_policy[root]:,}."
            yield Loss(root, origin, text)
        elif root.type == VAULT:
            vaults = (r for r in before.backup.vaults if r.vault.id == root)
            count = sum(len(readings.items.records) for readings in vaults)
            what = "replaced" if is_replaced else "removed"
            yield Loss(root, origin, f"The vault {root.name} is {what}. Items in it: {count:,}.")


def _removals(overlay: Overlay, before: World) -> Iterator[tuple[ArmId, list[Planned]]]:
    """Everything that is deleted or replaced: by itself, or with its resource group."""
    for root, changes in overlay.by_root.items():
        own = [change for change in changes if change.id == root]
        if overlay.deletes(root) or any(change.is_replaced for change in own):
            yield root, own
    live = (
        *(vm for snapshot in before.snapshots for vm in snapshot.vms.index()),
        *(readings.vault.id for readings in before.backup.vaults),
    )
    for id_ in live:
        group = overlay.deleted_groups.get(id_.group) if id_.group else None
        if group and id_ not in overlay.by_root and overlay.deletes(id_):
            yield id_, [group]


def _vm_loss(
    vm: ArmId, origin: Origin, protections: Protections, *, is_replaced: bool
) -> Iterator[Loss]:
    protection = catch_gap(protections.of, vm)
    what = "replaced" if is_replaced else "deleted"
    if isinstance(protection, Protection) and protection.is_backed_up:
        vault = protection.vault
        text = f"The VM {vm.name} is {what} while the vault {vault.name if vault else '?'}"
        after = (
            " Its restore points are of the old VM."
            if is_replaced
            else " Azure keeps and bills its restore points, and its backups fail: stop its"
            " protection first."
        )
        yield Loss(vm, origin, f"{text} protects it.{after}")
    elif isinstance(protection, Gap):
        yield Loss(vm, origin, f"The VM {vm.name} is {what}. Whether it is protected was not read.")
