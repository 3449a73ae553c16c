"""What stands against a VM before backup is turned on, beside what the checks judge."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
from scanner.inventory.vm import Vm
from scanner.precheck import LOCKED, QUOTA, REGION, Target, is_called
from scanner.visible import VISIBLE, judge_visible
from scanner.visible.findings import (
    applies,
    joined,
    possible,
    stands,
    unread,
    unread_as_findings,
    untold,
)
from scanner.visible.policy import place

BESIDE = (*VISIBLE, REGION, QUOTA)
"""The causes that are judged here and by no check of ours."""
_NEARLY = 0.95
"""The share of a limit from which it is told as nearly reached."""
_DISK_ENCRYPTION = "microsoft.azure.security.azurediskencryption"


class Limits:
    """What the documents say of the vault and the policy that were named."""

    def __init__(self, backup: BackupReadings, target: Target, documented: Documented) -> None:
        """Raises ``ScopeError`` for a vault or a policy that is not there."""
        self._documented = documented
        self._vault = None if target.vault is None else _vault(backup, target.vault)
        self._policy: Policy | Gap | None = None
        if target.policy is not None:
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
        self, judged: Sequence[CauseVerdict], vm: Vm, picked: Sequence[str], together: int
    ) -> tuple[CauseVerdict, ...]:
        """What the checks judged, and what else stands against a VM, each cause once.

        ``picked`` are the causes to look at beside those of the checks; ``together`` is the number
        of VMs for which backup is to be turned on.
        """
        planned = self.prospective(vm)
        judges = (
            (LOCKED, self._of_locks(planned)),
            (REGION, self._of_region(planned)),
            (QUOTA, self._of_quota(together)),
        )
        told = [(cause, list(unread_as_findings(findings))) for cause, findings in judges]
        limits = [stands(cause, findings) for cause, findings in told if findings]
        wanted = {*picked, *(each.cause for each in judged)}
        mine = [*judge_visible(planned, self._documented), *limits]
        return joined([*judged, *(each for each in mine if each.cause in wanted)])

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
        return re.compile(rf"azurebackuprg_{re.escape(place(vm.location) or '')}\w*_\d+")

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

    def _of_quota(self, together: int) -> Iterator[Finding]:
        if self._vault is None:
            return
        vault, items = self._vault.vault, self._vault.items
        if items.rest:
            yield unread(items.rest)
        else:
            at = Source(vault.id, items.seen_at)
            shown = at.evidence("backupProtectedItems.length", len(items.records))
            most = self._documented.number("vms-per-vault")
            says = f"The vault {vault.id.name} protects"
            yield _quota(says, len(items.records), together, most, shown)
        if self._policy is not None:
            yield self._of_policy(see(self._policy), self._vault, together)
        daily = self._documented.number("vm-registrations-per-day")
        if together > daily:
            shown = Source(vault.id, items.seen_at).evidence("vms to be registered", together)
            yield possible(f"{together} VMs are to be registered, of at most {daily} a day.", shown)

    def _of_policy(self, policy: Policy, vault: VaultReadings, together: int) -> Finding:
        if policy.items is None or policy.items < 0:
            return untold(policy.id, "protection", "properties.protectedItemsCount")
        # The service's count may lag behind its items.
        named = [each.properties.policy_id for each in vault.items.records if each.properties]
        items = max(policy.items, sum(is_called(policy.id, each) for each in named if each))
        shown = policy.source.evidence("properties.protectedItemsCount", policy.items)
        most = self._documented.number("vms-per-policy")
        return _quota(f"The policy {policy.id.name} protects", items, together, most, shown)


def _of_other_subscription(vm: Vm, shown: Evidence) -> Iterator[Finding]:
    """Possible since 2026, and not for confidential and encrypted VMs (support matrix)."""
    hardware = vm.hardware
    # One whose type was not read hides none that was.
    extensions = sorted(vm.extensions, key=lambda each: not each.is_typed)
    encrypting = next((e for e in extensions if e.type.startswith(_DISK_ENCRYPTION)), None)
    if hardware.security_type == "ConfidentialVM":
        says = "The vault lies in another subscription, which confidential VMs may not use."
        yield possible(says, shown, hardware.security_evidence)
    elif encrypting:
        says = "The vault lies in another subscription, which encrypted VMs may not use."
        yield possible(says, shown, encrypting.type_evidence)
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


def _policy(vault: VaultReadings | None, name: str) -> Policy | Gap:
    if vault is None:
        raise ScopeError(f"the policy {name!r} needs its vault", "Give --vault too")
    for each, entry in vault.policies.index().items():
        if is_called(each, name):
            at = Source(each, vault.policies.seen_at)
            return entry if isinstance(entry, Gap) else or_gap(policy_fact, entry, at)
    if vault.policies.rest:
        return vault.policies.rest
    known = [each.id.name for each in vault.policies.records]
    todo = nearest(name, known) if known else "It has none for VMs"
    raise ScopeError(f"the vault {vault.vault.id.name} has no policy {name!r}", todo)
