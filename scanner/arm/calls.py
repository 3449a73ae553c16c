"""Every call the scanner makes.

This table is the only source of the rights a scan needs and of what it reads. Paths, queries,
versions and paging are the SDK's, but for classic VMs. The operations are lambdas,
so that the table loads no client.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, get_args
from urllib.parse import quote

import msgspec

from scanner.arm.call import Call, Get, Listing, ListOperation, LongPost, Options, Post
from scanner.arm.rates import GRAPH_QUERIES, JOB_READS, NETWORK_READS, VM_LISTS, VM_READS
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.load import Window
from scanner.inventory.facts.machine import Deployment
from scanner.inventory.records import (
    backup,
    classic,
    compute,
    graph,
    monitor,
    network,
    resources,
)
from scanner.inventory.snapshot import ReadingName
from scanner.inventory.vm import FACTS

if TYPE_CHECKING:
    from azure.core.async_paging import AsyncItemPaged

    from scanner.arm.azure import Azure

R = TypeVar("R")


_VMS = "Microsoft.Compute/virtualMachines"
_COLLECTIONS = "Microsoft.Compute/restorePointCollections"
_VAULTS = "Microsoft.RecoveryServices/vaults"
_WATCHERS = "Microsoft.Network/networkWatchers"
_UNREGISTERED = "HTTP 409 MissingSubscriptionRegistration"
_NO_PROVIDER = ("HTTP 404 InvalidResourceNamespace", "HTTP 404 InvalidResourceType")
_NOT_THERE = ("HTTP 404 ResourceNotFound", "HTTP 404 ResourceGroupNotFound", "HTTP 404 NotFound")
_CLASSIC_VERSION = {"api-version": "2017-04-01"}


def _group_and_name(resource: ArmId, type_: str) -> tuple[str, str]:
    """Group and name, which the operations of Compute take in place of an id.

    Raises ``ValueError`` if the id has another type, or names no resource in a group.
    """
    group, name = resource.resource_group, resource.name
    if resource.type != type_.lower() or group is None or {group, name} & {".", ".."}:
        raise ValueError(f"{resource.text[:200]!r} is not the id of a {type_} in a resource group")
    return group, name


def _vault_and_group(vault: ArmId) -> tuple[str, str]:
    """Name and group, which the operations of Azure Backup take in place of a vault's id."""
    group, name = _group_and_name(vault, _VAULTS)
    return name, group


def _of_job(job: ArmId) -> tuple[str, str, str]:
    """Vault, group and name, which the operation takes in place of a job's id."""
    if job.parent is None:
        raise ValueError(f"{job.text[:200]!r} is not the id of a job")
    return (*_vault_and_group(job.parent), job.name)


def _network(
    name: str,
    type_: str,
    record: type[R],
    operation: ListOperation,
) -> Listing[R]:
    """The listing of one type of Microsoft.Network. All of them give the same fact."""
    return Listing(
        name=name,
        operation=operation,
        action=f"Microsoft.Network/{type_}/read",
        fact="network",
        fills="network",
        record=record,
        rate=NETWORK_READS,
    )


def _list_classic_vms(azure: Azure, subscription: ArmId, options: Options) -> AsyncItemPaged[Any]:
    """The listing of classic VMs. No client has an operation for the retired provider."""
    from azure.core.async_paging import AsyncItemPaged, AsyncList
    from azure.core.rest import AsyncHttpResponse, HttpRequest

    path = f"{quote(subscription.text)}/providers/Microsoft.ClassicCompute/virtualMachines"
    # As an operation of the SDK takes another version.
    others = dict(options)
    version = others.pop("params", _CLASSIC_VERSION)

    async def get_page(link: str | None) -> AsyncHttpResponse:
        request = HttpRequest("GET", link or path, params=None if link else version)
        return await azure.resource.send_request(request, **others)

    async def next_link(response: AsyncHttpResponse) -> tuple[str | None, AsyncList[Any]]:
        return response.json()["nextLink"], AsyncList([])

    return AsyncItemPaged(get_page, next_link)


async def _get_classic_vm(azure: Azure, vm: ArmId, options: Options) -> None:
    """One classic VM. No client has an operation for the retired provider."""
    from azure.core.rest import HttpRequest

    others = dict(options)
    version = others.pop("params", _CLASSIC_VERSION)
    await azure.resource.send_request(HttpRequest("GET", quote(vm.text), params=version), **others)


SUBSCRIPTIONS = Listing(
    name="subscriptions",
    operation=lambda azure, _, options: azure.subscriptions.subscriptions.list(**options),
    action="Microsoft.Resources/subscriptions/read",
    fact="subscriptions",
    record=resources.Subscription,
    per="run",
)
DESCENDANTS = Listing(
    name="management group descendants",
    operation=lambda azure, group, options: azure.groups.management_groups.get_descendants(
        group.name, **options
    ),
    action="Microsoft.Management/managementGroups/descendants/read",
    fact="subscriptions",
    record=resources.Descendant,
    per="management group",
    holds="",
)
HOLDINGS = Post(
    name="what subscriptions hold, by Resource Graph",
    operation=lambda azure, _, question, options: azure.graph.resources(
        # It takes bytes too: they are sent as they are.
        msgspec.json.encode(question),
        **options,  # type: ignore[call-overload]
    ),
    # Azure permissions for Microsoft.ResourceGraph: to submit a query is a read.
    action="Microsoft.ResourceGraph/resources/read",
    fact="subscriptions",
    record=graph.Answer,
    rate=GRAPH_QUERIES,
    per="1,000 subscriptions",
)
"""A POST that only reads. It is sent only with ``--use-graph``."""
RESOURCE_GROUPS = Listing(
    name="resource groups",
    operation=lambda azure, _, options: azure.resource.resource_groups.list(**options),
    action="Microsoft.Resources/subscriptions/resourceGroups/read",
    fact="resource_groups",
    record=resources.ResourceGroup,
)
VIRTUAL_MACHINES = Listing(
    name="virtual machines",
    rate=VM_LISTS,
    operation=lambda azure, _, options: azure.compute.virtual_machines.list_all(**options),
    action=f"{_VMS}/read",
    fact="virtual_machines",
    fills="vms",
    record=compute.VirtualMachine,
    none_if=frozenset({_UNREGISTERED}),
)
CLASSIC_VMS = Listing(
    name="classic virtual machines",
    operation=_list_classic_vms,
    action="Microsoft.ClassicCompute/virtualMachines/read",
    fact="classic_virtual_machines",
    fills="classic_vms",
    record=classic.ClassicVirtualMachine,
    # A subscription without classic resources does not know the provider, or not any more.
    none_if=frozenset({_UNREGISTERED, *_NO_PROVIDER}),
)
VIRTUAL_MACHINE = Get(
    name="virtual machine",
    rate=VM_READS,
    operation=lambda azure, vm, options: azure.compute.virtual_machines.get(
        *_group_and_name(vm, _VMS), **options
    ),
    action=f"{_VMS}/read",
    fact="virtual_machines",
    record=compute.VirtualMachine,
    per="VM that is not listed",
    none_if=frozenset({_UNREGISTERED, *_NOT_THERE}),
)
CLASSIC_VM = Get(
    name="classic virtual machine",
    operation=_get_classic_vm,
    action="Microsoft.ClassicCompute/virtualMachines/read",
    fact="classic_virtual_machines",
    record=classic.ClassicVirtualMachine,
    per="classic VM that is not listed",
    none_if=frozenset({_UNREGISTERED, *_NO_PROVIDER, *_NOT_THERE}),
)
STATUSES = Listing(
    name="run-time status",
    rate=VM_LISTS,
    operation=lambda azure, _, options: azure.compute.virtual_machines.list_all(
        status_only="true", **options
    ),
    action=f"{_VMS}/read",
    fact="power_state",
    fills="statuses",
    record=compute.VirtualMachine,
)
INSTANCE_VIEW = Get(
    name="instance view",
    rate=VM_READS,
    operation=lambda azure, vm, options: azure.compute.virtual_machines.get(
        *_group_and_name(vm, _VMS), expand="instanceView", **options
    ),
    action=f"{_VMS}/read",
    fact="agent",
    fills="views",
    record=compute.VirtualMachine,
    per="VM",
)
DISKS = Listing(
    name="disks",
    operation=lambda azure, _, options: azure.compute.disks.list(**options),
    action="Microsoft.Compute/disks/read",
    fact="disks",
    fills="disks",
    record=compute.Disk,
)
LOCKS = Listing(
    name="locks",
    operation=lambda azure, _, options: azure.locks.management_locks.list_at_subscription_level(
        **options
    ),
    action="Microsoft.Authorization/locks/read",
    fact="locks",
    fills="locks",
    record=resources.Lock,
)
COLLECTIONS = Listing(
    name="restore point collections",
    operation=lambda azure, _, options: azure.compute.restore_point_collections.list_all(**options),
    action=f"{_COLLECTIONS}/read",
    fact="restore_points",
    fills="collections",
    record=compute.RestorePointCollection,
)
RESTORE_POINTS = Get(
    name="restore points",
    operation=lambda azure, collection, options: azure.compute.restore_point_collections.get(
        *_group_and_name(collection, _COLLECTIONS), expand="restorePoints", **options
    ),
    action=f"{_COLLECTIONS}/read",
    fact="restore_points",
    fills="expanded",
    record=compute.RestorePointCollection,
    per="collection",
)

INTERFACES = _network(
    "network interfaces", "networkInterfaces", network.NetworkInterface,
    lambda azure, _, options: azure.network.network_interfaces.list_all(**options),
)  # fmt: skip
SECURITY_GROUPS = _network(
    "network security groups", "networkSecurityGroups", network.NetworkSecurityGroup,
    lambda azure, _, options: azure.network.network_security_groups.list_all(**options),
)  # fmt: skip
VIRTUAL_NETWORKS = _network(
    "virtual networks", "virtualNetworks", network.VirtualNetwork,
    lambda azure, _, options: azure.network.virtual_networks.list_all(**options),
)  # fmt: skip
ROUTE_TABLES = _network(
    "route tables", "routeTables", network.RouteTable,
    lambda azure, _, options: azure.network.route_tables.list_all(**options),
)  # fmt: skip
LOAD_BALANCERS = _network(
    "load balancers", "loadBalancers", network.LoadBalancer,
    lambda azure, _, options: azure.network.load_balancers.list_all(**options),
)  # fmt: skip
PUBLIC_IPS = _network(
    "public IP addresses", "publicIPAddresses", network.PublicIpAddress,
    lambda azure, _, options: azure.network.public_ip_addresses.list_all(**options),
)  # fmt: skip
NAT_GATEWAYS = _network(
    "NAT gateways", "natGateways", network.NatGateway,
    lambda azure, _, options: azure.network.nat_gateways.list_all(**options),
)  # fmt: skip
SERVICE_TAGS = Get(
    name="service tags",
    rate=NETWORK_READS,
    # The region is no filter: every region answers with the tags of the whole cloud (REST API
    # reference, Service Tags, List).
    operation=lambda azure, location, options: azure.network.service_tags.list(
        location.name, **options
    ),
    action="Microsoft.Network/locations/serviceTags/read",
    fact="network",
    record=network.ServiceTagList,
    per="cloud",
    is_named=False,
)


def _list_jobs(filter_: str) -> ListOperation:
    return lambda azure, vault, options: azure.backup.backup_jobs.list(
        *_vault_and_group(vault), filter=filter_, **options
    )


_OF_VMS = "backupManagementType eq 'AzureIaasVM'"
_BACKUPS = f"{_OF_VMS} and operation eq 'Backup'"

VAULTS = Listing(
    name="vaults",
    operation=lambda azure, _, options: azure.vaults.vaults.list_by_subscription_id(**options),
    action=f"{_VAULTS}/read",
    fact="protection",
    fills="vaults",
    record=backup.Vault,
    none_if=frozenset({_UNREGISTERED, *_NO_PROVIDER}),
)
PROTECTED_ITEMS = Listing(
    name="protected items",
    operation=lambda azure, vault, options: azure.backup.backup_protected_items.list(
        *_vault_and_group(vault), filter=_OF_VMS, **options
    ),
    action=f"{_VAULTS}/backupProtectedItems/read",
    fact="protection",
    fills="items",
    record=backup.ProtectedItem,
    per="vault",
    holds="protectedItems",
)
POLICIES = Listing(
    name="backup policies",
    operation=lambda azure, vault, options: azure.backup.backup_policies.list(
        *_vault_and_group(vault), filter=_OF_VMS, **options
    ),
    action=f"{_VAULTS}/backupPolicies/read",
    fact="policy",
    fills="policies",
    record=backup.Policy,
    per="vault in use or named",
)
JOBS = Listing(
    name="backup jobs",
    rate=JOB_READS,
    operation=_list_jobs(_BACKUPS),
    action=f"{_VAULTS}/backupJobs/read",
    fact="last_job",
    fills="jobs",
    record=backup.Job,
    per="vault in use",
)
JOB = Get(
    name="details of a backup job",
    rate=JOB_READS,
    operation=lambda azure, job, options: azure.backup.job_details.get(*_of_job(job), **options),
    action=f"{_VAULTS}/backupJobs/read",
    fact="last_job",
    fills="job_details",
    record=backup.Job,
    per="failed job",
)


def _read_metric(metric: str, timespan: str) -> Callable[[Azure, ArmId, Options], Awaitable[Any]]:
    def read(azure: Azure, vm: ArmId, options: Options) -> Awaitable[Any]:
        _group_and_name(vm, _VMS)
        return azure.monitor.metrics.list(
            # The operation puts a slash before the id and quotes nothing.
            quote(vm.text.removeprefix("/")), timespan=timespan, interval="PT1M",
            metricnames=metric, aggregation="Average", **options,
        )  # fmt: skip

    return read


METRICS = Get(
    name="CPU or memory of a VM",
    operation=_read_metric("{metric}", "{begin}/{end}"),
    action="Microsoft.Insights/metrics/read",
    fact="guest_load",
    fills="metrics",
    record=monitor.Metrics,
    per="failed snapshot",
    # A metric that is not offered of this VM.
    none_if=frozenset({"HTTP 400 BadRequest"}),
)

STATUS = Post(
    name="the service's own word on protection",
    operation=lambda azure, region, question, options: azure.backup.backup_status.get(
        region, question, **options
    ),
    action="Microsoft.RecoveryServices/locations/backupStatus/action",
    fact="azure",
    record=backup.StatusAnswer,
    per="asked VM",
)
VALIDATION = Post(
    name="the service's own check before protection",
    operation=lambda azure, region, question, options: azure.backup.protection_intent.validate(
        region, question, **options
    ),
    action="Microsoft.RecoveryServices/locations/backupPreValidateProtection/action",
    fact="azure",
    record=backup.Validation,
    per="asked VM",
)
POSTS: tuple[Post[Any], ...] = (STATUS, VALIDATION)
"""The POSTs that only read. They are sent only with ``precheck --ask-azure``."""

NETWORK_WATCHERS = Listing(
    name="Network Watchers",
    rate=NETWORK_READS,
    operation=lambda azure, _, options: azure.network.network_watchers.list_all(**options),
    action=f"{_WATCHERS}/read",
    fact="network_watcher",
    record=network.NetworkWatcher,
    per="asked way",
    none_if=frozenset({_UNREGISTERED}),
)
NEXT_HOP = LongPost(
    name="the next hop, by Network Watcher",
    operation=lambda azure, watcher, question, options: (
        azure.network.network_watchers.begin_get_next_hop(
            *_group_and_name(watcher, _WATCHERS), question, **options
        )
    ),
    action=f"{_WATCHERS}/nextHop/action",
    fact="network_watcher",
    record=network.NextHop,
    per="asked address",
)
IP_FLOW = LongPost(
    name="the security rule that decides, by Network Watcher",
    operation=lambda azure, watcher, question, options: (
        azure.network.network_watchers.begin_verify_ip_flow(
            *_group_and_name(watcher, _WATCHERS), question, **options
        )
    ),
    action=f"{_WATCHERS}/ipFlowVerify/action",
    fact="network_watcher",
    record=network.IpFlow,
    per="asked address",
)
WATCHER_POSTS: tuple[LongPost[Any], ...] = (NEXT_HOP, IP_FLOW)
"""The POSTs that only read. They are sent only with ``reach --ask-azure``."""


def jobs_between(start: datetime, end: datetime) -> Listing[backup.Job]:
    """The listing of jobs that began between two times (UTC)."""
    times = f" and startTime eq '{start:{_AMERICAN}}' and endTime eq '{end:{_AMERICAN}}'"
    return replace(JOBS, operation=_list_jobs(_BACKUPS + times))


def metric_within(metric: str, window: Window) -> Get[monitor.Metrics]:
    """The read of one metric, minute by minute."""
    times = f"{window.begin:{_ISO}}/{window.end:{_ISO}}"
    return replace(METRICS, operation=_read_metric(metric, times))


_ISO = "%Y-%m-%dT%H:%M:%SZ"


def collections_without_vms() -> Listing[compute.RestorePointCollection]:
    """The listing of collections in a subscription without VMs, which need not know the provider.

    A subscription with VMs knows it: there, the same answer is no empty listing.
    """
    return replace(COLLECTIONS, none_if=frozenset({_UNREGISTERED}))


_AMERICAN = "%Y-%m-%d %I:%M:%S %p"
"""The format of a time in the service's filter."""

CALLS: tuple[Call[Any], ...] = tuple(
    value for value in tuple(globals().values()) if isinstance(value, Call)
)
"""All calls of this module, in their order."""


EVERY_SCAN: tuple[Call[Any], ...] = (SUBSCRIPTIONS, RESOURCE_GROUPS, VIRTUAL_MACHINES, CLASSIC_VMS)
"""The calls that find the VMs of a scope. Every scan makes them."""
_CLASSIC_READINGS = ("classic_vms", "vaults", "items", "policies", "jobs", "job_details")


def _by_fact(readings: Collection[str]) -> Mapping[str, tuple[Call[Any], ...]]:
    """The calls that give a fact from these readings. Facts that need others are left out."""
    return {
        name: calls
        for name, fact in FACTS.items()
        if (calls := tuple(c for c in CALLS if c.fills in readings and c.fills in fact.readings))
    }


BY_FACT: Mapping[Deployment, Mapping[str, tuple[Call[Any], ...]]] = {
    "resource-manager": _by_fact({*get_args(ReadingName)} - {"classic_vms"}),
    "classic": _by_fact(_CLASSIC_READINGS),
}
"""The calls whose answers hold a fact of a VM, by its deployment model and the fact's name."""
