"""The vault and policy of every VM: those in force, or those that a precheck names for all."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from msgspec.structs import replace

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.evidence import Source
from scanner.inventory.facts.backup import Policy, Protection
from scanner.inventory.facts.plan import Plan, Vault
from scanner.inventory.gap import Gap, Reason, catch_gap, present, require, unrecorded
from scanner.inventory.join.protection import Protections, vault_of
from scanner.inventory.snapshot import BackupReadings, VaultReadings

_FACT = "plan"


class Named(NamedTuple):
    """What a precheck names: a vault that was read, and a policy of it."""

    vault: ArmId | None = None
    policy: Policy | Gap | None = None


class Plans:
    """The plans of all VMs. What a precheck names outranks what is in force."""

    def __init__(
        self, readings: BackupReadings, protections: Protections, named: Named | None = None
    ) -> None:
        self._vaults = {each.vault.id: _Counted(each) for each in readings.vaults}
        self._protections = protections
        self._named = named

    def of(self, vm_id: ArmId) -> Plan:
        """The plan of a VM; what was not read of it is a gap in it."""
        protection = catch_gap(self._protections.of, vm_id)
        if self._named and self._named.vault:
            return self._as_named(vm_id, self._named.vault, self._named.policy, protection)
        if isinstance(protection, Gap):
            return Plan(known_vault=protection, known_policy=protection)
        if not protection.is_backed_up:
            return Plan()
        return self._plan(protection.vault, protection.known_policy, protection.item)

    def _as_named(
        self, vm_id: ArmId, vault: ArmId, policy: Policy | Gap | None, protection: Protection | Gap
    ) -> Plan:
        """In the vault that is named; with no policy named, under the one in force there."""
        items = [each for each in self._protections.items_of(vm_id) if vault_of(each) == vault]
        item = next(iter(items), None)
        if item and not isinstance(protection, Gap) and protection.vault == vault:
            item = protection.item
        counted = self._vaults.get(vault)
        if policy is None:
            may_hold = item or (counted and counted.is_unread)
            if isinstance(protection, Gap):
                policy = protection if may_hold else None
            elif protection.vault == vault:
                policy = protection.known_policy
        plan = self._plan(vault, policy, item)
        return replace(
            plan,
            is_new_to_vault=item is None,
            is_new_to_policy=counted is not None and not counted.is_under(policy, item),
        )

    def _plan(self, vault: ArmId | None, policy: Policy | Gap | None, item: ArmId | None) -> Plan:
        counted = self._vaults.get(vault) if vault else None
        if counted is None:
            # The id of an item can name another vault than the one that lists it.
            remedy = "Its id names no vault that was read. Look at it in Azure, then scan again."
            unseen = Gap(f"{item or vault}", _FACT, Reason.NOT_RECORDED, None, remedy)
            return Plan(
                known_vault=unseen,
                known_policy=policy,
                known_vault_items=unseen,
                known_policy_items=unseen,
            )
        return Plan(
            known_vault=counted.vault,
            known_policy=policy,
            known_vault_items=catch_gap(counted.beside, item),
            known_policy_items=catch_gap(counted.of_policy, policy, item),
        )


class _Counted:
    """A vault, and its items by the policy that each names."""

    def __init__(self, readings: VaultReadings) -> None:
        record, items = readings.vault, readings.items
        source = Source(record.id, items.seen_at)
        location = catch_gap(present, record.location or None, source, "location", _FACT)
        self.vault = Vault(record.id, location, source)
        self._items = items.rest or frozenset(items.index())
        self._policies = {
            each.id: parse_id(each.properties.policy_id)
            for each in items.records
            if each.properties
        }
        self._by_policy = Counter(self._policies.values())

    @property
    def is_unread(self) -> bool:
        """Whether it may hold items that were not listed."""
        return isinstance(self._items, Gap)

    def beside(self, item: ArmId | None) -> int:
        """The number of items but one; raises ``Unseen``."""
        items = require(self._items)
        return len(items) - (item in items)

    def of_policy(self, policy: Policy | Gap | None, item: ArmId | None) -> int:
        """The number of items but one under a policy; raises ``Unseen``."""
        known = require(policy)
        if known is None:
            return 0
        if known.items is None or known.items < 0:
            raise unrecorded(known.source, "properties.protectedItemsCount", _FACT)
        # The service's own count may lag behind the items.
        return max(known.items, self._by_policy[known.id]) - self.is_under(known, item)

    def is_under(self, policy: Policy | Gap | None, item: ArmId | None) -> bool:
        """Whether an item names a policy as its own."""
        if item is None or not isinstance(policy, Policy):
            return False
        return self._policies.get(item) == policy.id
