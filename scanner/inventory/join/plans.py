"""The vault and policy of each VM: in force, or named by a precheck for all VMs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from msgspec.structs import replace

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.evidence import Source
from scanner.inventory.facts.backup import ExcludedDisks, Policy, Protection
from scanner.inventory.facts.plan import Plan, Vault
from scanner.inventory.gap import Gap, Reason, catch_gap, present, require, unrecorded
from scanner.inventory.join.protection import Protections
from scanner.inventory.protected_item import vault_of
from scanner.inventory.snapshot import BackupReadings, VaultReadings
from scanner.inventory.vm import place

_FACT = "plan"


class Named(NamedTuple):
    """What a precheck names, or an infrastructure plan: a vault, and a policy of it."""

    vault: ArmId | None = None
    policy: Policy | Gap | None = None
    excluded_disks: ExcludedDisks | Gap = ExcludedDisks()
    """The disks that the item to come will leave out."""
    by_region: Mapping[str, Named] = MappingProxyType({})
    """What is named for VMs of a region, if several vaults are named."""

    def of(self, location: str | None) -> Named:
        """What is named for a VM by its location: the vault of its region, if there is one."""
        return self.by_region.get(place(location) or "", self)


class Plans:
    """The plans of all VMs. What is named, for all VMs or for one, outranks what is in force."""

    def __init__(
        self,
        readings: BackupReadings,
        protections: Protections,
        named: Named | None = None,
        named_of: Mapping[ArmId, Named] | None = None,
    ) -> None:
        self._vaults = {vault.vault.id: _CountedVault(vault) for vault in readings.vaults}
        self._protections = protections
        self._named = named or Named()
        self._named_of = named_of or {}

    def _named_for(self, vm_id: ArmId, location: str | None) -> Named:
        return self._named_of.get(vm_id, self._named.of(location))

    def excluded_disks(
        self, vm_id: ArmId, location: str | None, known: Protection | Gap
    ) -> ExcludedDisks:
        """The disks that the VM's item leaves out. A vault without an item of it has no setting.

        Raises ``Unseen`` if the setting was not read.
        """
        if type(known) is Gap and vm_id in self._named_of:
            return require(self._named_of[vm_id].excluded_disks)
        protection, named = require(known), self._named_for(vm_id, location)
        is_elsewhere = named.vault not in (None, protection.vault)
        if is_elsewhere or not protection.is_backed_up:
            return require(named.excluded_disks)
        return protection.excluded_disks

    def of(self, vm_id: ArmId, location: str | None, protection: Protection | Gap) -> Plan:
        """The plan of a VM at a location; what was not read of it is a gap in the plan."""
        named = self._named_for(vm_id, location)
        in_force = self._plan_in_force(protection)
        if named.vault:
            plan = self._named_plan(vm_id, named.vault, named.policy, protection)
            return replace(plan, in_force=in_force)
        return in_force

    def _plan_in_force(self, protection: Protection | Gap) -> Plan:
        if type(protection) is Gap:
            return Plan(known_vault=protection, known_policy=protection)
        if not protection.is_backed_up:
            return Plan()
        return self._plan_in_vault(protection.vault, protection.known_policy, protection.item)

    def _named_plan(
        self, vm_id: ArmId, vault: ArmId, policy: Policy | Gap | None, protection: Protection | Gap
    ) -> Plan:
        """The plan in a named vault; without a named policy, under the policy in force there."""
        item = self._item_in(vault, vm_id, protection)
        counted = self._vaults.get(vault)
        if policy is None:
            may_have_item = item is not None or (counted is not None and counted.is_unread)
            policy = _policy_in(vault, protection, may_have_item=may_have_item)
        return replace(
            self._plan_in_vault(vault, policy, item),
            is_new_to_vault=item is None,
            is_new_to_policy=counted is not None and not counted.is_under(policy, item),
        )

    def _item_in(self, vault: ArmId, vm_id: ArmId, protection: Protection | Gap) -> ArmId | None:
        """The item of a VM in a vault, the one that is shown if there are several."""
        items = [item for item in self._protections.items_of(vm_id) if vault_of(item) == vault]
        if items and type(protection) is not Gap and protection.vault == vault:
            return protection.item
        return next(iter(items), None)

    def _plan_in_vault(
        self, vault: ArmId | None, policy: Policy | Gap | None, item: ArmId | None
    ) -> Plan:
        """A plan with the numbers of other items; they are gaps if the vault was not read."""
        counted = self._vaults.get(vault) if vault else None
        if counted is None:
            # The id of an item can name another vault than the one that lists it.
            remedy = "Its id names no vault that was read. Look at it in Azure, then scan again."
            gap = Gap(f"{item or vault}", _FACT, Reason.NOT_RECORDED, None, remedy)
            return Plan(
                known_vault=gap,
                known_policy=policy,
                known_vault_items=gap,
                known_policy_items=gap,
            )
        return Plan(
            known_vault=counted.vault,
            known_policy=policy,
            known_vault_items=catch_gap(counted.other_items, item),
            known_policy_items=catch_gap(counted.other_items_under, policy, item),
        )


def _policy_in(
    vault: ArmId, protection: Protection | Gap, *, may_have_item: bool
) -> Policy | Gap | None:
    """The policy of a VM that is in force in a vault; a gap only if there may be one."""
    if type(protection) is Gap:
        return protection if may_have_item else None
    return protection.known_policy if protection.vault == vault else None


class _CountedVault:
    """A vault, and its items by the policy that each of them names."""

    def __init__(self, readings: VaultReadings) -> None:
        record, items = readings.vault, readings.items
        source = Source(record.id, items.seen_at)
        location = catch_gap(present, record.location or None, source, "location", _FACT)
        self.vault = Vault(record.id, location, source)
        self._items = items.rest or frozenset(items.index())
        self._policies = {
            item.id: parse_id(item.properties.policy_id)
            for item in items.records
            if item.properties
        }
        self._by_policy = Counter(self._policies.values())

    @property
    def is_unread(self) -> bool:
        """True if the vault may have items that were not listed."""
        return type(self._items) is Gap

    def other_items(self, item: ArmId | None) -> int:
        """The number of items without ``item``. Raises ``Unseen`` if not all were listed."""
        items = require(self._items)
        return len(items) - (item in items)

    def other_items_under(self, policy: Policy | Gap | None, item: ArmId | None) -> int:
        """The number of items under a policy without ``item``.

        Raises ``Unseen`` if the policy was not read or does not say its number.
        """
        known = require(policy)
        if known is None:
            return 0
        if known.items is None or known.items < 0:
            raise unrecorded(known.source, "properties.protectedItemsCount", _FACT)
        # The service's own count may lag behind the items.
        return max(known.items, self._by_policy[known.id]) - self.is_under(known, item)

    def is_under(self, policy: Policy | Gap | None, item: ArmId | None) -> bool:
        """True if an item names a policy as its own."""
        if item is None or not isinstance(policy, Policy):
            return False
        return self._policies.get(item) == policy.id
