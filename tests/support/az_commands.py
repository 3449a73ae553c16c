"""Reading commands of a backup owner's day, and what az prints of the simulated fleet."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from scanner.sim.world import World

Row = tuple[list[str], object]
"""The words of a command, and the value that it prints."""
_TYPES = {
    "snapshot list": "Microsoft.Compute/snapshots",
    "vmss list": "Microsoft.Compute/virtualMachineScaleSets",
    "restore-point collection list-all": "Microsoft.Compute/restorePointCollections",
    "network nic list": "Microsoft.Network/networkInterfaces",
    "network nsg list": "Microsoft.Network/networkSecurityGroups",
    "network vnet list": "Microsoft.Network/virtualNetworks",
    "network lb list": "Microsoft.Network/loadBalancers",
    "network public-ip list": "Microsoft.Network/publicIPAddresses",
    "network nat gateway list": "Microsoft.Network/natGateways",
    "network watcher list": "Microsoft.Network/networkWatchers",
    "network asg list": "Microsoft.Network/applicationSecurityGroups",
    "backup vault list": "Microsoft.RecoveryServices/vaults",
}


def rows(world: World) -> Iterator[Row]:
    """Every command with its answer: where the world has most of what it lists, to be quick."""
    count = "--query length(@)"
    subs = [sub for sub in world.subscriptions if sub.state == "Enabled"]
    for sub in subs:
        yield _row(f"vm list --subscription {sub.subscription_id} {count}", len(sub.vms))
    for command, type_ in _TYPES.items():
        counts = {sub.subscription_id: len(sub.of_type(type_)) for sub in subs}
        where = max(counts, key=lambda id_: counts[id_])
        yield _row(f"{command} --subscription {where} {count}", counts[where])
    prod = subs[0]
    at = f"--subscription {prod.subscription_id} {count}"
    yield _row(f"group list {at}", len(prod.groups))
    yield _row(f"resource list {at}", len(prod.all_items))
    yield _row(f"lock list {at}", len(prod.locks))
    vault = max(world.vaults, key=lambda vault: len(vault.jobs))
    at = f"-g {vault.group.name} -v {vault.name} --subscription {_of(vault.id)}"
    failed = [job for job in vault.jobs if job["properties"]["status"] == "Failed"]
    yield _row(f"backup item list {at} {count}", len(vault.items))
    yield _row(f"backup policy list {at} {count}", len(vault.policies))
    yield _row(f"backup job list {at} {count}", len(vault.jobs))
    yield _row(f"backup job list {at} --status Failed {count}", len(failed))
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
