"""The vault and the policy that a precheck names, found among those that were read."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.catalogue.text import nearest
from scanner.errors import ScopeError, UsageError
from scanner.inventory.evidence import Source
from scanner.inventory.facts.backup import Policy
from scanner.inventory.gap import Gap, catch_gap
from scanner.inventory.join.plans import Named
from scanner.inventory.join.policies import policy_fact
from scanner.inventory.snapshot import BackupReadings, VaultReadings
from scanner.inventory.target import Target, is_called
from scanner.inventory.vm import place

_OF_A_POLICY = (
    "too-many-backups-per-day",
    "trusted-launch-policy-client",
    "agentless-crash-consistent-ineligible",
)
"""The causes that need a policy."""
_OF_A_VAULT = ("vault-region-or-subscription", "vault-quota")
"""The causes that need a vault."""


def find_target(backup: BackupReadings, target: Target) -> Named:
    """The vaults and the policy that a target names.

    Raises ``ScopeError`` if one does not exist, or if two vaults are of one region.
    """
    found = [_find_vault(backup, name) for name in target.vaults]
    named = [Named(readings.vault.id, _policy_of(readings, target)) for readings in found]
    if len(named) < 2:
        return next(iter(named), Named())
    by_region: dict[str, Named] = {}
    for readings, one in zip(found, named, strict=True):
        region = place(readings.vault.location)
        if region is None or region in by_region:
            what = f"two vaults are of the region {region}" if region else "a vault has no region"
            raise ScopeError(f"{what}: {readings.vault.id.name}", "Name one vault for each region")
        by_region[region] = one
    return named[0]._replace(by_region=by_region)


def _policy_of(readings: VaultReadings, target: Target) -> Policy | Gap | None:
    return _find_policy(readings, target.policy) if target.policy is not None else None


def _find_vault(backup: BackupReadings, name: str) -> VaultReadings:
    """The readings of the only vault that has this name. Raises ``ScopeError``."""
    found = [readings for readings in backup.vaults if is_called(readings.vault.id, name)]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(readings.vault.id.text for readings in found)
        raise ScopeError(f"{len(found)} vaults are called {name!r}", f"Give one of {ids}")
    if backup.unread:
        what = f"the vault {name!r} is not among those that could be read"
        raise ScopeError(what, backup.unread[0].remedy)
    known = [readings.vault.id.name for readings in backup.vaults]
    remedy = nearest(name, known) if known else "None is visible"
    raise ScopeError(f"there is no vault {name!r}", remedy)


def _find_policy(readings: VaultReadings, name: str) -> Policy | Gap:
    """The policy of a vault by its name, or the gap of it. Raises ``ScopeError``."""
    policies = readings.policies
    for policy_id, entry in policies.index().items():
        if is_called(policy_id, name):
            source = Source(policy_id, policies.seen_at)
            return entry if type(entry) is Gap else catch_gap(policy_fact, entry, source)
    if policies.rest:
        return policies.rest
    known = [policy.id.name for policy in policies.records]
    remedy = nearest(name, known) if known else "It has none for VMs"
    raise ScopeError(f"the vault {readings.vault.id.name} has no policy {name!r}", remedy)


def parse_target(
    vaults: Sequence[str], policy: str | None, *, ask_azure: bool, checks: Sequence[str] = ()
) -> Target:
    """The target of a precheck by its options.

    Raises ``UsageError`` for an empty name, for a policy without a vault, and for a check in
    ``checks`` that needs a vault or policy that is not named.
    """
    names = [part.strip() for vault in vaults for part in vault.split(",")]
    vault = names[0] if names else None
    policy = policy if policy is None else policy.strip()
    for option, name in (*(("--vault", name) for name in names), ("--policy", policy)):
        if name == "":
            # An unset variable in a script must not switch the limits off.
            raise UsageError(f"{option} has an empty name", "Name it, or leave the option out")
    if policy is not None and vault is None:
        raise UsageError("--policy needs the vault of the policy", "Give --vault too")
    for option, name, causes in (
        ("--vault", vault, _OF_A_VAULT),
        ("--policy", policy, _OF_A_POLICY),
    ):
        for cause in causes if name is None else ():
            if cause in checks:
                raise UsageError(f"--check {cause} finds nothing without {option}", "Give it too")
    return Target(vault, policy, ask_azure, tuple(names[1:]))
