"""Every path the simulated ARM answers, with its RBAC action and the rate limits it counts against.

A listing of a new resource type is one more line in `ROUTES`; its entries are the resources of
that type in the world.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from scanner.sim.http_messages import Request

Buckets = tuple[tuple[str, int], ...]
"""Rate limits: the name of each and the number of requests it allows."""

_HIGH_COST: Buckets = (("Microsoft.Compute/HighCostGetSubscriptionMaximum", 900),)
_LOW_COST: Buckets = (
    ("Microsoft.Compute/LowCostGetSubscriptionMaximum", 24_000),
    ("Microsoft.Compute/LowCostGetResource", 12_000),
)
_DISK_LISTS: Buckets = (
    ("Microsoft.Compute/HighCostGet3Min", 240),
    ("Microsoft.Compute/HighCostGet30Min", 1920),
)
_DISKS: Buckets = (
    ("Microsoft.Compute/LowCostGet3Min", 15_000),
    ("Microsoft.Compute/LowCostGet30Min", 120_000),
)
_POINT_LISTS: Buckets = (("Microsoft.Compute/HighCostGetRestorePointSubscriptionMaximum", 150),)
_POINTS: Buckets = (("Microsoft.Compute/LowCostGetRestorePointSubscriptionMaximum", 600),)

_SUBSCRIPTION = r"/subscriptions/(?P<subscription>[^/]+)"
_GROUP = r"/resourcegroups/(?P<group>[^/]+)"
_VM = "Microsoft.Compute/virtualMachines"
_VAULT = "Microsoft.RecoveryServices/vaults"
_COLLECTION = "Microsoft.Compute/restorePointCollections"


@dataclass(frozen=True)
class Route:
    """One kind of request.

    `type` is the ARM resource type it is about and `action` the RBAC action it needs. `needs` is
    the name of a query option the request must carry and a text its value must contain.
    """

    name: str
    pattern: re.Pattern[str]
    action: str
    type: str = ""
    needs: tuple[str, str] | None = None
    buckets: Buckets = ()
    listing: bool = False

    def fits(self, request: Request) -> bool:
        """True if the request carries the option this route needs."""
        if self.needs is None:
            return True
        name, wanted = self.needs
        return wanted in (request.option(name) or "").lower()


class RouteMatch(NamedTuple):
    """A route that a request matches, and the named parts of the path."""

    route: Route
    params: Mapping[str, str]


def match_route(request: Request) -> RouteMatch | None:
    """The first route that the request matches, paths and options compared without case."""
    path = request.path.rstrip("/")
    for route in ROUTES:
        match = route.pattern.fullmatch(path)
        if match and route.fits(request):
            return RouteMatch(route, {k: v for k, v in match.groupdict().items() if v is not None})
    return None


def scope_of(matched: RouteMatch, path: str) -> str:
    """The scope an authorization error names: the resource, its group, or its subscription."""
    if matched.route.listing and "vault" in matched.params:
        return path.rpartition("/")[0]
    if matched.route.listing and "vm" not in matched.params:
        return re.split("/providers/|/resourcegroups$", path, maxsplit=1, flags=re.IGNORECASE)[0]
    return path


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _list(
    name: str, type_: str, buckets: Buckets = (), needs: tuple[str, str] | None = None
) -> Route:
    """A listing of a resource type, in a subscription or in a resource group."""
    pattern = f"{_SUBSCRIPTION}(?:{_GROUP})?/providers/{re.escape(type_)}"
    return Route(name, _compile(pattern), f"{type_}/read", type_, needs, buckets, listing=True)


def _one(
    name: str, type_: str, buckets: Buckets = (), needs: tuple[str, str] | None = None
) -> Route:
    """A single resource of a type."""
    pattern = f"{_SUBSCRIPTION}{_GROUP}/providers/{re.escape(type_)}/(?P<name>[^/]+)"
    return Route(name, _compile(pattern), f"{type_}/read", type_, needs, buckets)


def _of_vm(name: str, member: str, *, listing: bool = False) -> Route:
    """A part of a VM, such as its extensions."""
    pattern = f"{_SUBSCRIPTION}{_GROUP}/providers/{re.escape(_VM)}/(?P<vm>[^/]+)/{member}"
    action = f"{_VM}/{member}/read"
    return Route(name, _compile(pattern), action, _VM, buckets=_LOW_COST, listing=listing)


def _of_vault(name: str, member: str, *, listing: bool = True) -> Route:
    """A listing inside a vault, or one entry of it."""
    pattern = f"{_SUBSCRIPTION}{_GROUP}/providers/{re.escape(_VAULT)}/(?P<vault>[^/]+)/{member}"
    if not listing:
        pattern += "/(?P<name>[^/]+)"
    type_ = f"{_VAULT}/{member}"
    return Route(name, _compile(pattern), f"{type_}/read", type_, listing=listing)


def _backup_post(name: str, member: str) -> Route:
    """A POST to Azure Backup in a region; the name in its path is the region."""
    type_ = "Microsoft.RecoveryServices/locations"
    pattern = f"{_SUBSCRIPTION}/providers/{type_}/(?P<name>[^/]+)/{member}"
    return Route(name, _compile(pattern), f"{type_}/{member}/action", type_)


def _network(name: str, member: str) -> tuple[Route, Route]:
    """The listing of a type of Microsoft.Network, and one resource of it."""
    type_ = f"Microsoft.Network/{member}"
    plural = f"{name}es" if name.endswith("s") else f"{name}s"
    return _list(plural, type_), _one(name, type_)


ROUTES: tuple[Route, ...] = (
    Route("metadata", _compile("/metadata/endpoints"), ""),
    Route(
        "subscriptions",
        _compile("/subscriptions"),
        "Microsoft.Resources/subscriptions/read",
        listing=True,
    ),
    Route("subscription", _compile(_SUBSCRIPTION), "Microsoft.Resources/subscriptions/read"),
    Route(
        "resource_groups",
        _compile(f"{_SUBSCRIPTION}/resourcegroups"),
        "Microsoft.Resources/subscriptions/resourcegroups/read",
        listing=True,
    ),
    Route(
        "resource_group",
        _compile(f"{_SUBSCRIPTION}{_GROUP}"),
        "Microsoft.Resources/subscriptions/resourcegroups/read",
    ),
    Route(
        "provider",
        _compile(f"{_SUBSCRIPTION}/providers/(?P<name>[^/]+)"),
        "Microsoft.Resources/subscriptions/providers/read",
    ),
    Route(
        "descendants",
        _compile("/providers/Microsoft.Management/managementGroups/(?P<name>[^/]+)/descendants"),
        "Microsoft.Management/managementGroups/descendants/read",
        listing=True,
    ),
    _list("statuses", _VM, _HIGH_COST, needs=("statusOnly", "true")),
    _list("virtual_machines", _VM, _HIGH_COST),
    _one("instance_views", _VM, _LOW_COST, needs=("$expand", "instanceview")),
    _one("virtual_machine", _VM, _LOW_COST),
    _of_vm("instance_views", "instanceView"),
    _of_vm("extensions", "extensions", listing=True),
    _list("disks", "Microsoft.Compute/disks", _DISK_LISTS),
    _one("disk", "Microsoft.Compute/disks", _DISKS),
    _list("restore_point_collections", _COLLECTION, _POINT_LISTS),
    _one("restore_points", _COLLECTION, _POINTS, needs=("$expand", "restorepoints")),
    _one("restore_point_collection", _COLLECTION, _POINTS),
    _list("locks", "Microsoft.Authorization/locks"),
    _list("classic_virtual_machines", "Microsoft.ClassicCompute/virtualMachines"),
    _one("classic_virtual_machine", "Microsoft.ClassicCompute/virtualMachines"),
    *_network("network_interface", "networkInterfaces"),
    *_network("network_security_group", "networkSecurityGroups"),
    *_network("virtual_network", "virtualNetworks"),
    *_network("route_table", "routeTables"),
    *_network("load_balancer", "loadBalancers"),
    *_network("public_ip_address", "publicIPAddresses"),
    *_network("nat_gateway", "natGateways"),
    _list("vaults", _VAULT),
    _one("vault", _VAULT),
    _of_vault("protected_items", "backupProtectedItems"),
    _of_vault("backup_policies", "backupPolicies"),
    _of_vault("backup_jobs", "backupJobs"),
    _of_vault("backup_job", "backupJobs", listing=False),
    _backup_post("backup_status", "backupStatus"),
    _backup_post("backup_validation", "backupPreValidateProtection"),
)
