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


def _compile_path(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _listing_route(
    name: str, type_: str, buckets: Buckets = (), needs: tuple[str, str] | None = None
) -> Route:
    """A listing of a resource type, in a subscription or in a resource group."""
    pattern = f"{_SUBSCRIPTION}(?:{_GROUP})?/providers/{re.escape(type_)}"
    return Route(name, _compile_path(pattern), f"{type_}/read", type_, needs, buckets, listing=True)


def _resource_route(
    name: str, type_: str, buckets: Buckets = (), needs: tuple[str, str] | None = None
) -> Route:
    """A single resource of a type."""
    pattern = f"{_SUBSCRIPTION}{_GROUP}/providers/{re.escape(type_)}/(?P<name>[^/]+)"
    return Route(name, _compile_path(pattern), f"{type_}/read", type_, needs, buckets)


def _vm_part_route(name: str, member: str, *, listing: bool = False) -> Route:
    """A part of a VM, such as its extensions: a listing, or one body."""
    pattern = f"{_SUBSCRIPTION}{_GROUP}/providers/{re.escape(_VM)}/(?P<vm>[^/]+)/{member}"
    action = f"{_VM}/{member}/read"
    return Route(name, _compile_path(pattern), action, _VM, buckets=_LOW_COST, listing=listing)


def _vault_part_route(name: str, member: str, *, listing: bool = True) -> Route:
    """A listing inside a vault, or one entry of it."""
    pattern = f"{_SUBSCRIPTION}{_GROUP}/providers/{re.escape(_VAULT)}/(?P<vault>[^/]+)/{member}"
    if not listing:
        pattern += "/(?P<name>[^/]+)"
    type_ = f"{_VAULT}/{member}"
    return Route(name, _compile_path(pattern), f"{type_}/read", type_, listing=listing)


def _backup_post_route(name: str, member: str) -> Route:
    """A POST to Azure Backup in a region; the name in its path is the region."""
    type_ = "Microsoft.RecoveryServices/locations"
    pattern = f"{_SUBSCRIPTION}/providers/{type_}/(?P<name>[^/]+)/{member}"
    return Route(name, _compile_path(pattern), f"{type_}/{member}/action", type_)


def _watcher_post_route(name: str, member: str) -> Route:
    """A POST to a Network Watcher, which begins an operation."""
    type_ = "Microsoft.Network/networkWatchers"
    pattern = f"{_SUBSCRIPTION}{_GROUP}/providers/{type_}/(?P<watcher>[^/]+)/{member}"
    return Route(name, _compile_path(pattern), f"{type_}/{member}/action", type_)


def _operation_route(name: str, member: str) -> Route:
    """The status or the result of an operation of Microsoft.Network."""
    type_ = "Microsoft.Network/locations"
    pattern = f"{_SUBSCRIPTION}/providers/{type_}/(?P<region>[^/]+)/{member}/(?P<name>[^/]+)"
    return Route(name, _compile_path(pattern), f"{type_}/{member}/read", type_)


def _network_routes(name: str, member: str) -> tuple[Route, Route]:
    """The listing of a type of Microsoft.Network, and one resource of it."""
    type_ = f"Microsoft.Network/{member}"
    plural = f"{name}es" if name.endswith("s") else f"{name}s"
    return _listing_route(plural, type_), _resource_route(name, type_)


ROUTES: tuple[Route, ...] = (
    Route("metadata", _compile_path("/metadata/endpoints"), ""),
    Route("token", _compile_path("/(?P<tenant>[^/]+)/oauth2/v2.0/token"), ""),
    Route(
        "openid_configuration",
        _compile_path("/(?P<tenant>[^/]+)/v2.0/.well-known/openid-configuration"),
        "",
    ),
    Route("instance_discovery", _compile_path("/common/discovery/instance"), ""),
    Route(
        "subscriptions",
        _compile_path("/subscriptions"),
        "Microsoft.Resources/subscriptions/read",
        listing=True,
    ),
    Route("subscription", _compile_path(_SUBSCRIPTION), "Microsoft.Resources/subscriptions/read"),
    Route(
        "resource_groups",
        _compile_path(f"{_SUBSCRIPTION}/resourcegroups"),
        "Microsoft.Resources/subscriptions/resourcegroups/read",
        listing=True,
    ),
    Route(
        "resource_group",
        _compile_path(f"{_SUBSCRIPTION}{_GROUP}"),
        "Microsoft.Resources/subscriptions/resourcegroups/read",
    ),
    Route(
        "provider",
        _compile_path(f"{_SUBSCRIPTION}/providers/(?P<name>[^/]+)"),
        "Microsoft.Resources/subscriptions/providers/read",
    ),
    Route(
        "descendants",
        _compile_path(
            "/providers/Microsoft.Management/managementGroups/(?P<name>[^/]+)/descendants"
        ),
        "Microsoft.Management/managementGroups/descendants/read",
        listing=True,
    ),
    _listing_route("statuses", _VM, _HIGH_COST, needs=("statusOnly", "true")),
    _listing_route("virtual_machines", _VM, _HIGH_COST),
    _resource_route("instance_views", _VM, _LOW_COST, needs=("$expand", "instanceview")),
    _resource_route("virtual_machine", _VM, _LOW_COST),
    _vm_part_route("instance_views", "instanceView"),
    _vm_part_route("extensions", "extensions", listing=True),
    _listing_route("disks", "Microsoft.Compute/disks", _DISK_LISTS),
    _resource_route("disk", "Microsoft.Compute/disks", _DISKS),
    _listing_route("restore_point_collections", _COLLECTION, _POINT_LISTS),
    _resource_route("restore_points", _COLLECTION, _POINTS, needs=("$expand", "restorepoints")),
    _resource_route("restore_point_collection", _COLLECTION, _POINTS),
    _listing_route("locks", "Microsoft.Authorization/locks"),
    _listing_route("classic_virtual_machines", "Microsoft.ClassicCompute/virtualMachines"),
    _resource_route("classic_virtual_machine", "Microsoft.ClassicCompute/virtualMachines"),
    *_network_routes("network_interface", "networkInterfaces"),
    *_network_routes("network_security_group", "networkSecurityGroups"),
    *_network_routes("virtual_network", "virtualNetworks"),
    *_network_routes("route_table", "routeTables"),
    *_network_routes("load_balancer", "loadBalancers"),
    *_network_routes("public_ip_address", "publicIPAddresses"),
    *_network_routes("nat_gateway", "natGateways"),
    *_network_routes("network_watcher", "networkWatchers"),
    _watcher_post_route("next_hop", "nextHop"),
    _watcher_post_route("ip_flow", "ipFlowVerify"),
    _operation_route("operation", "operations"),
    _operation_route("operation_result", "operationResults"),
    Route(
        "service_tags",
        _compile_path(
            f"{_SUBSCRIPTION}/providers/Microsoft.Network/locations/(?P<name>[^/]+)/serviceTags"
        ),
        "Microsoft.Network/locations/serviceTags/read",
    ),
    _listing_route("vaults", _VAULT),
    _resource_route("vault", _VAULT),
    _vault_part_route("protected_items", "backupProtectedItems"),
    _vault_part_route("backup_policies", "backupPolicies"),
    _vault_part_route("backup_jobs", "backupJobs"),
    _vault_part_route("backup_job", "backupJobs", listing=False),
    _backup_post_route("backup_status", "backupStatus"),
    _backup_post_route("backup_validation", "backupPreValidateProtection"),
    Route(
        "metrics",
        _compile_path(
            f"{_SUBSCRIPTION}{_GROUP}/providers/{re.escape(_VM)}/(?P<vm>[^/]+)"
            "/providers/Microsoft.Insights/metrics"
        ),
        "Microsoft.Insights/metrics/read",
        _VM,
    ),
)
