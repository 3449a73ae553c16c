"""Before backup is turned on: the limits of a vault and a policy, and whether a VM is ready."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from scanner.catalogue import nearest
from scanner.catalogue.documents import Documented
from scanner.check import Finding, Verdict, clear
from scanner.engine import CauseVerdict, Judged
from scanner.errors import ScopeError
from scanner.inventory.armid import ArmId
from scanner.inventory.backup_facts import Policy, Protection
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.join.protection import policy_fact
from scanner.inventory.seeing import or_gap
from scanner.inventory.snapshot import BackupReadings, VaultReadings
from scanner.inventory.vm import Vm

_NEARLY = 0.95
"""The share of a limit from which it is told as nearly reached."""


class Readiness(StrEnum):
    """What turning backup on would meet."""

    NOT_READY = "not ready"
    CANNOT_TELL = "cannot tell"
    WARNINGS = "ready with warnings"
    READY = "ready"


def readiness(
    causes: Sequence[CauseVerdict], protection: Protection | Gap | None = None
) -> Readiness:
    """Of a VM by its causes and by what already protects it, or once did.

    A VM that only is off is not one of which nothing can be told.
    """
    if any(each.verdict is Verdict.APPLIES for each in causes):
        return Readiness.NOT_READY
    unknown = [each for each in causes if each.verdict is Verdict.UNKNOWN and each.reason]
    if isinstance(protection, Gap) or any(e.reason and e.reason.is_missing for e in unknown):
        return Readiness.CANNOT_TELL
    has_item = protection is not None and protection.item is not None
    if has_item or unknown or any(each.verdict is Verdict.POSSIBLE for each in causes):
        return Readiness.WARNINGS
    return Readiness.READY


@dataclass(frozen=True)
class Target:
    """The vault and the policy that are to be used, by name or id; None where that is open."""

    vault: str | None = None
    policy: str | None = None
    ask_azure: bool = False
    """Whether the service itself is asked, too."""


class Limits:
    """What the documents say of the vault and the policy that were named."""

    def __init__(
        self, backup: BackupReadings, target: Target, documented: Documented, now: datetime
    ) -> None:
        """Raises ``ScopeError`` for a vault or a policy that is not there."""
        self._now = now
        self._numbers = {
            name: value for name, value in documented.thresholds.items() if isinstance(value, int)
        }
        self._named = documented.causes
        self._vault = _vault(backup, target.vault) if target.vault else None
        self._policy: Policy | Gap | None = None
        if target.policy:
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

    def of(self, vm: Vm) -> tuple[CauseVerdict, ...]:
        """The limits that the catalogue knows of what was named, judged on one VM."""
        told = [*self._of_vm(vm), *self._of_vault(vm), *self._of_policy()]
        by_cause: dict[str, list[Finding]] = {}
        for cause, finding in told:
            if cause in self._named:
                by_cause.setdefault(cause, []).append(finding)
        return tuple(_stands(cause, findings) for cause, findings in by_cause.items())

    def _of_vm(self, vm: Vm) -> Iterator[tuple[str, Finding]]:
        at = Source(vm.id, self._now)
        if vm.deployment == "classic":
            says = "Azure Backup no longer takes classic VMs."
            yield "classic-vm", _found(Verdict.APPLIES, says, at.evidence("type", vm.id.type))
        disks = vm.if_seen("disks")
        most = self._numbers.get("disks-max")
        if disks is not None and most is not None:
            data = sum(disk.lun is not None for disk in disks)
            shown = at.evidence("properties.storageProfile.dataDisks.length", data)
            verdict = Verdict.APPLIES if data > most else Verdict.CLEAR
            says = f"The VM has {data} data disks, of at most {most}."
            yield "disk-count-over-limit", _found(verdict, says, shown)

    def _of_vault(self, vm: Vm) -> Iterator[tuple[str, Finding]]:
        if self._vault is None:
            return
        vault, items = self._vault.vault, self._vault.items
        at = Source(vault.id, items.seen_at)
        here, there = _place(vm.location), _place(vault.location)
        if here is None or there is None:
            yield "vault-region-or-subscription", _unknown(vault.id, "location")
        else:
            same = here == there
            says = f"The vault {vault.id.name} is in {there}, the VM in {here}."
            shown = at.evidence("location", vault.location)
            verdict = Verdict.CLEAR if same else Verdict.APPLIES
            yield "vault-region-or-subscription", _found(verdict, says, shown)
        if vault.id.subscription != vm.id.subscription:
            says = "The vault lies in another subscription, which not every VM may use."
            shown = at.evidence("id", vault.id.text)
            yield "vault-region-or-subscription", _found(Verdict.POSSIBLE, says, shown)
        if items.rest:
            yield "vault-quota", Finding(Verdict.UNKNOWN, items.rest.remedy, gap=items.rest)
        elif "vms-per-vault" in self._numbers:
            shown = at.evidence("backupProtectedItems.length", len(items.records))
            says = f"The vault {vault.id.name} protects"
            yield "vault-quota", _quota(says, shown, self._numbers["vms-per-vault"])

    def _of_policy(self) -> Iterator[tuple[str, Finding]]:
        if isinstance(self._policy, Gap):
            yield "vault-quota", Finding(Verdict.UNKNOWN, self._policy.remedy, gap=self._policy)
        elif self._policy and "vms-per-policy" in self._numbers:
            items = self._policy.items
            if items is None:
                yield "vault-quota", _unknown(self._policy.id, "properties.protectedItemsCount")
                return
            shown = self._policy.source.evidence("properties.protectedItemsCount", items)
            says = f"The policy {self._policy.id.name} protects"
            yield "vault-quota", _quota(says, shown, self._numbers["vms-per-policy"])


def _quota(says: str, shown: Evidence, most: int) -> Finding:
    count = int(shown.value or 0)
    verdict = Verdict.CLEAR
    if count >= most * _NEARLY:
        verdict = Verdict.APPLIES if count >= most else Verdict.POSSIBLE
    return _found(verdict, f"{says} {count:,} VMs, of at most {most:,}.", shown)


def _found(verdict: Verdict, says: str, shown: Evidence) -> Finding:
    return clear(says, shown) if verdict is Verdict.CLEAR else Finding(verdict, says, (shown,))


def _unknown(of: ArmId, what: str) -> Finding:
    remedy = f"ARM's answer holds no {what}. Look at the resource in Azure, then check again."
    gap = Gap(of.text, "protection", Reason.NOT_RECORDED, None, remedy)
    return Finding(Verdict.UNKNOWN, remedy, gap=gap)


def _stands(cause: str, findings: list[Finding]) -> CauseVerdict:
    findings.sort(key=lambda each: each.verdict, reverse=True)
    worst = findings[0]
    judged = tuple(Judged(cause, each) for each in findings)
    return CauseVerdict(cause, worst.verdict, worst.reason, judged)


def _place(location: str | None) -> str | None:
    """A region as ids have it: ARM writes West Europe, too."""
    return location.replace(" ", "").lower() if location else None


def _vault(backup: BackupReadings, name: str) -> VaultReadings:
    wanted = name.lower().rstrip("/")
    by_id = [each for each in backup.vaults if each.vault.id.text.lower() == wanted]
    found = by_id or [each for each in backup.vaults if each.vault.id.name.lower() == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(each.vault.id.text for each in found)
        raise ScopeError(f"{len(found)} vaults are called {name!r}", f"Give one of {ids}")
    unread = next(iter(backup.unread), None)
    known = [each.vault.id.name for each in backup.vaults]
    todo = unread.remedy if unread else nearest(name, known) if known else "None is visible"
    raise ScopeError(f"there is no vault {name!r}", todo)


def _policy(vault: VaultReadings | None, name: str) -> Policy | Gap:
    if vault is None:
        raise ScopeError(f"the policy {name!r} needs its vault", "Give --vault too")
    policies = {each.id.name.lower(): each for each in vault.policies.records}
    found = policies.get(name.lower())
    if "/" in name:
        by_id = {each.id.text.lower(): each for each in policies.values()}
        found = by_id.get(name.lower().rstrip("/"))
    if found is not None:
        return or_gap(policy_fact, found, Source(found.id, vault.policies.seen_at))
    if vault.policies.rest:
        return vault.policies.rest
    known = [each.id.name for each in vault.policies.records]
    todo = nearest(name, known) if known else "It has none for VMs"
    raise ScopeError(f"the vault {vault.vault.id.name} has no policy {name!r}", todo)
