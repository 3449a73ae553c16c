"""The answer of the simulated ARM for each route: entries of a listing, or the body of a resource.

`LISTINGS` and `SINGLES` map the name of a route in `routes.ROUTES` to the function that answers it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from scanner.sim import errors, scope_bodies, vm_bodies
from scanner.sim.group_base import Item, Resource
from scanner.sim.http_messages import Response
from scanner.sim.instance_view import agent_view, instance_view, statuses
from scanner.sim.machine import ClassicVm, Vm
from scanner.sim.metrics import metrics_answer
from scanner.sim.patches import Body
from scanner.sim.restore_points import Collection, collection_body, point_bodies
from scanner.sim.routes import Route, RouteMatch
from scanner.sim.service_tag_bodies import service_tags_body
from scanner.sim.vault import Vault
from scanner.sim.world import Subscription, World


class RoutedRequest(NamedTuple):
    """A GET with the route it matches."""

    world: World
    matched: RouteMatch
    path: str
    """The path as the client wrote it, without a slash at the end."""
    filter: str = ""
    """The value of ``$filter``."""
    query: Mapping[str, str] = MappingProxyType({})
    """The options in the query."""

    @property
    def route(self) -> Route:
        """The route."""
        return self.matched.route

    @property
    def params(self) -> Mapping[str, str]:
        """The named parts of the path."""
        return self.matched.params


Entries = Sequence[Callable[[], object]]
"""Functions that make the entries of a listing, each called only when its page is requested."""


def _list_subscriptions(request: RoutedRequest) -> Entries:
    return [partial(scope_bodies.subscription_body, s) for s in request.world.subscriptions]


def _list_groups(request: RoutedRequest) -> Entries:
    return [partial(scope_bodies.group_body, group) for group in _find_subscription(request).groups]


def _list_descendants(request: RoutedRequest) -> Entries | Response:
    name = request.params["name"]
    root = request.world.find_management_group(name)
    if root is None:
        path = f"/providers/Microsoft.Management/managementGroups/{name}"
        return errors.forbidden(request.world.object_id, request.route.action, path)
    return [partial(dict, body) for body in scope_bodies.descendant_bodies(root)]


def _list_vms(request: RoutedRequest) -> Entries:
    return [partial(vm_bodies.vm_entry, vm) for vm in _vms_in_scope(request)]


def _list_statuses(request: RoutedRequest) -> Entries:
    return [partial(_status_entry, request.world, vm) for vm in _vms_in_scope(request)]


def _status_entry(world: World, vm: Vm) -> Body:
    """A VM in the status listing, with its agent if the world shows it there."""
    shown = world.status_listing_agents
    with_agent = vm.name in shown if isinstance(shown, set) else shown
    view = (agent_view(vm) if with_agent else {}) | {"statuses": statuses(vm)}
    return vm_bodies.vm_status(vm, view)


def _list_locks(request: RoutedRequest) -> Entries:
    """The locks at or below the subscription or the group."""
    root = _scope_id(request).lower()
    return [
        partial(scope_bodies.lock_body, lock)
        for lock in _find_subscription(request).locks
        if lock.on.lower() == root or lock.on.lower().startswith(root + "/")
    ]


def _list_extensions(request: RoutedRequest) -> Entries | Response:
    vm = _find_vm(request)
    if isinstance(vm, Response):
        return vm
    vm_id = request.path.rsplit("/", 1)[0]
    return [partial(vm_bodies.extension_body, vm, vm_id, shape) for shape in vm.extensions]


def _list_resources(request: RoutedRequest) -> Entries:
    """The resources of any type below the subscription or the group."""
    root = _scope_id(request).lower() + "/"
    items = _find_subscription(request).of_type(request.route.type)
    return [partial(_resource_entry, item) for item in items if item.id.lower().startswith(root)]


def _resource_entry(item: Item) -> Body:
    """A resource in its listing; listings of collections spell the group in upper case."""
    if isinstance(item, Collection):
        name = item.group.name
        return collection_body(item, item.id.replace(f"/{name}/", f"/{name.upper()}/", 1))
    assert isinstance(item, Resource | ClassicVm | Vault), "VMs have a listing of their own"
    return item.body


def _list_classic_vms(request: RoutedRequest) -> Entries | Response:
    match _find_subscription(request).classic_provider:
        case "unregistered":
            return errors.not_registered("Microsoft.ClassicCompute")
        case "absent":
            return errors.namespace_not_found("Microsoft.ClassicCompute")
    return _list_resources(request)


def _list_protected_items(request: RoutedRequest) -> Entries | Response:
    vault = _find_vault(request)
    return vault if isinstance(vault, Response) else [partial(dict, body) for body in vault.items]


def _list_backup_policies(request: RoutedRequest) -> Entries | Response:
    vault = _find_vault(request)
    if isinstance(vault, Response):
        return vault
    return [partial(dict, body) for body in vault.policies]


def _list_backup_jobs(request: RoutedRequest) -> Entries | Response:
    """The jobs that pass the filter, the newest first."""
    vault = _find_vault(request)
    if isinstance(vault, Response):
        return vault
    jobs = [(vault.job_starts[body["name"]], body) for body in vault.jobs]
    wanted = [
        (start, body)
        for start, body in jobs
        if _passes_filter(body["properties"], start, request.filter)
    ]
    wanted.sort(key=lambda job: job[0], reverse=True)
    return [partial(dict, body) for _, body in wanted]


def _passes_filter(properties: Body, start: datetime, filter_: str) -> bool:
    """True if a job meets every clause ``name eq 'value'``; the two times bound its start."""
    for name, value in re.findall(r"(\w+) eq '([^']*)'", filter_):
        if name in ("startTime", "endTime"):
            bound = datetime.strptime(value, "%Y-%m-%d %I:%M:%S %p").replace(tzinfo=UTC)
            if (start < bound) if name == "startTime" else (start > bound):
                return False
        elif str(properties.get(name)) != value:
            return False
    return True


def _one_job(request: RoutedRequest) -> Body | Response:
    vault = _find_vault(request)
    if isinstance(vault, Response):
        return vault
    name = request.params["name"]
    job = vault.details.get(name.lower())
    return job or errors.resource_not_found(f"{Vault.type}/backupJobs/{name}", vault.group.name)


def _one_subscription(request: RoutedRequest) -> Body:
    return scope_bodies.subscription_body(_find_subscription(request))


def _one_group(request: RoutedRequest) -> Body | Response:
    name = request.params["group"]
    group = _find_subscription(request).find_group(name)
    return errors.group_not_found(name) if group is None else scope_bodies.group_body(group)


def _one_provider(request: RoutedRequest) -> Body:
    state = {"namespace": request.params["name"], "registrationState": "Registered"}
    return {"id": request.path, **state, "resourceTypes": []}


def _one_vm(request: RoutedRequest) -> Body | Response:
    vm = _find_vm(request)
    return vm if isinstance(vm, Response) else vm_bodies.vm_model(vm, request.path)


def _one_view(request: RoutedRequest) -> Body | Response:
    """The instance view, alone or (with ``$expand``) inside the VM."""
    vm = _find_vm(request)
    if isinstance(vm, Response):
        return vm
    view = instance_view(vm)
    return view if "vm" in request.params else vm_bodies.vm_model(vm, request.path, view)


def _metrics_of_vm(request: RoutedRequest) -> Body | Response:
    vm = _find_vm(request)
    return vm if isinstance(vm, Response) else metrics_answer(vm, request.path, request.query)


def _service_tags(request: RoutedRequest) -> Body:
    return service_tags_body(_find_subscription(request).id)


def _one_collection(request: RoutedRequest) -> Body | Response:
    collection = _find_subscription(request).find(request.route.type, request.path)
    if not isinstance(collection, Collection):
        return _not_found_error(request)
    id_ = request.path
    if request.route.name != "restore_points":
        return collection_body(collection, id_)
    source = request.world.find_resource(Vm.type, collection.source)
    points = point_bodies(collection, id_, source if isinstance(source, Vm) else None)
    return collection_body(collection, id_, points)


def _one_resource(request: RoutedRequest) -> Body | Response:
    item = _find_subscription(request).find(request.route.type, request.path)
    return (
        item.body if isinstance(item, Resource | ClassicVm | Vault) else _not_found_error(request)
    )


def _find_subscription(request: RoutedRequest) -> Subscription:
    """The subscription that the path names."""
    subscription = request.world.find(request.params["subscription"])
    assert subscription is not None, "scopes are checked before a route is answered"
    return subscription


def _scope_id(request: RoutedRequest) -> str:
    """The id of the group in the path, or of the subscription if it has no group."""
    root = f"/subscriptions/{request.params['subscription']}"
    group = request.params.get("group")
    return root if group is None else f"{root}/resourceGroups/{group}"


def _vms_in_scope(request: RoutedRequest) -> list[Vm]:
    group = request.params.get("group", "").lower()
    vms = _find_subscription(request).vms
    return [vm for vm in vms if not group or vm.group.name.lower() == group]


def _find_vm(request: RoutedRequest) -> Vm | Response:
    """The VM that the path names, or the answer that it does not exist."""
    name = request.params.get("vm") or request.params["name"]
    id_ = f"{_scope_id(request)}/providers/{request.route.type}/{name}"
    vm = _find_subscription(request).find(Vm.type, id_)
    return vm if isinstance(vm, Vm) else _not_found_error(request)


def _find_vault(request: RoutedRequest) -> Vault | Response:
    """The vault that the path names, or the answer that it does not exist."""
    name = f"{Vault.type}/{request.params['vault']}"
    vault = _find_subscription(request).find(Vault.type, f"{_scope_id(request)}/providers/{name}")
    if isinstance(vault, Vault):
        return vault
    return errors.resource_not_found(name, request.params["group"])


def _not_found_error(request: RoutedRequest) -> Response:
    """The answer that the resource in the path does not exist."""
    name = request.params.get("vm") or request.params["name"]
    return errors.resource_not_found(f"{request.route.type}/{name}", request.params["group"])


LISTINGS: Mapping[str, Callable[[RoutedRequest], Entries | Response]] = {
    "subscriptions": _list_subscriptions,
    "resource_groups": _list_groups,
    "descendants": _list_descendants,
    "virtual_machines": _list_vms,
    "classic_virtual_machines": _list_classic_vms,
    "statuses": _list_statuses,
    "extensions": _list_extensions,
    "locks": _list_locks,
    "protected_items": _list_protected_items,
    "backup_policies": _list_backup_policies,
    "backup_jobs": _list_backup_jobs,
    "resources": _list_resources,
}
"""``resources`` answers every other listing."""
SINGLES: Mapping[str, Callable[[RoutedRequest], Body | Response]] = {
    "subscription": _one_subscription,
    "resource_group": _one_group,
    "provider": _one_provider,
    "virtual_machine": _one_vm,
    "instance_views": _one_view,
    "metrics": _metrics_of_vm,
    "service_tags": _service_tags,
    "restore_points": _one_collection,
    "restore_point_collection": _one_collection,
    "backup_job": _one_job,
    "resource": _one_resource,
}
"""``resource`` answers every other route."""
