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
    other_vaults: tuple[str, ...] = ()
    """Further vaults by name or ARM id: a VM is judged with the vault of its region."""

    def __str__(self) -> str:
        """The vault and policy for a report. If one is missing, what is not judged without it."""
        if self.vault is None:
            return "no vault named: region, quotas, policy judged on protected VMs only"
        names = ", ".join(vault.rstrip("/").rpartition("/")[2] for vault in self.vaults)
        # What is the longest comes last, where a line may be cut.
        vault = (
            f"the vault of the VM's region: {names}" if self.other_vaults else f"the vault {names}"
        )
        if self.policy is None:
            return f"no policy named, so its limits are not judged; {vault}"
        policy = self.policy.rstrip("/").rpartition("/")[2]
        return f"the policy {policy}, {vault}"

    @property
    def vaults(self) -> tuple[str, ...]:
        """All vaults to be used, by name or ARM id."""
        return (*((self.vault,) if self.vault is not None else ()), *self.other_vaults)

    def names(self, vault: ArmId) -> bool:
        """True if it is a vault to be used."""
        return any(is_called(vault, name) for name in self.vaults)


def is_called(resource: ArmId, name: str) -> bool:
    """True if the resource has this name or ARM id. Casing does not matter."""
    return parse_id(name) == resource if "/" in name else resource.name.lower() == name.lower()
