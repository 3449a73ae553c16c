"""Vaults, policies and protected items as they will be, and the protection that is planned."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from datetime import datetime
from operator import is_
from typing import Any

from msgspec.structs import replace

from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import ExcludedDisks, Policy
from scanner.inventory.gap import Gap, Reason, catch_gap
from scanner.inventory.join.plans import Named
from scanner.inventory.join.policies import policy_fact
from scanner.inventory.join.table import Table
from scanner.inventory.protected_item import policy_of, vault_of, vm_of
from scanner.inventory.records.backup import Vault
from scanner.inventory.snapshot import BackupReadings, LastJobs, Reading, VaultReadings
from scanner.plan.decoded import mapping
from scanner.plan.kinds import ITEM, KINDS, POLICY, VAULT
from scanner.plan.overlay import Overlay
from scanner.plan.planned import Contents, Planned, Unknown, after_apply, protected_vm, resource_id

_OF_VAULTS = (VAULT, POLICY, ITEM)


def over_backup(overlay: Overlay, backup: BackupReadings, now: datetime) -> BackupReadings:
    """The vaults as they will be. A planned item of a VM without one is no item yet."""
    vaults = {readings.vault.id: readings for readings in backup.vaults}
    to_come = {root for root in overlay.new if root.type == VAULT and not overlay.deletes(root)}
    for root in {*to_come, *unread_vaults(overlay, backup)}:
        if root not in vaults:
            gap = None if root in to_come else replace(not_read(root, "vault"), scope=root.text)
            nothing: Any = Reading(root.text, now, (), (gap,) if gap else ())
            vaults[root] = VaultReadings(Vault(root), nothing, nothing, LastJobs(now))
    changed_in = {vault_of(root) for root in overlay.by_root if root.type in _OF_VAULTS}
    found = (_over_vault(overlay, readings, changed_in) for readings in vaults.values())
    after = tuple(readings for readings in found if readings)
    is_same = len(after) == len(backup.vaults) and all(map(is_, after, backup.vaults))
    return backup if is_same else replace(backup, vaults=after)


def unread_vaults(overlay: Overlay, backup: BackupReadings) -> frozenset[ArmId]:
    """The vaults that the plan changes or names, if nobody read what lives."""
    if not any(gap.what == LIVES for gap in backup.unread):
        return frozenset()
    changed = (root for root in overlay.by_root if root.type == VAULT and not overlay.deletes(root))
    named = {*changed, *(vault_of(item.id) for item in planned_items(overlay))}
    return frozenset(vault for vault in named if vault and vault not in overlay.new)


def _over_vault(
    overlay: Overlay, readings: VaultReadings, changed_in: Container[ArmId | None]
) -> VaultReadings | None:
    vault = readings.vault
    if overlay.deletes(vault.id):
        return None
    if vault.id not in changed_in:
        return readings
    listing: Any = Reading(vault.id.text, readings.items.seen_at, (vault,))
    record = overlay.changed(KINDS[VAULT], listing).entries.get(vault.id, vault)
    policies = overlay.changed(KINDS[POLICY], readings.policies).entries
    items = overlay.changed(KINDS[ITEM], readings.items).entries
    live = readings.items.index()
    replaced = {id_ for id_ in live if any(one.is_replaced for one in overlay.by_root.get(id_, ()))}
    # A vault does not have the item yet: it would look like one that waits for its first backup.
    # One that is created over an item that lives, such as a soft-deleted one, leaves it as it is.
    items = {
        id_: None if id_ in replaced else entry
        for id_, entry in items.items()
        if id_ in live and (id_ in replaced or id_ not in overlay.new)
    }
    return replace(
        readings,
        vault=vault if type(record) is Gap or record is None else record,
        policies=readings.policies.with_entries(policies),
        items=readings.items.with_entries(items),
    )


def planned_items(overlay: Overlay) -> Iterator[Planned]:
    """The items that a plan creates or changes."""
    for root, changes in overlay.by_root.items():
        if root.type == ITEM and not overlay.deletes(root) and not changes[-1].changes_nothing:
            yield changes[-1]


def subscriptions_under_changes(overlay: Overlay, backup: BackupReadings) -> frozenset[str]:
    """GUIDs of the subscriptions of VMs whose policy or vault the plan changes.

    A vault protects VMs of other subscriptions, too.
    """
    found = (vm.subscription for vm in _vms_under_changes(overlay, backup))
    return frozenset(filter(None, found))


def _vms_under_changes(overlay: Overlay, backup: BackupReadings) -> Iterator[ArmId]:
    """The VMs of items that live under a policy which the plan changes, or in a vault that stays
    and is changed or replaced."""
    changed = {
        root
        for root, changes in overlay.by_root.items()
        if root.type in (POLICY, VAULT)
        if not all(change.changes_nothing for change in changes)
        if root.type == POLICY or not overlay.deletes(root)
    }
    if not changed:
        return
    for readings in backup.vaults:
        is_changed = readings.vault.id in changed
        source = Table(readings.items).source
        for item in readings.items.records:
            vm = catch_gap(vm_of, item, source(item.id))
            if isinstance(vm, ArmId) and (is_changed or policy_of(item) in changed):
                yield vm


def vaults_named(contents: Contents) -> frozenset[ArmId]:
    """The vaults that a plan changes something in: their policies are needed."""
    found = (vault_of(change.id) for change in contents.planned if change.id.type in _OF_VAULTS)
    return frozenset(vault for vault in found if vault)


def protection_to_come(
    overlay: Overlay, before: BackupReadings, after: BackupReadings, now: datetime
) -> tuple[Mapping[ArmId, Named], Mapping[ArmId, Planned], tuple[Planned, ...]]:
    """The vault and policy that the plan gives each VM, the items that do so, and the items whose
    VM is not known."""
    policies = {readings.vault.id: readings.policies for readings in after.vaults}
    nobody_read = any(gap.what == LIVES for gap in before.unread)
    live = {id_ for readings in before.vaults for id_ in readings.items.index()} - overlay.new
    found: dict[ArmId, Named] = {}
    items: dict[ArmId, Planned] = {}
    unplaced = []
    for item in planned_items(overlay):
        properties = mapping(mapping(item.body).get("properties"))
        vm, vault = protected_vm(item), vault_of(item.id)
        if vm is None:
            unplaced.append(item)
            continue
        items[vm] = item
        # An item that lives is changed in its vault. The item of another vault does not count.
        if vault is not None and item.id not in live:
            listed = policies.get(vault) or _planned_policies(overlay, vault, now)
            policy = _planned_policy(item, properties.get("policyId"), listed)
            if isinstance(policy, ArmId):
                policy = not_read(policy, "policy") if nobody_read else _no_policy(policy, item)
            found[vm] = Named(vault, policy, _excluded(item, properties))
    return found, items, tuple(unplaced)


def _planned_policies(overlay: Overlay, vault: ArmId, now: datetime) -> Reading[Any]:
    """The policies that the plan creates in a vault that was not read, or is not there yet."""
    nothing: Reading[Any] = Reading(vault.text, now)
    return nothing.with_entries(overlay.changed(KINDS[POLICY], nothing).entries)


def _planned_policy(item: Planned, policy: object, listed: Reading[Any]) -> Policy | Gap | ArmId:
    """The policy that an item names, or why it is not known. Its id if its vault has none."""
    if isinstance(policy, Unknown) or not isinstance(policy, str):
        return after_apply(item.id, "policyId", item.origin)
    policy_id = resource_id(policy)
    if policy_id is None:
        return after_apply(item.id, "policyId", item.origin)
    table = Table(listed)
    if table.get(policy_id) is None and table.rest is None:
        return policy_id
    return catch_gap(lambda: policy_fact(table.find(policy_id, "plan"), table.source(policy_id)))


def _no_policy(policy: ArmId, item: Planned) -> Gap:
    """The gap of a policy that was looked for, and is in no vault that was read."""
    remedy = f"{item.origin} names it, and no vault that was read has it. Check its id."
    return Gap(policy.text, "policy", Reason.FAILED, None, remedy)


def _excluded(item: Planned, properties: Mapping[str, Any]) -> ExcludedDisks | Gap:
    extended = properties.get("extendedProperties")
    settings = mapping(extended).get("diskExclusionProperties")
    if isinstance(extended, Unknown) or isinstance(settings, Unknown):
        return after_apply(item.id, "disks to leave out", item.origin)
    if not isinstance(settings, Mapping):
        return ExcludedDisks()
    luns, is_inclusion = settings.get("diskLunList"), settings.get("isInclusionList")
    if not isinstance(luns, list) or any(isinstance(v, Unknown) for v in (*luns, is_inclusion)):
        return after_apply(item.id, "disks to leave out", item.origin)
    return ExcludedDisks(frozenset(luns), bool(is_inclusion))


LIVES = "what lives in Azure"


def not_read(of: ArmId, fact: str) -> Gap:
    """The gap of what lives in Azure and was not read, because only the plan was."""
    scope = of.subscription_id or of
    return Gap(
        scope.text, fact, Reason.FAILED, None,
        "The plan was judged without what lives in Azure. Give --live to read it, or --bundle.",
        LIVES,
    )  # fmt: skip
