"""Every call the scanner makes: which client, path, version, and the right it needs.

The single source of the rights a scan needs and of what it reads. The versions are those of the
SDK's own operations; a test sends both and compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from scanner.inventory import records

R = TypeVar("R")

Client = Literal["compute", "resource", "subscription"]


@dataclass(frozen=True)
class Call(Generic[R]):
    """One GET."""

    name: str
    client: Client
    path: str
    """With ``{scope}`` for the id of what is listed or read."""
    api_version: str
    action: str
    """The ARM action a role must grant."""
    fact: str
    """The fact of a VM that is missing where this is refused."""
    record: type[R]
    query: Mapping[str, str] = field(default_factory=dict)
    per: Literal["run", "subscription", "VM", "collection", "management group"] = "subscription"
    unregistered_is_empty: bool = False
    """Whether 409 MissingSubscriptionRegistration means that there are none."""


_COMPUTE = "2026-04-01"

SUBSCRIPTIONS = Call(
    name="subscriptions",
    client="subscription",
    path="/subscriptions",
    api_version="2022-12-01",
    action="Microsoft.Resources/subscriptions/read",
    fact="subscriptions",
    record=records.Subscription,
    per="run",
)
DESCENDANTS = Call(
    name="management group descendants",
    client="resource",
    path="{scope}/descendants",
    api_version="2023-04-01",
    action="Microsoft.Management/managementGroups/descendants/read",
    fact="subscriptions",
    record=records.Descendant,
    per="management group",
)
RESOURCE_GROUPS = Call(
    name="resource groups",
    client="resource",
    path="{scope}/resourcegroups",
    api_version="2025-04-01",
    action="Microsoft.Resources/subscriptions/resourceGroups/read",
    fact="resource_groups",
    record=records.ResourceGroup,
)
VIRTUAL_MACHINES = Call(
    name="virtual machines",
    client="compute",
    path="{scope}/providers/Microsoft.Compute/virtualMachines",
    api_version=_COMPUTE,
    action="Microsoft.Compute/virtualMachines/read",
    fact="virtual_machines",
    record=records.VirtualMachine,
    unregistered_is_empty=True,
)
STATUSES = Call(
    name="run-time status",
    client="compute",
    path="{scope}/providers/Microsoft.Compute/virtualMachines",
    api_version=_COMPUTE,
    action="Microsoft.Compute/virtualMachines/read",
    fact="power_state",
    record=records.VirtualMachine,
    query={"statusOnly": "true"},
)
INSTANCE_VIEW = Call(
    name="instance view",
    client="compute",
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
    client="compute",
    path="{scope}/providers/Microsoft.Compute/disks",
    api_version="2026-03-02",
    action="Microsoft.Compute/disks/read",
    fact="disks",
    record=records.Disk,
)
LOCKS = Call(
    name="locks",
    client="resource",
    path="{scope}/providers/Microsoft.Authorization/locks",
    api_version="2020-05-01",
    action="Microsoft.Authorization/locks/read",
    fact="locks",
    record=records.Lock,
)
COLLECTIONS = Call(
    name="restore point collections",
    client="compute",
    path="{scope}/providers/Microsoft.Compute/restorePointCollections",
    api_version=_COMPUTE,
    action="Microsoft.Compute/restorePointCollections/read",
    fact="restore_points",
    record=records.RestorePointCollection,
)
RESTORE_POINTS = Call(
    name="restore points",
    client="compute",
    path="{scope}",
    api_version=_COMPUTE,
    action="Microsoft.Compute/restorePointCollections/read",
    fact="restore_points",
    record=records.RestorePointCollection,
    query={"$expand": "restorePoints"},
    per="collection",
)

CALLS: tuple[Call[Any], ...] = (
    SUBSCRIPTIONS,
    DESCENDANTS,
    RESOURCE_GROUPS,
    VIRTUAL_MACHINES,
    STATUSES,
    INSTANCE_VIEW,
    DISKS,
    LOCKS,
    COLLECTIONS,
    RESTORE_POINTS,
)
"""All of them, in the order of a scan."""
