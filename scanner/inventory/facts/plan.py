"""The vault and policy by which a VM is backed up, or by which it is to be."""

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
        """The location as ids have it, such as ``westeurope``; raises ``Unseen``."""
        return require(self.known_location).replace(" ", "").lower()

    @property
    def evidence(self) -> Evidence:
        """The location as seen."""
        return self.source.evidence("location", require(self.known_location))


class Plan(Struct, frozen=True, gc=False, kw_only=True):
    """By what a VM is backed up; in a precheck, by what it is to be."""

    known_vault: Vault | Gap | None = None
    """None where no vault protects the VM and none is named."""
    known_policy: Policy | Gap | None = None
    """None where no policy is in force and none is named."""
    known_vault_items: int | Gap = 0
    """How many items the vault protects beside this VM."""
    known_policy_items: int | Gap = 0
    """How many items the policy protects beside this VM."""
    is_new_to_vault: bool = False
    """Whether the VM takes a new place in the vault, which is named for it."""
    is_new_to_policy: bool = False
    """Whether it takes a new place under the policy, which is named for it."""

    @property
    def vault(self) -> Vault | None:
        """The vault; raises ``Unseen`` where it was not read."""
        return require(self.known_vault)

    @property
    def policy(self) -> Policy | None:
        """The policy; raises ``Unseen`` where it was not read."""
        return require(self.known_policy)

    @property
    def vault_items(self) -> int:
        """How many items the vault protects beside this VM; raises ``Unseen``."""
        return require(self.known_vault_items)

    @property
    def policy_items(self) -> int:
        """How many items the policy protects beside this VM; raises ``Unseen``."""
        return require(self.known_policy_items)

    @property
    def is_agentless(self) -> bool:
        """Whether a policy that is known takes crash-consistent snapshots, without an agent."""
        return isinstance(self.known_policy, Policy) and self.known_policy.is_crash_consistent
