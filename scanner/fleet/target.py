"""The vault and the policy that a precheck names, found among those that were read."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.catalogue.text import nearest
from scanner.errors import ScopeError, UsageError
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.facts.backup import Policy
from scanner.inventory.gap import Gap, catch_gap
from scanner.inventory.join.plans import Named
from scanner.inventory.join.policies import policy_fact
from scanner.inventory.snapshot import BackupReadings, VaultReadings
from scanner.inventory.target import Target, is_called

_OF_A_POLICY = (
    "too-many-backups-per-day",
    "trusted-launch-policy-client",
    "agentless-crash-consistent-ineligible",
)
"""The causes that are judged where a policy is named."""
_OF_A_VAULT = ("vault-region-or-subscription", "vault-quota")
"""The causes that are judged where a vault is named."""


def find_target(backup: BackupReadings, target: Target) -> Named:
    """What the names mean; raises ``ScopeError`` for a vault or a policy that is not there."""
    if target.vault is None:
        return Named()
    vault = _vault(backup, target.vault)
    policy = _policy(vault, target.policy) if target.policy is not None else None
    return Named(vault.vault.id, policy)


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
            return entry if isinstance(entry, Gap) else catch_gap(policy_fact, entry, at)
    if vault.policies.rest:
        return vault.policies.rest
    known: list[str] = [ArmId(each.id.text).name for each in vault.policies.records]
    todo = nearest(name, known) if known else "It has none for VMs"
    raise ScopeError(f"the vault {vault.vault.id.name} has no policy {name!r}", todo)


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
        ("--vault", vault, _OF_A_VAULT),
        ("--policy", policy, _OF_A_POLICY),
    ):
        for name in causes if given is None else ():
            if name in checks:
                raise UsageError(f"--check {name} says nothing without {option}", "Give it too")
    return Target(vault, policy, ask_azure)
