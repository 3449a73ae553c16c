"""The resource types that the simulated ARM knows, with their api-versions.

A top-level type in this table needs nothing else: its listings show what the world holds of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from scanner.sim.api_versions import FAMILIES

_TYPES = {
    "Microsoft.Resources": {
        "resources": """
            tenants subscriptions subscriptions/locations subscriptions/providers
            subscriptions/resourceGroups subscriptions/resourceGroups/resources
            subscriptions/resources subscriptions/tagNames providers deployments tags
        """,
    },
    "Microsoft.Compute": {
        "compute": """
            virtualMachines virtualMachines/extensions virtualMachines/instanceView
            virtualMachines/vmSizes virtualMachineScaleSets
            virtualMachineScaleSets/virtualMachines availabilitySets
            restorePointCollections restorePointCollections/restorePoints
            proximityPlacementGroups images sshPublicKeys hostGroups capacityReservationGroups
            locations locations/usages locations/virtualMachines locations/vmSizes
        """,
        "disks": "disks snapshots diskEncryptionSets diskAccesses",
        "galleries": "galleries",
        "skus": "skus",
    },
    "Microsoft.Network": {
        "network": """
            networkInterfaces networkSecurityGroups applicationSecurityGroups virtualNetworks
            routeTables loadBalancers publicIPAddresses publicIPPrefixes natGateways azureFirewalls
            firewallPolicies applicationGateways virtualNetworkGateways localNetworkGateways
            connections networkWatchers privateEndpoints privateLinkServices bastionHosts
            ddosProtectionPlans expressRouteCircuits virtualWans virtualHubs ipGroups
            serviceEndpointPolicies networkProfiles networkManagers
            locations locations/usages locations/serviceTags locations/operations
            locations/operationResults
        """,
    },
    "Microsoft.RecoveryServices": {
        "vaults": """
            vaults vaults/backupConfig vaults/backupstorageconfig
            vaults/backupEncryptionConfigs vaults/backupJobs
            vaults/backupPolicies vaults/backupProtectedItems vaults/backupProtectionContainers
            vaults/backupUsageSummaries vaults/usages vaults/backupFabrics
            vaults/backupFabrics/protectionContainers
            vaults/backupFabrics/protectionContainers/protectedItems
            vaults/backupFabrics/protectionContainers/protectedItems/recoveryPoints
            locations locations/backupStatus locations/backupPreValidateProtection
        """,
    },
    "Microsoft.Authorization": {
        "locks": "locks",
        "roles": "roleAssignments roleDefinitions permissions",
    },
    "Microsoft.Management": {"groups": "managementGroups managementGroups/descendants"},
    "Microsoft.Insights": {
        "metrics": "metrics metricDefinitions",
        "activity log": "eventtypes eventtypes/values",
        "diagnostics": "diagnosticSettings",
    },
    "Microsoft.ResourceGraph": {"resource graph": "resources"},
    "Microsoft.ClassicCompute": {"classic": "virtualMachines domainNames"},
}
NOT_REGISTERED = [
    "Microsoft.AAD",
    "Microsoft.Advisor",
    "Microsoft.ApiManagement",
    "Microsoft.App",
    "Microsoft.AppConfiguration",
    "Microsoft.Automation",
    "Microsoft.AzureStackHCI",
    "Microsoft.Batch",
    "Microsoft.Cache",
    "Microsoft.Cdn",
    "Microsoft.CognitiveServices",
    "Microsoft.ContainerInstance",
    "Microsoft.ContainerRegistry",
    "Microsoft.ContainerService",
    "Microsoft.CostManagement",
    "Microsoft.Databricks",
    "Microsoft.DataFactory",
    "Microsoft.DataProtection",
    "Microsoft.DBforMySQL",
    "Microsoft.DBforPostgreSQL",
    "Microsoft.DesktopVirtualization",
    "Microsoft.DocumentDB",
    "Microsoft.EventGrid",
    "Microsoft.EventHub",
    "Microsoft.Features",
    "Microsoft.HDInsight",
    "Microsoft.HybridCompute",
    "Microsoft.KeyVault",
    "Microsoft.Kusto",
    "Microsoft.Logic",
    "Microsoft.MachineLearningServices",
    "Microsoft.Maintenance",
    "Microsoft.ManagedIdentity",
    "Microsoft.ManagedServices",
    "Microsoft.Maps",
    "Microsoft.NetApp",
    "Microsoft.OperationalInsights",
    "Microsoft.OperationsManagement",
    "Microsoft.PolicyInsights",
    "Microsoft.ResourceHealth",
    "Microsoft.Search",
    "Microsoft.Security",
    "Microsoft.SecurityInsights",
    "Microsoft.ServiceBus",
    "Microsoft.ServiceFabric",
    "Microsoft.SignalRService",
    "Microsoft.Sql",
    "Microsoft.SqlVirtualMachine",
    "Microsoft.Storage",
    "Microsoft.StorageSync",
    "Microsoft.StreamAnalytics",
    "Microsoft.Synapse",
    "Microsoft.Web",
]
"""Namespaces that Azure has and no subscription of the simulated one is registered for."""
TYPES: Mapping[str, tuple[str, ...]] = {
    f"{namespace}/{type_}": FAMILIES[family]
    for namespace, families in _TYPES.items()
    for family, types in families.items()
    for type_ in types.split()
}
"""The versions of each type, spelt as Azure spells it."""
NAMESPACES: Mapping[str, bool] = {
    **dict.fromkeys(_TYPES, True),
    **dict.fromkeys(NOT_REGISTERED, False),
}
"""If a subscription is registered for a namespace."""
_SPELT = {name.lower(): name for name in (*TYPES, *NAMESPACES)}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def spelt(name: str) -> str:
    """A namespace or a type as Azure spells it; of an unknown part, as it was given."""
    known = _SPELT.get(name.lower())
    if known is not None:
        return known
    parent, _, last = name.rpartition("/")
    return f"{spelt(parent)}/{last}" if parent else name


def versions_of(type_: str) -> tuple[str, ...] | None:
    """The api-versions of a type, or of the nearest type above it; None if there is none."""
    while "/" in type_:
        versions = TYPES.get(spelt(type_))
        if versions is not None:
            return versions
        type_ = type_.rpartition("/")[0]
    return None


def takes(versions: tuple[str, ...], version: str) -> bool:
    """True if Azure takes the version.

    Clients are newer than the table: a date after its newest is taken if it has come.
    """
    if version.lower() in versions:
        return True
    newest = max((known for known in versions if _DATE.fullmatch(known)), default=version)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    return _DATE.fullmatch(version) is not None and newest < version <= today
