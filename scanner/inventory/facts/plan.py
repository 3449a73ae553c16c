"""Facts about the vault and policy of a VM: in force, or named for a precheck."""

from __future__ import annotations

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.facts.backup import Policy
from scanner.inventory.gap import Gap, require


class Vault(Struct, frozen=True, gc=False):
    """A Recovery Services vault."""

    id: ArmId
    known_location: str | Gap
    source: Source

    @property
    def region(self) -> str:
        """The location as ARM ids write it, such as ``westeurope``. Raises ``Unseen``."""
        return require(self.known_location).replace(" ", "").lower()

    @property
    def evidence(self) -> Evidence:
        """The location as ARM sent it."""
        return self.source.evidence("location", require(self.known_location))


class Plan(Struct, frozen=True, gc=False, kw_only=True):
    """The vault and policy of a VM: in force, or named for a precheck.

    The vault and policy that a precheck names outrank the ones in force.
    """

    known_vault: Vault | Gap | None = None
    """None if no vault protects the VM and none is named."""
    known_policy: Policy | Gap | None = None
    """None if no policy is in force and none is named."""
    known_vault_items: int | Gap = 0
    known_policy_items: int | Gap = 0
    is_new_to_vault: bool = False
    """True if a precheck would add the VM to the vault."""
    is_new_to_policy: bool = False
    """True if a precheck would add the VM to the policy."""
    in_force: Plan | None = None
    """The plan in force, if a precheck names a vault. It made the last backup."""

    @property
    def vault(self) -> Vault | None:
        """The vault. Raises ``Unseen`` if it was not read."""
        return require(self.known_vault)

    @property
    def policy(self) -> Policy | None:
        """The policy. Raises ``Unseen`` if it was not read."""
        return require(self.known_policy)

    @property
    def vault_items(self) -> int:
        """Number of items in the vault, without this VM. Raises ``Unseen``."""
        return require(self.known_vault_items)

    @property
    def policy_items(self) -> int:
        """Number of items under the policy, without this VM. Raises ``Unseen``."""
        return require(self.known_policy_items)

    @property
    def is_agentless(self) -> bool:
        """True if the policy was read and is crash-consistent, so no agent is needed."""
        return isinstance(self.known_policy, Policy) and self.known_policy.is_crash_consistent
