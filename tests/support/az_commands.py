"""Reading commands of a backup owner's day, and what az prints of the simulated fleet."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from scanner.sim.world import World

Row = tuple[list[str], object]
"""The words of a command, and the value that it prints."""
_TYPES = {
    "vm list": "Microsoft.Compute/virtualMachines",
    "snapshot list": "Microsoft.Compute/snapshots",
    "vmss list": "Microsoft.Compute/virtualMachineScaleSets",
    "restore-point collection list-all": "Microsoft.Compute/restorePointCollections",
    "network nic list": "Microsoft.Network/networkInterfaces",
    "network nsg list": "Microsoft.Network/networkSecurityGroups",
    "network vnet list": "Microsoft.Network/virtualNetworks",
    "network lb list": "Microsoft.Network/loadBalancers",
    "network public-ip list": "Microsoft.Network/publicIPAddresses",
    "network nat gateway list": "Microsoft.Network/natGateways",
    "network asg list": "Microsoft.Network/applicationSecurityGroups",
    "backup vault list": "Microsoft.RecoveryServices/vaults",
}


def rows(world: World) -> Iterator[Row]:
    """Every command with its answer."""
    for sub in world.subscriptions:
        if sub.state != "Enabled":
            continue
        at = f"--subscription {sub.subscription_id} --query length(@)"
        for command, type_ in _TYPES.items():
            yield _row(f"{command} {at}", len(sub.of_type(type_)))
        yield _row(f"group list {at}", len(sub.groups))
        yield _row(f"resource list {at}", len(sub.all_items))
        if sub.name != "contoso-test":
            # The identity may not read the locks of that one.
            yield _row(f"lock list {at}", len(sub.locks))
    for vault in world.vaults:
        at = f"-g {vault.group.name} -v {vault.name} --subscription {_of(vault.id)}"
        count = "--query length(@)"
        failed = [job for job in vault.jobs if job["properties"]["status"] == "Failed"]
        yield _row(f"backup item list {at} {count}", len(vault.items))
        yield _row(f"backup policy list {at} {count}", len(vault.policies))
        yield _row(f"backup job list {at} {count}", len(vault.jobs))
        yield _row(f"backup job list {at} --status Failed {count}", len(failed))
    prod = world.subscriptions[0]
    vm = next(vm for vm in prod.vms if vm.extensions)
    at = f"-g {vm.group.name} --subscription {prod.subscription_id}"
    yield _row(f"vm show {at} -n {vm.name} --query name", vm.name)
    yield _row(f"vm show -d {at} -n {vm.name} --query powerState", f"VM {vm.power}")
    extension = vm.extensions[0].name
    yield _row(f"vm extension show {at} --vm-name {vm.name} -n {extension} --query name", extension)
    yield _row(f"group exists -n {vm.group.name} --subscription {prod.subscription_id}", True)
    yield _row(f"group exists -n rg-none --subscription {prod.subscription_id}", False)


def _of(id_: str) -> str:
    return id_.split("/")[2]


def _row(command: str, expected: object) -> Row:
    return shlex.split(command), expected
