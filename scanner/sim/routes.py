"""Every path the simulated ARM answers, with its RBAC action and the rate limits it counts against.

A top-level resource type of Azure needs no line here: `resource_types` names it, and its entries
are the resources of that type in the world.
"""

import re
from functools import lru_cache

from scanner.sim.http_messages import Request
from scanner.sim.other_routes import OTHER_ROUTES
from scanner.sim.route import (
    GROUP,
    LOW_COST,
    SUBSCRIPTION,
    VAULT,
    VM,
    Buckets,
    Route,
    RouteMatch,
    backup_post_route,
    compile_path,
    listing_route,
    network_location_route,
    network_routes,
    resource_route,
    scoped_routes,
    vault_part_route,
    vm_part_route,
    watcher_post_route,
)

_HIGH_COST: Buckets = (("Microsoft.Compute/HighCostGetSubscriptionMaximum", 900),)
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
_COLLECTION = "Microsoft.Compute/restorePointCollections"

ROUTES: tuple[Route, ...] = (
    Route("metadata", compile_path("/metadata/endpoints"), is_open=True),
    Route("token", compile_path("/(?P<tenant>[^/]+)/oauth2/(v2.0/)?token"), is_open=True),
    Route(
        "openid_configuration",
        compile_path("/(?P<tenant>[^/]+)(/v2.0)?/.well-known/openid-configuration"),
        is_open=True,
    ),
    Route("instance_discovery", compile_path("/common/discovery/instance"), is_open=True),
    Route(
        "subscriptions",
        compile_path("/subscriptions"),
        "Microsoft.Resources/subscriptions/read",
        listing=True,
    ),
    Route("subscription", compile_path(SUBSCRIPTION), "Microsoft.Resources/subscriptions/read"),
    Route(
        "resource_groups",
        compile_path(f"{SUBSCRIPTION}/resourcegroups"),
        "Microsoft.Resources/subscriptions/resourcegroups/read",
        listing=True,
    ),
    Route(
        "resource_group",
        compile_path(f"{SUBSCRIPTION}{GROUP}"),
        "Microsoft.Resources/subscriptions/resourcegroups/read",
    ),
    Route(
        "provider",
        compile_path(f"{SUBSCRIPTION}/providers/(?P<name>[^/]+)"),
        "Microsoft.Resources/subscriptions/providers/read",
    ),
    Route(
        "descendants",
        compile_path(
            "/providers/Microsoft.Management/managementGroups/(?P<name>[^/]+)/descendants"
        ),
        "Microsoft.Management/managementGroups/descendants/read",
        listing=True,
    ),
    Route(
        "resource_graph",
        compile_path("/providers/Microsoft.ResourceGraph/resources"),
        "Microsoft.ResourceGraph/resources/read",
    ),
    listing_route("statuses", VM, _HIGH_COST, needs=("statusOnly", "true")),
    listing_route("virtual_machines", VM, _HIGH_COST),
    resource_route("instance_views", VM, LOW_COST, needs=("$expand", "instanceview")),
    resource_route("virtual_machine", VM, LOW_COST),
    vm_part_route("instance_views", "instanceView"),
    vm_part_route("extensions", "extensions", listing=True),
    listing_route("disks", "Microsoft.Compute/disks", _DISK_LISTS),
    resource_route("disk", "Microsoft.Compute/disks", _DISKS),
    listing_route("restore_point_collections", _COLLECTION, _POINT_LISTS),
    resource_route("restore_points", _COLLECTION, _POINTS, needs=("$expand", "restorepoints")),
    resource_route("restore_point_collection", _COLLECTION, _POINTS),
    *scoped_routes(("locks", "lock"), "Microsoft.Authorization/locks"),
    listing_route("classic_virtual_machines", "Microsoft.ClassicCompute/virtualMachines"),
    resource_route("classic_virtual_machine", "Microsoft.ClassicCompute/virtualMachines"),
    *network_routes("network_interface", "networkInterfaces"),
    *network_routes("network_security_group", "networkSecurityGroups"),
    *network_routes("virtual_network", "virtualNetworks"),
    *network_routes("route_table", "routeTables"),
    *network_routes("load_balancer", "loadBalancers"),
    *network_routes("public_ip_address", "publicIPAddresses"),
    *network_routes("nat_gateway", "natGateways"),
    *network_routes("network_watcher", "networkWatchers"),
    watcher_post_route("next_hop", "nextHop"),
    watcher_post_route("ip_flow", "ipFlowVerify"),
    network_location_route("operation", "operations/(?P<name>[^/]+)"),
    network_location_route("operation_result", "operationResults/(?P<name>[^/]+)"),
    network_location_route("service_tags", "serviceTags"),
    listing_route("vaults", VAULT),
    resource_route("vault", VAULT),
    vault_part_route("protected_items", "backupProtectedItems"),
    vault_part_route("backup_policies", "backupPolicies"),
    vault_part_route("backup_jobs", "backupJobs"),
    vault_part_route("backup_job", "backupJobs", listing=False),
    backup_post_route("backup_status", "backupStatus"),
    backup_post_route("backup_validation", "backupPreValidateProtection"),
    Route(
        "metrics",
        compile_path(
            f"{SUBSCRIPTION}{GROUP}/providers/{re.escape(VM)}/(?P<vm>[^/]+)"
            "/providers/Microsoft.Insights/metrics"
        ),
        "Microsoft.Insights/metrics/read",
        VM,
    ),
    *OTHER_ROUTES,
)


def match_route(request: Request) -> RouteMatch | None:
    """The first route that the request matches, paths and options compared without case."""
    matches = _matches(plain_path(request.path))
    return next((match for match in matches if match.route.fits(request)), None)


@lru_cache(4096)
def _matches(path: str) -> tuple[RouteMatch, ...]:
    """The routes that a path may take. Clients ask for few paths, and for these again and again."""
    found = ((route, route.pattern.fullmatch(path)) for route in ROUTES)
    return tuple(
        RouteMatch(route, {k: v for k, v in match.groupdict().items() if v is not None})
        for route, match in found
        if match
    )


def plain_path(path: str) -> str:
    """A path without empty segments, which az and the SDK send, and without a slash at its end."""
    return re.sub("//+", "/", path).rstrip("/")


def scope_of(matched: RouteMatch, path: str) -> str:
    """The scope an authorization error names: the resource, its group, or its subscription."""
    if matched.route.listing and "vault" in matched.params:
        return path.rpartition("/")[0]
    if matched.route.listing and "vm" not in matched.params:
        # What lies on a resource has the last provider of the path, see `scoped_routes`.
        [*above, _] = re.split("/providers/|/resourcegroups$", path, flags=re.IGNORECASE)
        return "/providers/".join(above) or path
    return path
