"""The paths that the product does not read and other clients do.

The last four are of any type: what the world holds of it, and the parts in the body of a resource.
"""

from scanner.sim.route import (
    GROUP,
    SUBSCRIPTION,
    VAULT,
    VM,
    Route,
    compile_path,
    plain_route,
    scoped_routes,
)

_VM = f"{SUBSCRIPTION}{GROUP}/providers/{VM}/(?P<vm>[^/]+)"
_SCALE_SET = (
    f"{SUBSCRIPTION}{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/(?P<name>[^/]+)"
)
_VAULT = f"{SUBSCRIPTION}{GROUP}/providers/{VAULT}/(?P<vault>[^/]+)"
_CONTAINER = f"{_VAULT}/backupFabrics/[^/]+/protectionContainers/(?P<container>[^/]+)"
_ITEM = f"{_CONTAINER}/protectedItems/(?P<item>[^/]+)"
_COMPUTE = f"{SUBSCRIPTION}/providers/Microsoft.Compute"
_COLLECTIONS = f"{SUBSCRIPTION}{GROUP}/providers/Microsoft.Compute/restorePointCollections"
_GROUPS = "/providers/Microsoft.Management/managementGroups"
_LOCATION = "locations/(?P<location>[^/]+)"
_ANY_TYPE = r"(?P<type>[^/]+/(?!locations(?:/|$))[^/]+)"
_ANY = f"{SUBSCRIPTION}{GROUP}/providers/{_ANY_TYPE}/(?P<name>[^/]+)"
_SETTINGS = "backupconfig|backupstorageconfig|backupEncryptionConfigs"
_PART = "(?P<part>(?!providers(?:/|$))[^/]+)"

OTHER_ROUTES: tuple[Route, ...] = (
    Route("keys", compile_path("/(?P<tenant>[^/]+)/discovery/v2.0/keys"), is_open=True),
    plain_route("graph", r"/(?:v1\.0|beta)/.+"),
    plain_route("tenants", "/tenants", listing=True),
    plain_route("locations", f"{SUBSCRIPTION}/locations", listing=True),
    plain_route("providers", f"(?:{SUBSCRIPTION})?/providers", listing=True),
    plain_route("provider", "/providers/(?P<name>[^/]+)"),
    plain_route("all_resources", f"{SUBSCRIPTION}(?:{GROUP})?/resources", listing=True),
    plain_route("tag_names", f"{SUBSCRIPTION}/tagNames", listing=True),
    plain_route("management_groups", _GROUPS, listing=True),
    plain_route("management_group", f"{_GROUPS}/(?P<name>[^/]+)"),
    *scoped_routes(
        ("role_assignments", "role_assignment"), "Microsoft.Authorization/roleAssignments"
    ),
    *scoped_routes(
        ("role_definitions", "role_definition"), "Microsoft.Authorization/roleDefinitions"
    ),
    *scoped_routes(("diagnostics", "diagnostic"), "Microsoft.Insights/diagnosticSettings"),
    *scoped_routes(("metric_definitions", ""), "Microsoft.Insights/metricDefinitions"),
    plain_route(
        "activity_log",
        f"{SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values",
        listing=True,
    ),
    plain_route("vms_in_location", f"{_COMPUTE}/{_LOCATION}/virtualMachines", listing=True),
    plain_route("sizes", f"{_COMPUTE}/{_LOCATION}/vmSizes", listing=True),
    plain_route("sizes", f"{_VM}/vmSizes", listing=True),
    plain_route("compute_usages", f"{_COMPUTE}/{_LOCATION}/usages", listing=True),
    plain_route("skus", f"{_COMPUTE}/skus", listing=True),
    plain_route(
        "network_usages",
        f"{SUBSCRIPTION}/providers/Microsoft.Network/{_LOCATION}/usages",
        listing=True,
    ),
    plain_route("instances", f"{_SCALE_SET}/virtualMachines", listing=True),
    plain_route("extension", f"{_VM}/extensions/(?P<name>[^/]+)"),
    plain_route(
        "restore_point", f"{_COLLECTIONS}/(?P<collection>[^/]+)/restorePoints/(?P<name>[^/]+)"
    ),
    plain_route("backup_policy", f"{_VAULT}/backupPolicies/(?P<name>[^/]+)"),
    plain_route("containers", f"{_VAULT}/backupProtectionContainers", listing=True),
    plain_route("container", _CONTAINER),
    plain_route("protected_item", _ITEM),
    plain_route("recovery_points", f"{_ITEM}/recoveryPoints", listing=True),
    plain_route("recovery_point", f"{_ITEM}/recoveryPoints/(?P<name>[^/]+)"),
    plain_route("vault_setting", f"{_VAULT}/(?P<setting>{_SETTINGS})/[^/]+"),
    plain_route("vault_usages", f"{_VAULT}/usages", listing=True),
    plain_route("backup_usages", f"{_VAULT}/backupUsageSummaries", listing=True),
    plain_route(
        "resources_of_type", f"{SUBSCRIPTION}(?:{GROUP})?/providers/{_ANY_TYPE}", listing=True
    ),
    plain_route("resource_of_type", _ANY),
    plain_route("parts", f"{_ANY}/{_PART}", listing=True),
    plain_route("part", f"{_ANY}/{_PART}/(?P<member>[^/]+)"),
)
