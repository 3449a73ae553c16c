"""The vault and the policy that a precheck names."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.inventory.armid import ArmId, parse_id


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
    return parse_id(name) == resource if "/" in name else resource.name.lower() == name.lower()
