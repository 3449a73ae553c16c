"""The limits of a vault and a policy that the documents name, judged before they are used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from scanner.catalogue import nearest
from scanner.catalogue.documents import Documented
from scanner.check import Finding, Verdict, clear
from scanner.engine import CauseVerdict, Judged
from scanner.errors import ScopeError
from scanner.inventory.armid import ArmId
from scanner.inventory.backup_facts import Policy, Protection
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.hardware_facts import DiskKind, Hardware
from scanner.inventory.join.policies import policy_fact
from scanner.inventory.seeing import or_gap, see, unrecorded
from scanner.inventory.snapshot import BackupReadings, VaultReadings
from scanner.inventory.vm import Vm
from scanner.precheck import Target

_NEARLY = 0.95
"""The share of a limit from which it is told as nearly reached."""


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
        regions = documented.thresholds.get("confidential-vm-regions")
        self._regions = tuple(map(str, regions)) if isinstance(regions, list | tuple) else ()
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
        told = [*self._of_vm(vm), *self._of_vault(vm), *self._of_quota(), *self._of_policy(vm)]
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
            return
        most = self._numbers.get("disks-max")
        disks = or_gap(lambda: vm.hardware.disks)
        if isinstance(disks, Gap):
            yield "disk-count-over-limit", _unread(disks)
        elif most is not None:
            data = len(disks) - 1
            shown = at.evidence("properties.storageProfile.dataDisks.length", data)
            verdict = Verdict.APPLIES if data > most else Verdict.CLEAR
            says = f"The VM has {data} data disks, of at most {most}."
            yield "disk-count-over-limit", _found(verdict, says, shown)
        yield from self._of_confidential(vm)

    def _of_confidential(self, vm: Vm) -> Iterator[tuple[str, Finding]]:
        hardware = or_gap(lambda: vm.hardware)
        if isinstance(hardware, Gap):
            yield "confidential-vm-limits", _unread(hardware)
        elif not _is(hardware.security_type, "confidentialvm"):
            says = "It is no confidential VM."
            yield "confidential-vm-limits", clear(says, hardware.security_evidence)
        else:
            here = _place(vm.location) or "an unknown region"
            named = ", ".join(self._regions)
            verdict = Verdict.POSSIBLE if here in self._regions else Verdict.APPLIES
            says = f"It is a confidential VM in {here}; they are backed up in preview, in {named}."
            yield "confidential-vm-limits", _found(verdict, says, hardware.security_evidence)

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
        if vault.id.subscription_id != vm.id.subscription_id:
            says = "The vault lies in another subscription, which not every VM may use."
            shown, verdict = at.evidence("id", vault.id.text), Verdict.POSSIBLE
            hardware = vm.if_seen("hardware")
            if hardware and _is(hardware.security_type, "confidentialvm"):
                says = "The vault lies in another subscription, which no confidential VM may use."
                verdict = Verdict.APPLIES
            yield "vault-region-or-subscription", _found(verdict, says, shown)
        if items.rest:
            yield "vault-quota", _unread(items.rest)
        elif "vms-per-vault" in self._numbers:
            shown = at.evidence("backupProtectedItems.length", len(items.records))
            says = f"The vault {vault.id.name} protects"
            yield "vault-quota", _quota(says, shown, self._numbers["vms-per-vault"])

    def _of_quota(self) -> Iterator[tuple[str, Finding]]:
        if isinstance(self._policy, Gap):
            yield "vault-quota", _unread(self._policy)
        elif self._policy and "vms-per-policy" in self._numbers:
            items = self._policy.items
            if items is None:
                yield "vault-quota", _unknown(self._policy.id, "properties.protectedItemsCount")
                return
            shown = self._policy.source.evidence("properties.protectedItemsCount", items)
            says = f"The policy {self._policy.id.name} protects"
            yield "vault-quota", _quota(says, shown, self._numbers["vms-per-policy"])

    def _of_policy(self, vm: Vm) -> Iterator[tuple[str, Finding]]:
        """What only some policies can do; what a policy that was not read can do is not known."""
        policy = self._policy
        if policy is None or vm.deployment == "classic":
            return
        found = or_gap(lambda: list(_by_policy(see(policy), vm.hardware)))
        if isinstance(found, Gap):
            found = [(cause, _unread(found)) for cause in _BY_POLICY]
        yield from found


_BY_POLICY = (
    "ultra-or-premiumv2-needs-enhanced",
    "trusted-launch-policy-client",
    "agentless-crash-consistent-ineligible",
)
_NEWER = ("ultrassd_lrs", "premiumv2_lrs")
_SIZE = re.compile(
    r"(?:standard|basic)_([a-z]+)\d+(?:-\d+)?([a-z]*)(?:_(?!v\d)[a-z]+\d+\w*?)?(?:_v(\d+))?"
)
"""The family, the letters after the count of cores, and the generation."""


def _by_policy(policy: Policy, hardware: Hardware) -> Iterator[tuple[str, Finding]]:
    newer, trusted, agentless = _BY_POLICY
    yield newer, _newer_disks(policy, hardware)
    yield trusted, _trusted_launch(policy, hardware)
    if policy.is_crash_consistent:
        yield agentless, _agentless(policy, hardware)


def _newer_disks(policy: Policy, hardware: Hardware) -> Finding:
    """Ultra disks and Premium SSD v2 need an Enhanced policy."""
    if policy.is_enhanced:
        return clear(f"The policy {policy.id.name} is Enhanced.", policy.type_evidence)
    disks = or_gap(lambda: [each for each in hardware.disks if each.type.lower() in _NEWER])
    if isinstance(disks, Gap):
        return _unread(disks)
    if not disks:
        return clear("No disk is Ultra or Premium SSD v2.", policy.type_evidence)
    says = f"The disk {disks[0].name} is {disks[0].type}: it needs an Enhanced policy."
    shown = (policy.type_evidence, *(each.evidence(each.type) for each in disks))
    return Finding(Verdict.APPLIES, says, shown)


def _trusted_launch(policy: Policy, hardware: Hardware) -> Finding:
    """By a Standard policy a Trusted Launch VM is protected by newer clients alone."""
    shown = (hardware.security_evidence, policy.type_evidence)
    if policy.is_enhanced or not _is(hardware.security_type, "trustedlaunch"):
        return clear("It is no Trusted Launch VM under a Standard policy.", *shown)
    says = "It is a Trusted Launch VM: with a Standard policy, only newer clients turn backup on."
    return Finding(Verdict.POSSIBLE, says, shown)


def _agentless(policy: Policy, hardware: Hardware) -> Finding:
    """Crash-consistent snapshots without the agent are not taken of every disk and size."""
    traits = or_gap(lambda: [(each, trait) for each in hardware.disks if (trait := _trait(each))])
    if isinstance(traits, Gap):
        return _unread(traits)
    if traits:
        disk, trait = traits[0]
        says = f"The disk {disk.name} is {trait}: no crash-consistent policy takes it."
        shown = (policy.evidence, *(each.evidence(told) for each, told in traits))
        return Finding(Verdict.APPLIES, says, shown)
    match = _SIZE.fullmatch((hardware.size or "").lower())
    if match is None:
        return _unread(unrecorded(hardware.source, "properties.hardwareProfile.vmSize"
                                  " that can be read", "hardware").gap)  # fmt: skip
    family, letters, generation = match.group(1), match.group(2), int(match.group(3) or 1)
    premium = "s" in letters or family in ("ds", "gs")
    # Azure Boost: version 6 of Intel's sizes, 7 of AMD's.
    if premium and generation < (7 if "a" in letters else 6):
        return clear("Disks and size are such as crash-consistent policies take.",
                     policy.evidence, hardware.size_evidence)  # fmt: skip
    says = f"By its name the size {hardware.size} is none that crash-consistent policies take."
    return Finding(Verdict.POSSIBLE, says, (policy.evidence, hardware.size_evidence))


def _trait(disk: DiskKind) -> str | None:
    """Why no crash-consistent policy takes a disk; raises ``Unseen``."""
    if disk.is_ephemeral:
        return "ephemeral"
    if disk.is_accelerated:
        return "write-accelerated"
    if disk.type.lower() in _NEWER:
        return disk.type
    return "shared" if disk.shares > 1 else None


def _is(told: str | None, word: str) -> bool:
    return (told or "").lower() == word


def _quota(says: str, shown: Evidence, most: int) -> Finding:
    count = int(shown.value or 0)
    verdict = Verdict.CLEAR
    if count >= most * _NEARLY:
        verdict = Verdict.APPLIES if count >= most else Verdict.POSSIBLE
    return _found(verdict, f"{says} {count:,} VMs, of at most {most:,}.", shown)


def _found(verdict: Verdict, says: str, shown: Evidence) -> Finding:
    return clear(says, shown) if verdict is Verdict.CLEAR else Finding(verdict, says, (shown,))


def _unread(gap: Gap) -> Finding:
    return Finding(Verdict.UNKNOWN, gap.remedy, gap=gap)


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
    entries = vault.policies.index()
    wanted = name.lower().rstrip("/")
    named = [
        (each, entry)
        for each, entry in entries.items()
        if wanted == (each.text.lower() if "/" in name else each.name.lower())
    ]
    for each, entry in named:
        if isinstance(entry, Gap):
            return entry
        return or_gap(policy_fact, entry, Source(each, vault.policies.seen_at))
    if vault.policies.rest:
        return vault.policies.rest
    known = [each.id.name for each in vault.policies.records]
    todo = nearest(name, known) if known else "It has none for VMs"
    raise ScopeError(f"the vault {vault.vault.id.name} has no policy {name!r}", todo)
