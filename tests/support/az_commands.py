"""Reading commands of a backup owner's day, and what az prints of the simulated fleet.

The words in braces are the texts of `Places`, each the options that say where something is.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from scanner.sim.locations import LOCATIONS
from scanner.sim.machine import Vm
from scanner.sim.shapes import SIZES
from scanner.sim.world import World
from tests.support.az_places import Places

NIC = "Microsoft.Network/networkInterfaces"


class Refused(NamedTuple):
    """The words in the refusal of a command."""

    code: str
    about: str


COMMANDS: Mapping[str, Callable[[Places], object]] = {
    # Who signs in, and where.
    "account show --query [name,state,user.type]": lambda p: [
        "contoso-prod",
        "Enabled",
        "servicePrincipal",
    ],
    "account list {count}": lambda p: len(p.world.subscriptions) - 1,
    "account list --all {count}": lambda p: len(p.world.subscriptions),
    "account list-locations {names}": lambda p: [location.name for location in LOCATIONS],
    "account get-access-token --query tenant": lambda p: p.world.tenant_id,
    "account management-group list --no-register {count}": lambda p: len(
        p.world.all_management_groups
    ),
    "account management-group show --no-register -n contoso --query displayName": lambda p: (
        "contoso"
    ),
    "role assignment list {prod} --query [].roleDefinitionName": lambda p: [
        "Reader",
        "Backup Reader",
    ],
    "role definition list {prod} -n Reader --query [0].permissions[0].actions": lambda p: [
        "*/read"
    ],
    "provider list {prod} --query \"length([?registrationState=='Registered'])\"": lambda p: 9,
    "provider show {prod} -n microsoft.compute --query registrationState": lambda p: "Registered",
    # Groups and all resources.
    "group list {prod} {names}": lambda p: [group.name for group in p.in_prod.groups],
    "group show {prod} -n rg-erp --query location": lambda p: "northeurope",
    "group exists {prod} -n rg-erp": lambda p: True,
    "group exists {prod} -n rg-none": lambda p: False,
    "resource list {prod} {count}": lambda p: len(p.in_prod.all_items),
    "resource list {prod} --resource-type Microsoft.Compute/disks {count}": lambda p: len(
        p.in_prod.of_type("Microsoft.Compute/disks")
    ),
    "resource list {prod} --tag owner=web {count}": lambda p: sum(
        ("owner", "web") in {(name.lower(), value) for name, value in (vm.tags or {}).items()}
        for vm in p.in_prod.vms
    ),
    "resource show --ids {vm_id} --query properties.storageProfile.osDisk.osType": lambda p: (
        "Windows"
    ),
    "tag list {prod} --query [].tagName": lambda p: ["owner"],
    # VMs.
    "vm list {prod} {count}": lambda p: len(p.in_prod.vms),
    "vm list {sql} {count}": lambda p: p.in_group(Vm.type, "rg-sql"),
    "vm show {vm} --query storageProfile.osDisk.diskSizeGB": lambda p: p.vm.disks[0].shape.gib,
    "vm show -d {vm} --query powerState": lambda p: "VM running",
    "vm get-instance-view {vm} --query instanceView.vmAgent.statuses[0].displayStatus": lambda p: (
        "Not Ready"
    ),
    "vm list-ip-addresses {vm} --query [].virtualMachine.name": lambda p: [p.vm.name],
    "vm list-sizes {prod} -l westeurope {names}": lambda p: [size.name for size in SIZES],
    "vm list-skus {prod} -l westeurope --query [].name": lambda p: [size.name for size in SIZES],
    "vm list-usage {prod} -l westeurope --query [0].currentValue": lambda p: str(
        sum(vm.group.location == "westeurope" for vm in p.in_prod.vms)
    ),
    "vm list-vm-resize-options {vm} {count}": lambda p: len(SIZES),
    "vm extension list {extended} {names}": lambda p: [e.name for e in p.extended.extensions],
    "vm extension show {extended} -n {extension} --query publisher": lambda p: (
        p.extended.extensions[0].publisher
    ),
    "vm nic list {sql} --vm-name sql-001 --query [].id": lambda p: [p.vm.nics[0].id],
    "vm nic show {sql} --vm-name sql-001 --nic {nic} "
    "--query \"starts_with(macAddress, '00-0D-3A-')\"": lambda p: True,
    "vm availability-set list {shared} {names}": lambda p: ["avail-rg-identity"],
    "vm monitor metrics list-definitions {vm} --query [].name.value": lambda p: [
        "Percentage CPU",
        "Available Memory Percentage",
    ],
    "vmss list {korea} {names}": lambda p: ["shop-burst"],
    "vmss show {shop} -n shop-burst --query orchestrationMode": lambda p: "Flexible",
    "vmss list-instances {shop} -n shop-burst {count}": lambda p: 4,
    # Disks, snapshots, restore points.
    "disk show {sql} -n {disk} --query diskSizeGB": lambda p: p.vm.disks[0].shape.gib,
    "disk list {sql} {count}": lambda p: p.in_group("Microsoft.Compute/disks", "rg-sql"),
    "snapshot list {prod} {names}": lambda p: [
        item.id.rpartition("/")[2] for item in p.in_prod.of_type("Microsoft.Compute/snapshots")
    ],
    "image list {prod} {names}": lambda p: [],
    "restore-point collection list-all {prod} {names}": lambda p: [
        collection.name for collection in p.in_prod.collections
    ],
    "restore-point collection list {prod} -g AzureBackupRG_westeurope_1 {count}": lambda p: (
        p.in_group("Microsoft.Compute/restorePointCollections", "AzureBackupRG_westeurope_1")
    ),
    # Locks.
    "lock list {prod} {names}": lambda p: [lock.name for lock in p.in_prod.locks],
    "lock list {sql} {names}": lambda p: ["keep-sql"],
    "lock list {sql} --resource-type Microsoft.Compute/virtualMachines --resource-name sql-001 "
    "{names}": lambda p: [lock.name for lock in p.in_prod.locks if lock.on == p.vm.id],
    "lock show {korea} -n subscription-keep --query level": lambda p: "ReadOnly",
    # Networks.
    "network nic list {prod} {count}": lambda p: len(p.in_prod.of_type(NIC)),
    "network nic show {sql} -n {nic} --query ipConfigurations[0].primary": lambda p: True,
    "network nic ip-config list {sql} --nic-name {nic} {names}": lambda p: ["ipconfig1"],
    "network nic ip-config show {sql} --nic-name {nic} -n ipconfig1 --query name": lambda p: (
        "ipconfig1"
    ),
    "network nsg list {korea} {count}": lambda p: len(
        p.in_korea.of_type("Microsoft.Network/networkSecurityGroups")
    ),
    "network nsg show {shop} -n nsg-closed --query length(defaultSecurityRules)": lambda p: 6,
    "network nsg rule list {shop} --nsg-name nsg-closed {names}": lambda p: [
        "allow-vnet",
        "deny-outbound",
    ],
    "network nsg rule show {shop} --nsg-name nsg-closed -n deny-outbound --query priority": (
        lambda p: 4096
    ),
    "network vnet list {prod} {count}": lambda p: len(
        p.in_prod.of_type("Microsoft.Network/virtualNetworks")
    ),
    "network vnet show {sql} -n vnet-westeurope --query addressSpace.addressPrefixes": lambda p: [
        "10.0.0.0/8"
    ],
    "network vnet subnet list {sql} --vnet-name vnet-westeurope {names}": lambda p: ["default"],
    "network vnet subnet show {sql} --vnet-name vnet-westeurope -n default "
    "--query addressPrefix": lambda p: "10.0.0.0/16",
    "network vnet peering list {sql} --vnet-name vnet-westeurope {count}": lambda p: 0,
    "network route-table list {shop} {names}": lambda p: ["rt-firewall"],
    "network route-table route list {shop} --route-table-name rt-firewall {names}": lambda p: [
        "to-firewall"
    ],
    "network route-table route show {shop} --route-table-name rt-firewall -n to-firewall "
    "--query nextHopIpAddress": lambda p: "10.0.9.4",
    "network public-ip list {shared} {names}": lambda p: ["kubernetes-outbound", "pip-nat-agents"],
    "network public-ip show {build} -n pip-nat-agents --query ipAddress": lambda p: "203.0.113.20",
    "network lb list {shared} {names}": lambda p: ["kubernetes"],
    "network lb address-pool list {lb} {names}": lambda p: ["aksOutboundBackendPool"],
    "network lb outbound-rule list {lb} {count}": lambda p: 1,
    "network nat gateway show {build} -n nat-agents --query sku.name": lambda p: "Standard",
    "network asg list {shared} {names}": lambda p: ["asg-agents"],
    "network watcher list {prod} {names}": lambda p: ["NetworkWatcher_westeurope"],
    "network watcher show-next-hop {sql} --vm sql-001 --source-ip 10.0.0.4 --dest-ip 20.0.0.1 "
    "--query nextHopType": lambda p: "Internet",
    "network watcher test-ip-flow {sql} --vm sql-001 --direction Outbound --protocol TCP "
    "--local 10.0.0.4:60000 --remote 20.0.0.1:443 --query access": lambda p: "Allow",
    "network watcher flow-log list {prod} -l westeurope {count}": lambda p: 0,
    "network list-service-tags {prod} -l westeurope "
    "--query \"length(values[?name=='AzureBackup'])\"": lambda p: 1,
    "network list-usages {prod} -l westeurope {count}": lambda p: 3,
    # Vaults, policies, items, points, jobs.
    "backup vault list {shared} {names}": lambda p: [vault.name for vault in p.in_shared.vaults],
    "backup vault show {vault_itself} --query location": lambda p: "westeurope",
    "backup vault backup-properties show {vault_itself} "
    "--query [].properties.softDeleteFeatureState": lambda p: ["Enabled"],
    "backup vault encryption show {vault_itself} "
    "--query properties.encryptionAtRestType": lambda p: "MicrosoftManaged",
    "backup policy list {vault} {names}": lambda p: [policy["name"] for policy in p.vault.policies],
    "backup policy show {vault} -n EveryFourHours "
    "--query properties.schedulePolicy.hourlySchedule.interval": lambda p: 4,
    "backup policy list-associated-items {vault} -n EveryFourHours {count}": lambda p: p.items_of(
        "EveryFourHours"
    ),
    "backup item list {vault} {count}": lambda p: len(p.vault.items),
    "backup item list {vault} --backup-management-type AzureStorage "
    "--workload-type AzureFileShare {count}": lambda p: 0,
    "backup item show {item} -n sql-001 --query properties.lastBackupStatus": lambda p: "Failed",
    "backup container list {vault} --backup-management-type AzureIaasVM {count}": lambda p: len(
        p.vault.items
    ),
    "backup container show {vault} -n sql-001 --backup-management-type AzureIaasVM "
    "--query properties.virtualMachineId": lambda p: p.vm.id,
    "backup recoverypoint list {item} -i sql-001 {count}": lambda p: 30,
    "backup job list {vault} {count}": lambda p: len(p.vault.jobs),
    "backup job list {vault} --status Failed {count}": lambda p: p.jobs("Failed"),
    "backup job list {vault} --status InProgress {count}": lambda p: p.jobs("InProgress"),
    "backup protection check-vm --vm {vm_id}": lambda p: p.vault.id,
    # What happened.
    "monitor activity-log list {prod} {week} {count}": lambda p: sum(
        vm.power == "deallocated" for vm in p.in_prod.vms
    ),
    "monitor metrics list --resource {vm_id} --metric 'Percentage CPU' {hour} "
    "--query length(value[0].timeseries[0].data)": lambda p: 60,
    "monitor diagnostic-settings list --resource {vm_id} {count}": lambda p: 0,
    # What is refused, with the code of ARM.
    "vm show {prod} -g rg-sql -n none": lambda p: Refused(
        "ResourceNotFound", "virtualMachines/none"
    ),
    "vm show {prod} -g none -n none": lambda p: Refused("ResourceGroupNotFound", "'none'"),
    "lock list {test}": lambda p: Refused(
        "AuthorizationFailed", "'Microsoft.Authorization/locks/read'"
    ),
    "lock create {sql} -n mine --lock-type CanNotDelete": lambda p: Refused(
        "AuthorizationFailed", "'Microsoft.Authorization/locks/write'"
    ),
    "vm deallocate {vm}": lambda p: Refused(
        "AuthorizationFailed",
        f"'Microsoft.Compute/virtualMachines/deallocate/action' over scope '{p.vm.id}'",
    ),
}


def rows(world: World) -> Iterator[tuple[list[str], object]]:
    """The words of every command, and what it prints."""
    places = Places(world)
    for command, expected in COMMANDS.items():
        yield shlex.split(command.format(**places.texts)), expected(places)
