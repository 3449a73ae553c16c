"""The answers about tenants, subscriptions, groups, providers, and all resources of a scope."""

from __future__ import annotations

from functools import partial

from scanner.sim import errors, scope_bodies
from scanner.sim.filters import asks_only, clauses, passes
from scanner.sim.group_base import Item
from scanner.sim.http_messages import Response
from scanner.sim.locations import LOCATIONS, location_body
from scanner.sim.patches import Body
from scanner.sim.provider_bodies import provider_body
from scanner.sim.refusals import registration
from scanner.sim.resource_bodies import brief_body, listed_body, location_of
from scanner.sim.resource_types import NAMESPACES, spelt
from scanner.sim.routed import (
    Entries,
    RoutedRequest,
    find_subscription,
    is_within,
    not_found,
    scope_id,
)
from scanner.sim.targets import target_of
from scanner.sim.world import ManagementGroup

_FILTERS_OF_RESOURCES = (
    "resourcetype",
    "resourcegroup",
    "name",
    "location",
    "tagname",
    "tagvalue",
)


def _list_tenants(request: RoutedRequest) -> Entries:
    return [partial(scope_bodies.tenant_body, request.world)]


def _list_subscriptions(request: RoutedRequest) -> Entries:
    return [partial(scope_bodies.subscription_body, s) for s in request.world.subscriptions]


def _one_subscription(request: RoutedRequest) -> Body:
    return scope_bodies.subscription_body(find_subscription(request))


def _list_locations(request: RoutedRequest) -> Entries:
    id_ = find_subscription(request).id
    return [partial(location_body, id_, location) for location in LOCATIONS]


def _list_groups(request: RoutedRequest) -> Entries | Response:
    if not asks_only(request.filter, "tagname", "tagvalue"):
        return errors.invalid_filter(request.filter)
    groups = find_subscription(request).groups
    wanted = {clause.name: clause.value.lower() for clause in clauses(request.filter)}
    name, value = wanted.get("tagname"), wanted.get("tagvalue")
    return [
        partial(scope_bodies.group_body, group)
        for group in groups
        if name is None or _has_tag(group.tags, name, value)
    ]


def _has_tag(tags: dict[str, str] | None, name: str, value: str | None) -> bool:
    held = {key.lower(): tag.lower() for key, tag in (tags or {}).items()}
    return name in held and value in (None, held[name])


def _one_group(request: RoutedRequest) -> Body:
    group = find_subscription(request).find_group(request.params["group"])
    assert group is not None, "scopes are checked before a route is answered"
    return scope_bodies.group_body(group)


def _find_management_group(request: RoutedRequest) -> ManagementGroup | Response:
    """The management group that the path names. Azure refuses to say that there is none."""
    name = request.params["name"]
    found = request.world.find_management_group(name)
    if found is not None:
        return found
    action = target_of(request.path).action("GET")
    path = f"/providers/Microsoft.Management/managementGroups/{name}"
    return errors.forbidden(request.world.object_id, action, path)


def _list_descendants(request: RoutedRequest) -> Entries | Response:
    root = _find_management_group(request)
    if isinstance(root, Response):
        return root
    return [partial(dict, body) for body in scope_bodies.descendant_bodies(root)]


def _list_management_groups(request: RoutedRequest) -> Entries:
    world = request.world
    return [
        partial(scope_bodies.management_group_body, world, g) for g in world.all_management_groups
    ]


def _one_management_group(request: RoutedRequest) -> Body | Response:
    found = _find_management_group(request)
    if isinstance(found, Response):
        return found
    return scope_bodies.management_group_body(request.world, found)


def _list_providers(request: RoutedRequest) -> Entries:
    scope = request.path.rpartition("/providers")[0]
    return [
        partial(provider_body, scope, name, registration(request.world, request.path, name))
        for name in sorted(NAMESPACES)
        if registration(request.world, request.path, name) != "absent"
    ]


def _one_provider(request: RoutedRequest) -> Body | Response:
    scope, _, name = request.path.rpartition("/providers/")
    name = spelt(name)
    state = registration(request.world, request.path, name)
    return (
        errors.namespace_not_found(name) if state == "absent" else provider_body(scope, name, state)
    )


def _list_all_resources(request: RoutedRequest) -> Entries | Response:
    """Every resource below the scope that the filter lets through."""
    if not asks_only(request.filter, *_FILTERS_OF_RESOURCES):
        return errors.invalid_filter(request.filter)
    wanted = {clause.name: clause.value.lower() for clause in clauses(request.filter)}
    tag, value = wanted.get("tagname"), wanted.get("tagvalue")
    found = []
    for item in _below_scope(request, find_subscription(request).all_items):
        _, _, _, _, group, *_, name = item.id.split("/")
        values = {
            "resourcetype": item.type,
            "resourcegroup": group,
            "name": name,
            "location": location_of(item),
        }
        tags = listed_body(item).get("tags") if tag else None
        if passes(values, request.filter) and (tag is None or _has_tag(tags, tag, value)):
            found.append(item)
    return [partial(brief_body, item) for item in found]


def _list_resources(request: RoutedRequest) -> Entries:
    """The resources of the type below the subscription or the group."""
    items = find_subscription(request).of_type(request.type)
    return [partial(listed_body, item) for item in _below_scope(request, items)]


def _below_scope(request: RoutedRequest, items: list[Item]) -> list[Item]:
    root = scope_id(request)
    return [item for item in items if is_within(item.id, root)]


def _one_resource(request: RoutedRequest) -> Body | Response:
    item = find_subscription(request).find(request.type, request.path)
    return not_found(request) if item is None else listed_body(item)


def _list_tag_names(request: RoutedRequest) -> Entries:
    """The names of the tags that VMs of the subscription have. Case makes no other name."""
    subscription = find_subscription(request)
    spelt: dict[str, str] = {}
    for name in (name for vm in subscription.vms for name in vm.tags or {}):
        spelt.setdefault(name.lower(), name)
    names = sorted(spelt.values())
    return [
        partial(dict, id=f"{subscription.id}/tagNames/{name}", tagName=name, values=[])
        for name in names
    ]


LISTINGS = {
    "tenants": _list_tenants,
    "subscriptions": _list_subscriptions,
    "locations": _list_locations,
    "resource_groups": _list_groups,
    "descendants": _list_descendants,
    "management_groups": _list_management_groups,
    "providers": _list_providers,
    "all_resources": _list_all_resources,
    "tag_names": _list_tag_names,
    "resources": _list_resources,
}
"""``resources`` answers every listing of a type that has no other answer."""
SINGLES = {
    "subscription": _one_subscription,
    "resource_group": _one_group,
    "management_group": _one_management_group,
    "provider": _one_provider,
    "resource": _one_resource,
}
"""``resource`` answers every single resource that has no other answer."""
