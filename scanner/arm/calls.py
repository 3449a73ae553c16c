"""Every call the scanner makes: path, version, and the right it needs.

The single source of the rights a scan needs and of what it reads. The versions are those of the
SDK's own operations; a test sends both and compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import quote, urlencode

from scanner.inventory import backup_records, classic_records, network_records, records
from scanner.inventory.facts import Deployment

R = TypeVar("R")


@dataclass(frozen=True)
class Call(Generic[R]):
    """One request."""

    name: str
    path: str
    """With ``{scope}`` for the id of what is listed or read."""
    api_version: str
    action: str
    """The ARM action a role must grant."""
    fact: str
    """The fact of a VM that is missing where this is refused."""
    record: type[R]
    query: Mapping[str, str] = field(default_factory=dict)
    per: Literal[
        "run",
        "subscription",
        "VM",
        "collection",
        "management group",
        "vault",
        "vault in use",
        "vault in use or named",
        "failed job",
        "asked VM",
    ] = "subscription"  # fmt: skip
    none_if: frozenset[str] = frozenset()
    """Answers such as ``HTTP 409 MissingSubscriptionRegistration`` that mean: there are none."""

    method: Literal["GET", "POST"] = "GET"
    """A POST only reads, and leaves only where it was opted into."""

    @cached_property
    def options(self) -> str:
        """The query of the URL."""
        return urlencode({"api-version": self.api_version, **self.query}, safe="$", quote_via=quote)


_COMPUTE = "2026-04-01"
_NETWORK = "2026-03-01"
_UNREGISTERED = "HTTP 409 MissingSubscriptionRegistration"
_NO_PROVIDER = ("HTTP 404 InvalidResourceNamespace", "HTTP 404 InvalidResourceType")


def _network(name: str, type_: str, record: type[R]) -> Call[R]:
    """The listing of one type of Microsoft.Network, all for the same fact."""
    return Call(
        name=name,
        path=f"{{scope}}/providers/Microsoft.Network/{type_}",
        api_version=_NETWORK,
        action=f"Microsoft.Network/{type_}/read",
        fact="network",
        record=record,
    )


SUBSCRIPTIONS = Call(
    name="subscriptions",
    path="/subscriptions",
    api_version="2022-12-01",
    action="Microsoft.Resources/subscriptions/read",
    fact="subscriptions",
    record=records.Subscription,
    per="run",
)
DESCENDANTS = Call(
    name="management group descendants",
    path="{scope}/descendants",
    api_version="2023-04-01",
    action="Microsoft.Management/managementGroups/descendants/read",
    fact="subscriptions",
    record=records.Descendant,
    per="management group",
)
RESOURCE_GROUPS = Call(
    name="resource groups",
    path="{scope}/resourcegroups",
    api_version="2025-04-01",
    action="Microsoft.Resources/subscriptions/resourceGroups/read",
    fact="resource_groups",
    record=records.ResourceGroup,
)
VIRTUAL_MACHINES = Call(
    name="virtual machines",
    path="{scope}/providers/Microsoft.Compute/virtualMachines",
    api_version=_COMPUTE,
    action="Microsoft.Compute/virtualMachines/read",
    fact="virtual_machines",
    record=records.VirtualMachine,
    none_if=frozenset({_UNREGISTERED}),
)
CLASSIC_VMS = Call(
    name="classic virtual machines",
    path="{scope}/providers/Microsoft.ClassicCompute/virtualMachines",
    api_version="2017-04-01",
    action="Microsoft.ClassicCompute/virtualMachines/read",
    fact="classic_virtual_machines",
    record=classic_records.ClassicVirtualMachine,
    # A subscription without classic resources does not know the provider, or not any more.
    none_if=frozenset({_UNREGISTERED, *_NO_PROVIDER}),
)
STATUSES = Call(
    name="run-time status",
    path="{scope}/providers/Microsoft.Compute/virtualMachines",
    api_version=_COMPUTE,
    action="Microsoft.Compute/virtualMachines/read",
    fact="power_state",
    record=records.VirtualMachine,
    query={"statusOnly": "true"},
)
INSTANCE_VIEW = Call(
    name="instance view",
    path="{scope}",
    api_version=_COMPUTE,
    action="Microsoft.Compute/virtualMachines/read",
    fact="agent",
    record=records.VirtualMachine,
    query={"$expand": "instanceView"},
    per="VM",
)
DISKS = Call(
    name="disks",
    path="{scope}/providers/Microsoft.Compute/disks",
    api_version="2026-03-02",
    action="Microsoft.Compute/disks/read",
    fact="disks",
    record=records.Disk,
)
LOCKS = Call(
    name="locks",
    path="{scope}/providers/Microsoft.Authorization/locks",
    api_version="2020-05-01",
    action="Microsoft.Authorization/locks/read",
    fact="locks",
    record=records.Lock,
)
COLLECTIONS = Call(
    name="restore point collections",
    path="{scope}/providers/Microsoft.Compute/restorePointCollections",
    api_version=_COMPUTE,
    action="Microsoft.Compute/restorePointCollections/read",
    fact="restore_points",
    record=records.RestorePointCollection,
)
RESTORE_POINTS = Call(
    name="restore points",
    path="{scope}",
    api_version=_COMPUTE,
    action="Microsoft.Compute/restorePointCollections/read",
    fact="restore_points",
    record=records.RestorePointCollection,
    query={"$expand": "restorePoints"},
    per="collection",
)

INTERFACES = _network(
    "network interfaces", "networkInterfaces", network_records.NetworkInterface
)  # fmt: skip
SECURITY_GROUPS = _network(
    "network security groups", "networkSecurityGroups", network_records.NetworkSecurityGroup
)
VIRTUAL_NETWORKS = _network("virtual networks", "virtualNetworks", network_records.VirtualNetwork)
ROUTE_TABLES = _network("route tables", "routeTables", network_records.RouteTable)
LOAD_BALANCERS = _network("load balancers", "loadBalancers", network_records.LoadBalancer)
PUBLIC_IPS = _network("public IP addresses", "publicIPAddresses", network_records.PublicIpAddress)
NAT_GATEWAYS = _network("NAT gateways", "natGateways", network_records.NatGateway)

_RECOVERY = "Microsoft.RecoveryServices/vaults"
_BACKUP = "2026-10-01"
_OF_VMS = "backupManagementType eq 'AzureIaasVM'"

VAULTS = Call(
    name="vaults",
    path=f"{{scope}}/providers/{_RECOVERY}",
    api_version="2026-11-01",
    action=f"{_RECOVERY}/read",
    fact="protection",
    record=backup_records.Vault,
    none_if=frozenset({_UNREGISTERED, *_NO_PROVIDER}),
)
PROTECTED_ITEMS = Call(
    name="protected items",
    path="{scope}/backupProtectedItems",
    api_version=_BACKUP,
    action=f"{_RECOVERY}/backupProtectedItems/read",
    fact="protection",
    record=backup_records.ProtectedItem,
    query={"$filter": _OF_VMS},
    per="vault",
)
POLICIES = Call(
    name="backup policies",
    path="{scope}/backupPolicies",
    api_version=_BACKUP,
    action=f"{_RECOVERY}/backupPolicies/read",
    fact="policy",
    record=backup_records.Policy,
    query={"$filter": _OF_VMS},
    per="vault in use or named",
)
JOBS = Call(
    name="backup jobs",
    path="{scope}/backupJobs",
    api_version=_BACKUP,
    action=f"{_RECOVERY}/backupJobs/read",
    fact="last_job",
    record=backup_records.Job,
    query={"$filter": f"{_OF_VMS} and operation eq 'Backup'"},
    per="vault in use",
)
JOB = Call(
    name="details of a backup job",
    path="{scope}",
    api_version=_BACKUP,
    action=f"{_RECOVERY}/backupJobs/read",
    fact="last_job",
    record=backup_records.Job,
    per="failed job",
)


_REGION = "{scope}/providers/Microsoft.RecoveryServices/locations/{region}"
STATUS = Call(
    name="the service's own word on protection",
    path=f"{_REGION}/backupStatus",
    api_version=_BACKUP,
    action="Microsoft.RecoveryServices/locations/backupStatus/action",
    fact="azure",
    record=backup_records.StatusAnswer,
    per="asked VM",
    method="POST",
)
VALIDATION = Call(
    name="the service's own check before protection",
    path=f"{_REGION}/backupPreValidateProtection",
    api_version=_BACKUP,
    action="Microsoft.RecoveryServices/locations/backupPreValidateProtection/action",
    fact="azure",
    record=backup_records.Validation,
    per="asked VM",
    method="POST",
)
ASKS: tuple[Call[Any], ...] = (STATUS, VALIDATION)
"""The POSTs that only read: let out by ``--ask-azure`` alone."""


def jobs_between(start: datetime, end: datetime) -> Call[backup_records.Job]:
    """The listing of jobs that began in that time (UTC)."""
    times = f" and startTime eq '{start:{_AMERICAN}}' and endTime eq '{end:{_AMERICAN}}'"
    return replace(JOBS, query={"$filter": JOBS.query["$filter"] + times})


_AMERICAN = "%Y-%m-%d %I:%M:%S %p"
"""How the service's filter takes a time."""

CALLS: tuple[Call[Any], ...] = (
    SUBSCRIPTIONS,
    DESCENDANTS,
    VAULTS,
    PROTECTED_ITEMS,
    POLICIES,
    JOBS,
    JOB,
    RESOURCE_GROUPS,
    VIRTUAL_MACHINES,
    CLASSIC_VMS,
    STATUSES,
    INSTANCE_VIEW,
    DISKS,
    LOCKS,
    COLLECTIONS,
    INTERFACES,
    SECURITY_GROUPS,
    VIRTUAL_NETWORKS,
    ROUTE_TABLES,
    LOAD_BALANCERS,
    PUBLIC_IPS,
    NAT_GATEWAYS,
    RESTORE_POINTS,
    *ASKS,
)
"""All of them, in the order of a scan."""

_NETWORK_CALLS: tuple[Call[Any], ...] = (
    INTERFACES,
    SECURITY_GROUPS,
    VIRTUAL_NETWORKS,
    ROUTE_TABLES,
    LOAD_BALANCERS,
    PUBLIC_IPS,
    NAT_GATEWAYS,
)
_BACKUP_CALLS: tuple[Call[Any], ...] = (VAULTS, PROTECTED_ITEMS, POLICIES, JOBS, JOB)
EVERY_SCAN: tuple[Call[Any], ...] = (SUBSCRIPTIONS, RESOURCE_GROUPS, VIRTUAL_MACHINES, CLASSIC_VMS)
"""What finds the VMs of a scope, whatever is asked about them."""
BY_FACT: Mapping[Deployment, Mapping[str, tuple[Call[Any], ...]]] = {
    "resource-manager": {
        "os": (VIRTUAL_MACHINES,),
        "power_state": (STATUSES, INSTANCE_VIEW),
        "agent": (STATUSES, INSTANCE_VIEW),
        "guest": (STATUSES, INSTANCE_VIEW),
        "image": (VIRTUAL_MACHINES,),
        "extensions": (VIRTUAL_MACHINES, INSTANCE_VIEW),
        "extension_operations": (VIRTUAL_MACHINES,),
        "disks": (VIRTUAL_MACHINES, DISKS),
        "hardware": (VIRTUAL_MACHINES, DISKS),
        "network": (VIRTUAL_MACHINES, *_NETWORK_CALLS),
        "protection": _BACKUP_CALLS,
        "locks": (LOCKS, COLLECTIONS, RESTORE_POINTS),
        "restore_points": (COLLECTIONS, RESTORE_POINTS),
        "provisioning": (VIRTUAL_MACHINES,),
        "group_locks": (LOCKS,),
    },
    "classic": {
        **dict.fromkeys(("os", "power_state", "registration", "cloud_service"), (CLASSIC_VMS,)),
        "protection": _BACKUP_CALLS,
    },
}
"""By fact of a VM: the calls whose answers hold it."""
