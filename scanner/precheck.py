"""Before backup is turned on: what is to be used, and whether a VM is ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from scanner.check import Verdict
from scanner.engine import CauseVerdict
from scanner.errors import UsageError
from scanner.inventory.armid import ArmId
from scanner.inventory.backup_facts import AzureAnswer, Protection
from scanner.inventory.gap import Gap
from scanner.inventory.join.items import as_id

LOCKED = "restore-point-cleanup-blocked-by-lock"
REGION = "vault-region-or-subscription"
QUOTA = "vault-quota"
OF_A_POLICY = (
    "too-many-backups-per-day",
    "trusted-launch-policy-client",
    "agentless-crash-consistent-ineligible",
)
"""The causes that are judged where a policy is named."""
OF_A_VAULT = (REGION, QUOTA)
"""The causes that are judged where a vault is named."""
COVERED = (REGION, QUOTA)
"""The causes that the service's own answers cover, beside whether the VM is protected already.

Vault capacity, existing protection, and what is passed along (REST API reference, Protection
Intent - Validate).
"""


class Readiness(StrEnum):
    """What turning backup on would meet."""

    NOT_READY = "not ready"
    CANNOT_TELL = "cannot tell"
    WARNINGS = "ready with warnings"
    READY = "ready"


def readiness(
    causes: Sequence[CauseVerdict],
    protection: Protection | Gap | None = None,
    azure: AzureAnswer | None = None,
) -> Readiness:
    """Of a VM by its causes, by what already protects it, or once did, and by the service's word.

    A stopped VM can still be assessed. A VM for which no check ran, or for which none of them is
    meant, cannot. What the service refuses is not ready, whatever we find.
    """
    if all(each.verdict is Verdict.NOT_APPLICABLE for each in causes):
        return Readiness.CANNOT_TELL
    if any(each.verdict is Verdict.APPLIES for each in causes) or (azure and azure.is_refused):
        return Readiness.NOT_READY
    if isinstance(protection, Gap) or any(map(has_missing, causes)) or (azure and azure.gaps):
        return Readiness.CANNOT_TELL
    has_item = protection is not None and protection.item is not None
    has_signs = any(each.verdict in (Verdict.UNKNOWN, Verdict.POSSIBLE) for each in causes)
    if has_item or has_signs or (azure and azure.objection):
        return Readiness.WARNINGS
    return Readiness.READY


def has_missing(stands: CauseVerdict) -> bool:
    """Whether something was not read that could make it worse than it is told to be."""
    gaps = (each.finding.gap for each in stands.findings)
    return any(each is not None and each.reason.is_missing for each in gaps)


@dataclass(frozen=True)
class Target:
    """The vault and the policy that are to be used, by name or id; None where that is open."""

    vault: str | None = None
    policy: str | None = None
    ask_azure: bool = False
    """Whether the service itself is asked, too."""

    def __str__(self) -> str:
        """What is to be used, or that it is open and what is not judged then."""
        if self.vault is None:
            return "no vault named: region, quotas and policy are judged of VMs in backup alone"
        vault = self.vault.rstrip("/").rpartition("/")[2]
        if self.policy is None:
            return f"the vault {vault}, no policy named: what it takes is not judged"
        policy = self.policy.rstrip("/").rpartition("/")[2]
        return f"the vault {vault}, the policy {policy}"

    def names(self, vault: ArmId) -> bool:
        """Whether it is the vault that is to be used."""
        return self.vault is not None and is_called(vault, self.vault)


def is_called(resource: ArmId, name: str) -> bool:
    """Whether a resource has this name or id, in whatever casing."""
    return as_id(name) == resource if "/" in name else resource.name.lower() == name.lower()


def parse_target(
    vault: str | None, policy: str | None, *, ask_azure: bool, checks: Sequence[str] = ()
) -> Target:
    """What was typed; raises ``UsageError`` for names that are empty and for what needs a vault."""
    vault, policy = (None if each is None else each.strip() for each in (vault, policy))
    for option, given in (("--vault", vault), ("--policy", policy)):
        if given == "":
            # An unset variable in a script must not leave every limit out.
            raise UsageError(f"{option} has an empty name", "Name it, or leave the option out")
    if policy is not None and vault is None:
        raise UsageError("--policy needs the vault that it lies in", "Give --vault too")
    for option, given, causes in (
        ("--vault", vault, OF_A_VAULT),
        ("--policy", policy, OF_A_POLICY),
    ):
        for name in causes if given is None else ():
            if name in checks:
                raise UsageError(f"--check {name} says nothing without {option}", "Give it too")
    return Target(vault, policy, ask_azure)
