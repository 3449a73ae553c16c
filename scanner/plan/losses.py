"""What a plan takes away from protection."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.facts.backup import Protection
from scanner.inventory.gap import Gap, catch_gap
from scanner.inventory.join.protection import Protections
from scanner.inventory.join.table import Table
from scanner.inventory.loss import Loss
from scanner.inventory.origin import Origin
from scanner.inventory.protected_item import vault_of, vm_of
from scanner.inventory.records.backup import ProtectedItem
from scanner.inventory.snapshot import VaultReadings
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
    vaults = {readings.vault.id: readings for readings in before.backup.vaults}
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
        elif root.type in (POLICY, VAULT):
            what = "replaced" if is_replaced else "removed"
            vault = vault_of(root)
            kept = _vms_in(vaults.get(vault) if vault else None, root)
            kind = "policy" if root.type == POLICY else "vault"
            text = f"The {kind} {root.name} is {what}. {kept}"
            # The listing of items has those of VMs alone.
            rest = " What else it keeps was not read." if root.type == VAULT else ""
            yield Loss(root, origin, f"{text}{rest}")


def _vms_in(readings: VaultReadings | None, root: ArmId) -> str:
    """How many VMs have an item in a vault, or under a policy of it."""
    if readings is None or (readings.items.rest and not readings.items.records):
        return "Its VMs were not read."
    source = Table(readings.items).source
    items = [
        catch_gap(vm_of, item, source(item.id))
        for item in readings.items.records
        if root.type == VAULT or _policy_of(item) == root
    ]
    vms = {vm for vm in items if isinstance(vm, ArmId)}
    is_all = not readings.items.gaps and not any(isinstance(item, Gap) for item in items)
    number = f"{'' if is_all else 'at least '}{len(vms):,}"
    has = "has backups of" if root.type == VAULT else "backs up"
    return f"It {has} {number} VM{'' if len(vms) == 1 else 's'}."


def _policy_of(item: ProtectedItem) -> ArmId | None:
    return parse_id(item.properties.policy_id if item.properties else None)


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
