"""What stands against a VM before backup is turned on, beside what the checks judge."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from scanner.catalogue import nearest
from scanner.catalogue.documents import Documented
from scanner.check import Finding, clear, not_applicable
from scanner.engine import CauseVerdict
from scanner.errors import ScopeError
from scanner.inventory.armid import ArmId
from scanner.inventory.backup_facts import Policy, Protection
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.gap import Gap
from scanner.inventory.join.policies import policy_fact
from scanner.inventory.seeing import or_gap, see
from scanner.inventory.snapshot import BackupReadings, VaultReadings
from scanner.inventory.vm import Vm, place
from scanner.precheck import IDLE, LOCKED, QUOTA, REGION, Target, is_called
from scanner.visible import OF_A_POLICY, VISIBLE, judge_visible
from scanner.visible.disks import encrypted_by_guest, encrypted_by_key
from scanner.visible.findings import applies, joined, judged, possible, unread, untold

BESIDE = (*VISIBLE, IDLE, REGION, QUOTA)
"""The causes that are judged here and by no check of ours."""
_NEARLY = 0.95
"""The share of a limit from which it is told as nearly reached."""


class Limits:
    """What the documents say of the vault and the policy that were named."""

    def __init__(self, backup: BackupReadings, target: Target, documented: Documented) -> None:
        """Raises ``ScopeError`` for a vault or a policy that is not there."""
        self._documented = documented
        self._vault = None if target.vault is None else _vault(backup, target.vault)
        self._policy: Policy | Gap | None = None
        self._under_policy: frozenset[ArmId] = frozenset()
        if target.policy is not None and self._vault:
            self._policy = _policy(self._vault, target.policy)
            self._under_policy = _under(self._policy, self._vault)

    @property
    def vault_id(self) -> ArmId | None:
        """The vault that was named."""
        return self._vault.vault.id if self._vault else None

    def prospective(self, vm: Vm) -> Vm:
        """The VM as if the policy were in force: a crash-consistent one needs no agent."""
        if self._policy is None:
            return vm
        planned = Protection("pending", known_policy=self._policy)
        return replace(vm, seen={**vm.seen, "protection": planned})

    def beside(
        self, checked: Sequence[CauseVerdict], vm: Vm, picked: Sequence[str]
    ) -> tuple[CauseVerdict, ...]:
        """What the checks judged, and what else stands against a VM, each cause once.

        ``picked`` are the causes to look at beside those of the checks. Quotas come later: they
        are of all VMs together.
        """
        planned = self.prospective(vm)
        own = {LOCKED: self._of_locks(planned), IDLE: _of_item(vm)}
        if self._vault:
            own[REGION] = self._of_region(self._vault, planned)
        wanted = {*picked, *(each.cause for each in checked)}
        if self._policy is None:
            wanted -= {*OF_A_POLICY}
        mine = [
            *judge_visible(planned, self._documented),
            *(judged(cause, told, vm, self._documented) for cause, told in own.items()),
        ]
        return joined([*checked, *(each for each in mine if each.cause in wanted)])

    def quota(self, vm: Vm, together: int) -> tuple[CauseVerdict, ...]:
        """How quotas stand; ``together`` is the number of VMs to be protected, over all scope."""
        if self._vault is None:
            return ()
        told = self._of_quota(self._vault, vm, together)
        return (judged(QUOTA, told, vm, self._documented),)

    def _of_locks(self, vm: Vm) -> Iterator[Finding]:
        """Locks over where restore points will be kept, by the FAQ's name of that group."""
        if vm.deployment == "classic":
            yield not_applicable("It is a classic VM.")
            return
        found = list(self._over_points_to_come(vm))
        yield from found or [clear("No lock lies over where its restore points will be kept.")]

    def _over_points_to_come(self, vm: Vm) -> Iterator[Finding]:
        # What lies over points that are there is judged by the cause's own check.
        there = vm.restore_points.collections
        for lock in vm.locks:
            if not there and lock.scope == vm.id.subscription_id:
                says = f"Restore points will lie under the lock {lock}."
                yield possible(says, lock.evidence, roots=[lock.id])
        name = self._group_name(vm)
        for each in vm.group_locks:
            holds = any(one.id in each.group for one in there)
            if name.fullmatch(each.group.name.lower()) and not holds:
                says = f"Restore points will be kept in {each.group.name}, under {each.lock}."
                yield possible(says, each.lock.evidence, roots=[each.lock.id])

    def _group_name(self, vm: Vm) -> re.Pattern[str]:
        """Names of the group of restore points in lower case: a number, and what is around it."""
        policy = see(self._policy) if self._policy else None
        if policy and policy.group:
            before, after = policy.group.lower(), (policy.group_suffix or "").lower()
            return re.compile(rf"{re.escape(before)}\d*{re.escape(after)}")
        here = place(vm.location)
        return re.compile(rf"azurebackuprg_{re.escape(here) if here else '[a-z0-9]+'}_\d+")

    def _of_region(self, readings: VaultReadings, vm: Vm) -> Iterator[Finding]:
        vault, at = readings.vault, Source(readings.vault.id, readings.items.seen_at)
        here, there = place(vm.location), place(vault.location)
        if here is None:
            yield untold(vm.id, "protection", "location")
        elif there is None:
            yield untold(vault.id, "protection", "location")
        else:
            says = f"The vault {vault.id.name} is in {there}, the VM in {here}."
            verdict = clear if here == there else applies
            yield verdict(says, at.evidence("location", vault.location))
        if vault.id.subscription_id != vm.id.subscription_id and vm.deployment != "classic":
            yield from _of_other_subscription(vm, at.evidence("id", vault.id.text))

    def _of_quota(self, readings: VaultReadings, vm: Vm, together: int) -> Iterator[Finding]:
        vault, items = readings.vault, readings.items
        at = Source(vault.id, items.seen_at)
        item = self._own_item(vm)
        if items.rest:
            yield unread(items.rest)
        else:
            most, count = self._documented.number("vms-per-vault"), len(items.index())
            shown = at.evidence("backupProtectedItems.length", count)
            says = f"The vault {vault.id.name} protects"
            yield _quota(says, count - (item is not None), together, most, shown)
        if self._policy is not None:
            yield self._of_policy(see(self._policy), together, item)
        daily = self._documented.number("vm-registrations-per-day")
        if together > daily:
            yield possible(f"{together:,} VMs are to be registered, of at most {daily} a day.",
                           at.evidence("", vault.id.text))  # fmt: skip

    def _own_item(self, vm: Vm) -> ArmId | None:
        """What the vault still holds of a VM: to resume it takes no new place."""
        mine = vm.if_seen("protection")
        item: ArmId | None = mine.item if mine and mine.vault == self.vault_id else None
        return item

    def _of_policy(self, policy: Policy, together: int, own: ArmId | None) -> Finding:
        if policy.items is None or policy.items < 0:
            return untold(policy.id, "protection", "properties.protectedItemsCount")
        # The service's count may lag behind its items.
        items = max(policy.items, len(self._under_policy)) - (own in self._under_policy)
        shown = policy.source.evidence("properties.protectedItemsCount", policy.items)
        most = self._documented.number("vms-per-policy")
        return _quota(f"The policy {policy.id.name} protects", items, together, most, shown)


def _of_item(vm: Vm) -> Iterator[Finding]:
    """What some vault still holds of a VM is to be resumed or deleted first."""
    protection = vm.protection
    if protection.item and protection.vault:
        says = f"It is {protection.state} in the vault {protection.vault.name}."
        yield possible(says, *protection.evidence)
    else:
        yield clear("No vault that was read holds an item of it.")


def _of_other_subscription(vm: Vm, shown: Evidence) -> Iterator[Finding]:
    """Possible since 2026, and not for confidential and encrypted VMs (support matrix)."""
    hardware = vm.hardware
    if hardware.security_type == "ConfidentialVM":
        says = "The vault lies in another subscription, which confidential VMs may not use."
        yield possible(says, shown, hardware.security_evidence)
        return
    encrypted = encrypted_by_guest(vm) or encrypted_by_key(vm)
    if encrypted:
        says = "The vault lies in another subscription, which encrypted VMs may not use."
        yield possible(says, shown, encrypted)
    else:
        yield clear("The vault lies in another subscription, which this VM may use.", shown)


def _under(policy: Policy | Gap, vault: VaultReadings) -> frozenset[ArmId]:
    """The items of a vault that name a policy."""
    if isinstance(policy, Gap):
        return frozenset()
    named = (
        (each.id, each.properties.policy_id) for each in vault.items.records if each.properties
    )
    return frozenset(item for item, text in named if text and is_called(policy.id, text))


def _quota(says: str, count: int, together: int, most: int, shown: Evidence) -> Finding:
    told = f"{says} {count:,} VMs, of at most {most:,}."
    if count >= most:
        return applies(told, shown)
    if count + together > most:
        return possible(f"{told} With the {together:,} that are checked it is more.", shown)
    return possible(told, shown) if count >= most * _NEARLY else clear(told, shown)


def _vault(backup: BackupReadings, name: str) -> VaultReadings:
    found = [each for each in backup.vaults if is_called(each.vault.id, name)]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(each.vault.id.text for each in found)
        raise ScopeError(f"{len(found)} vaults are called {name!r}", f"Give one of {ids}")
    if backup.unread:
        what = f"the vault {name!r} is not among those that could be read"
        raise ScopeError(what, backup.unread[0].remedy)
    known = [each.vault.id.name for each in backup.vaults]
    todo = nearest(name, known) if known else "None is visible"
    raise ScopeError(f"there is no vault {name!r}", todo)


def _policy(vault: VaultReadings, name: str) -> Policy | Gap:
    for each, entry in vault.policies.index().items():
        if is_called(each, name):
            at = Source(each, vault.policies.seen_at)
            return entry if isinstance(entry, Gap) else or_gap(policy_fact, entry, at)
    if vault.policies.rest:
        return vault.policies.rest
    known = [each.id.name for each in vault.policies.records]
    todo = nearest(name, known) if known else "It has none for VMs"
    raise ScopeError(f"the vault {vault.vault.id.name} has no policy {name!r}", todo)
