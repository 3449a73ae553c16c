"""The fleet of the demo as a backup owner names it to az: options that say where something is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from scanner.sim.machine import Vm
from scanner.sim.vault import Vault
from scanner.sim.world import Subscription, World


@dataclass(frozen=True)
class Places:
    """The fleet of the demo, and the options of az that name its parts."""

    world: World

    def sub(self, name: str) -> Subscription:
        """The subscription of that name."""
        return next(sub for sub in self.world.subscriptions if sub.name == name)

    @cached_property
    def in_prod(self) -> Subscription:
        return self.sub("contoso-prod")

    @cached_property
    def in_shared(self) -> Subscription:
        return self.sub("contoso-shared")

    @cached_property
    def in_korea(self) -> Subscription:
        return self.sub("contoso-korea")

    @cached_property
    def vm(self) -> Vm:
        """A Windows VM whose agent is silent and whose backup failed."""
        return next(vm for vm in self.world.vms if vm.name == "sql-001")

    @cached_property
    def extended(self) -> Vm:
        """A VM that runs and has extensions."""
        return next(vm for vm in self.in_prod.vms if vm.extensions and vm.power == "running")

    @cached_property
    def vault(self) -> Vault:
        return next(vault for vault in self.world.vaults if vault.name == "vault-fleet")

    def jobs(self, status: str) -> int:
        """How many jobs of the vault have the status."""
        return sum(job["properties"]["status"] == status for job in self.vault.jobs)

    def items_of(self, policy: str) -> int:
        """How many items of the vault have the policy."""
        return sum(item["properties"].get("policyName") == policy for item in self.vault.items)

    def in_group(self, type_: str, group: str) -> int:
        """How many resources of a type a group of contoso-prod has."""
        below = f"/resourceGroups/{group}/".lower()
        return sum(below in item.id.lower() for item in self.in_prod.of_type(type_))

    @property
    def texts(self) -> Mapping[str, str]:
        """The words that the commands have in braces."""
        prod, shared, korea, test = (
            f"--subscription {self.sub(f'contoso-{name}').subscription_id}"
            for name in ("prod", "shared", "korea", "test")
        )
        now, day = self.world.now, timedelta(days=1)
        vault = f"{shared} -g {self.vault.group.name}"
        return {
            "prod": prod,
            "shared": shared,
            "korea": korea,
            "test": test,
            "sql": f"{prod} -g rg-sql",
            "vm": f"{prod} -g rg-sql -n {self.vm.name}",
            "vm_id": self.vm.id,
            "nic": self.vm.nics[0].name,
            "disk": self.vm.disks[0].name,
            "extended": f"{prod} -g {self.extended.group.name} --vm-name {self.extended.name}",
            "extension": self.extended.extensions[0].name,
            "shop": f"{korea} -g rg-shop",
            "build": f"{shared} -g rg-build",
            "lb": f"{shared} -g MC_rg-kubernetes_aks-prod_westeurope --lb-name kubernetes",
            "vault": f"{vault} -v {self.vault.name}",
            "vault_itself": f"{vault} -n {self.vault.name}",
            "item": f"{vault} -v {self.vault.name} -c {self.vm.name} "
            "--backup-management-type AzureIaasVM --workload-type VM",
            "week": f"--start-time {now - 7 * day:%Y-%m-%dT%H:%M:%SZ} "
            f"--end-time {now:%Y-%m-%dT%H:%M:%SZ}",
            "hour": f"--start-time {now - day / 24:%Y-%m-%dT%H:%M:%SZ} "
            f"--end-time {now:%Y-%m-%dT%H:%M:%SZ}",
            "count": "--query length(@)",
            "names": "--query [].name",
        }
