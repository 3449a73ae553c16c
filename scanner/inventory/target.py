"""The vault and policy that a precheck names."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.inventory.armid import ArmId, parse_id


@dataclass(frozen=True)
class Target:
    """The vault and policy to be used, each by name or ARM id. None if not named."""

    vault: str | None = None
    policy: str | None = None
    ask_azure: bool = False
    """True to ask Azure Backup itself too (``--ask-azure``)."""

    def __str__(self) -> str:
        """The vault and policy for a report. If one is missing, what is not judged without it."""
        if self.vault is None:
            return "no vault named: region, quotas and policy are judged for protected VMs only"
        vault = self.vault.rstrip("/").rpartition("/")[2]
        if self.policy is None:
            return f"the vault {vault}, no policy named: the policy's limits are not judged"
        policy = self.policy.rstrip("/").rpartition("/")[2]
        return f"the vault {vault}, the policy {policy}"

    def names(self, vault: ArmId) -> bool:
        """True if it is the vault to be used."""
        return self.vault is not None and is_called(vault, self.vault)


def is_called(resource: ArmId, name: str) -> bool:
    """True if the resource has this name or ARM id. Casing does not matter."""
    return parse_id(name) == resource if "/" in name else resource.name.lower() == name.lower()
