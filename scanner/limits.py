"""What stands against a VM before backup is turned on, beside what the checks judge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from scanner.catalogue import nearest
from scanner.catalogue.documents import Documented
from scanner.check import Finding, clear
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
from scanner.visible import VISIBLE, judge_visible
from scanner.visible.disks import encrypted_by_guest
from scanner.visible.findings import (
    applies,
    cited,
    joined,
    possible,
    stands,
    unread,
    unread_as_findings,
    untold,
)

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
        if target.policy is not None and self._vault:
            self._policy = _policy(self._vault, target.policy)

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
        self, judged: Sequence[CauseVerdict], vm: Vm, picked: Sequence[str]
    ) -> tuple[CauseVerdict, ...]:
        """What the checks judged, and what else stands against a VM, each cause once.

        ``picked`` are the causes to look at beside those of the checks. Quotas come later: they
        are of all VMs together.
        """
        planned = self.prospective(vm)
        judges = (
            (LOCKED, self._of_locks(planned)),
            (IDLE, _of_item(vm)),
            (REGION, self._of_region(planned)),
        )
        wanted = {*picked, *(each.cause for each in judged)}
        mine = [*judge_visible(planned, self._documented), *self._standing(judges)]
        return joined([*judged, *(each for each in mine if each.cause in wanted)])

    def quota(self, vm: Vm, together: int) -> tuple[CauseVerdict, ...]:
        """How quotas stand; ``together`` is the number of VMs to be protected, over all scope."""
        return self._standing([(QUOTA, self._of_quota(vm, together))])

    def _standing(
        self, judges: Iterable[tuple[str, Iterator[Finding]]]
    ) -> tuple[CauseVerdict, ...]:
        told = [(cause, list(unread_as_findings(findings))) for cause, findings in judges]
        return tuple(
            stands(cause, [cited(cause, each, self._documented) for each in findings])
            for cause, findings in told
            if findings
        )

    def _of_locks(self, vm: Vm) -> Iterator[Finding]:
        """Locks over where restore points will be kept, by the FAQ's name of that group."""
        if vm.deployment == "classic":
            return
        # What lies over points that are there is judged by the cause's own check.
        there = vm.restore_points.collections
        for lock in () if there else vm.locks:
            if lock.scope == vm.id.subscription_id:
                says = f"Restore points will lie under the lock {lock}."
                yield possible(says, lock.evidence, roots=[lock.id])
        name = self._group_name(vm)
        for each in vm.group_locks:
            if name.fullmatch(each.group.name.lower()) and not any(
                c.id in each.group for c in there
            ):
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

    def _of_region(self, vm: Vm) -> Iterator[Finding]:
        if self._vault is None:
            return
        vault, at = self._vault.vault, Source(self._vault.vault.id, self._vault.items.seen_at)
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

    def _of_quota(self, vm: Vm, together: int) -> Iterator[Finding]:
        if self._vault is None:
            return
        vault, items = self._vault.vault, self._vault.items
        at = Source(vault.id, items.seen_at)
        mine = vm.if_seen("protection")
        # To resume what the vault still holds takes no new place.
        own = int(mine is not None and mine.vault == vault.id)
        if items.rest:
            yield unread(items.rest)
        else:
            most, count = self._documented.number("vms-per-vault"), len(items.records) - own
            shown = at.evidence("backupProtectedItems.length", len(items.records))
            yield _quota(f"The vault {vault.id.name} protects", count, together, most, shown)
        if self._policy is not None:
            yield self._of_policy(see(self._policy), self._vault, together)
        daily = self._documented.number("vm-registrations-per-day")
        if together > daily:
            says = f"{together:,} VMs are to be registered, of at most {daily} a day."
            yield possible(says, at.evidence("backupProtectedItems.length", len(items.records)))

    def _of_policy(self, policy: Policy, vault: VaultReadings, together: int) -> Finding:
        if policy.items is None or policy.items < 0:
            return untold(policy.id, "protection", "properties.protectedItemsCount")
        # The service's count may lag behind its items.
        named = [each.properties.policy_id for each in vault.items.records if each.properties]
        items = max(policy.items, sum(is_called(policy.id, each) for each in named if each))
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
    encrypted = encrypted_by_guest(vm)
    if encrypted:
        says = "The vault lies in another subscription, which encrypted VMs may not use."
        yield possible(says, shown, encrypted)
    else:
        yield clear("The vault lies in another subscription, which this VM may use.", shown)


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
