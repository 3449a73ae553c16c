"""The ARM JSON of scopes and locks: subscriptions, resource groups, management groups."""

from __future__ import annotations

from scanner.sim.patches import Body
from scanner.sim.seeds import roll
from scanner.sim.world import Group, Lock, ManagementGroup, Subscription, World

_DOMAIN = "contoso.onmicrosoft.com"


def tenant_body(world: World) -> Body:
    """The tenant, in the listing of tenants that the identity sees."""
    return {
        "id": f"/tenants/{world.tenant_id}",
        "tenantId": world.tenant_id,
        "countryCode": "US",
        "displayName": "Contoso",
        "domains": [_DOMAIN],
        "tenantCategory": "Home",
        "defaultDomain": _DOMAIN,
        "tenantType": "AAD",
    }


def management_group_body(world: World, group: ManagementGroup) -> Body:
    """A management group, without what is below it."""
    type_ = "Microsoft.Management/managementGroups"
    properties = {"tenantId": world.tenant_id, "displayName": group.name}
    return {"id": group.id, "type": type_, "name": group.name, "properties": properties}


def subscription_body(subscription: Subscription) -> Body:
    """A subscription, the same in the listing and alone."""
    return {
        "id": subscription.id,
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "tags": {},
        "subscriptionId": subscription.subscription_id,
        "tenantId": subscription.world.tenant_id,
        "displayName": subscription.name,
        "state": subscription.state,
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def group_body(group: Group) -> Body:
    """A resource group; `managedBy` and `tags` are left out where they are not set."""
    return {
        "id": group.id,
        "name": group.name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": group.location,
        **({"managedBy": group.managed_by} if group.managed_by else {}),
        **({"tags": group.tags} if group.tags is not None else {}),
        "properties": {"provisioningState": "Succeeded"},
    }


def descendant_bodies(root: ManagementGroup) -> list[Body]:
    """Everything below a management group, flat, parents before children."""
    below = [
        _descendant_body(sub.id, sub.subscription_id, sub.name, root.id, "subscriptions")
        for sub in root.subscriptions
    ]
    for child in root.groups:
        below.append(_descendant_body(child.id, child.name, child.name, root.id, ""))
        below.extend(descendant_bodies(child))
    return below


def lock_body(lock: Lock) -> Body:
    """A lock; some ids spell `resourcegroups` or the name of the group in another case."""
    on = lock.on
    match roll(4, lock.world.seed, "lock case", lock.on, lock.name):
        case 0:
            on = on.replace("/resourceGroups/", "/resourcegroups/", 1)
        case 1:
            parts = on.split("/")
            parts[4:5] = [part.upper() for part in parts[4:5]]
            on = "/".join(parts)
    return {
        "properties": {"level": lock.level, **({"notes": lock.notes} if lock.notes else {})},
        "id": f"{on}/providers/Microsoft.Authorization/locks/{lock.name}",
        "type": "Microsoft.Authorization/locks",
        "name": lock.name,
    }


def _descendant_body(id_: str, name: str, display: str, parent: str, kind: str) -> Body:
    type_ = "Microsoft.Management/managementGroups" + (f"/{kind}" if kind else "")
    properties = {"displayName": display, "parent": {"id": parent}}
    return {"id": id_, "type": type_, "name": name, "properties": properties}
