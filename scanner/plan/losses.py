"""What a plan takes away from protection."""

from __future__ import annotations

from collections.abc import Iterator, Set

from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import Protection
from scanner.inventory.gap import Gap, catch_gap
from scanner.inventory.join.protection import Protections
from scanner.inventory.join.table import Table
from scanner.inventory.loss import Loss
from scanner.inventory.origin import Origin
from scanner.inventory.protected_item import is_active, policy_of, vault_of, vm_of
from scanner.inventory.records.compute import RestorePointCollection
from scanner.inventory.snapshot import VaultReadings
from scanner.inventory.world import World
from scanner.plan.kinds import ITEM, POLICY, VAULT, VM
from scanner.plan.overlay import Overlay


def find_losses(overlay: Overlay, before: World) -> Iterator[Loss]:
    """VMs that are deleted while they are protected, and protection that is destroyed."""
    yield from _points_lost(overlay, before)
    removals = [*_removals(overlay, before)]
    if not removals:
        return
    protections = Protections(before.backup)
    vaults = {readings.vault.id: readings for readings in before.backup.vaults}
    for root, origin, is_replaced in removals:
        what = "replaced" if is_replaced else "removed"
        vault = vaults.get(vault_of(root) or root)
        if root.type == VM:
            protection = catch_gap(protections.of, root)
            text = _vm_text(root, protection, overlay, is_replaced=is_replaced)
        elif root.type == ITEM:
            text = "" if is_replaced else _item_text(root, vault)
        elif root.type == POLICY:
            text = f"The policy {root.name} is {what}. {_vms_in(vault, root)}"
        elif root.type == VAULT:
            # The listing has items of VMs alone.
            rest = "What else it keeps was not read."
            text = f"The vault {root.name} is {what}. {_vms_in(vault, root)} {rest}"
        else:
            text = ""
        if text:
            yield Loss(root, origin, text)


def _vm_text(
    vm: ArmId, protection: Protection | Gap, overlay: Overlay, *, is_replaced: bool
) -> str:
    """What the end of a VM costs. Empty if no vault protects it."""
    what = "replaced" if is_replaced else "deleted"
    if type(protection) is Gap:
        return f"The VM {vm.name} is {what}. Whether it is protected was not read."
    if not protection.is_backed_up:
        return ""
    item, vault = protection.item, protection.vault
    if (item and overlay.deletes(item)) or (vault and overlay.deletes(vault)):
        return f"The VM {vm.name} is {what}, and its protection is removed."
    after = (
        "Its restore points are of the old VM."
        if is_replaced
        else "Azure keeps and bills its restore points, and its backups fail: stop its"
        " protection first."
    )
    return (
        f"The VM {vm.name} is {what} while the vault {vault.name if vault else '?'}"
        f" protects it. {after}"
    )


def _item_text(item: ArmId, vault: VaultReadings | None) -> str:
    """What the end of an item costs, with the name of its VM if it was read."""
    vm = catch_gap(_vm_of, item, vault) if vault else None
    of = f"of the VM {vm.name}" if isinstance(vm, ArmId) else item.name
    where = vault_of(item)
    within = f" in the vault {where.name}" if where else ""
    return (
        f"The protection {of}{within} is removed. What Azure keeps depends on the provider's"
        " settings: see its documents."
    )


def _vm_of(item: ArmId, vault: VaultReadings) -> ArmId | None:
    """The VM of an item. Raises ``Unseen`` if it was not read."""
    table = Table(vault.items)
    return vm_of(table.find(item, "protection"), table.source(item))


def _points_lost(overlay: Overlay, before: World) -> Iterator[Loss]:
    """Restore points that go with their collection, or with its group."""
    vms: dict[tuple[ArmId, Origin], set[ArmId]] = {}
    for snapshot in before.snapshots:
        expanded = snapshot.expanded.index()
        for id_, record in snapshot.collections.index().items():
            gone = overlay.removal_of(id_)
            if gone is None:
                continue
            source = None if type(record) is Gap else _source_of(record)
            if _has_points(expanded.get(id_)):
                vms.setdefault((gone.id, gone.origin), set()).add(source or id_)
    for (id_, origin), found in vms.items():
        kind = "restore point collection" if id_.type else "resource group"
        text = f"The {kind} {id_.name} is removed, with restore points of {_number_of(found)}."
        yield Loss(id_, origin, text)


def _source_of(collection: RestorePointCollection) -> ArmId | None:
    source = collection.properties.source if collection.properties else None
    return source.id if source else None


def _has_points(collection: RestorePointCollection | Gap | None) -> bool:
    """True if a collection has restore points, or may have some that were not read."""
    properties = None if collection is None or type(collection) is Gap else collection.properties
    return properties is None or properties.restore_points != ()


def _vms_in(readings: VaultReadings | None, root: ArmId) -> str:
    """How many VMs have an item in a vault, or under a policy of it."""
    if readings is None or (readings.items.rest and not readings.items.records):
        return "Its VMs were not read."
    source = Table(readings.items).source
    items = [
        catch_gap(vm_of, item, source(item.id))
        for item in readings.items.records
        if root.type == VAULT or (is_active(item) and policy_of(item) == root)
    ]
    vms = {vm for vm in items if isinstance(vm, ArmId)}
    is_all = not readings.items.gaps and not any(type(item) is Gap for item in items)
    has = "has backups of" if root.type == VAULT else "backs up"
    return f"It {has} {'' if is_all else 'at least '}{_number_of(vms)}."


def _number_of(vms: Set[ArmId]) -> str:
    return f"{len(vms):,} VM{'' if len(vms) == 1 else 's'}"


def _removals(overlay: Overlay, before: World) -> Iterator[tuple[ArmId, Origin, bool]]:
    """Everything that is deleted or replaced, by what, and whether it is replaced."""
    for root, changes in overlay.by_root.items():
        again = next((one for one in changes if one.id == root and one.is_replaced), None)
        if by := again or overlay.removal_of(root):
            yield root, by.origin, again is not None
    live = (
        *(vm for snapshot in before.snapshots for vm in snapshot.vms.index()),
        *(readings.vault.id for readings in before.backup.vaults),
    )
    for id_ in live:
        if id_ not in overlay.by_root and (group := overlay.removal_of(id_)):
            yield id_, group.origin, False
