"""What the simulated ARM knows for each route: the entries of a listing, the body of a resource."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from scanner.sim import bodies, errors, vm_bodies
from scanner.sim.machine import ClassicVm, Collection, Item, Resource, Vm
from scanner.sim.patches import Body
from scanner.sim.routes import Found
from scanner.sim.vault import Vault
from scanner.sim.views import agent_view, instance_view, statuses
from scanner.sim.wire import Response
from scanner.sim.world import ManagementGroup, Subscription, World


class Ask(NamedTuple):
    """A request as far as a route cares: the world, what its path held, and the path as asked."""

    world: World
    found: Found
    path: str
    filter: str = ""
    """What ``$filter`` asks for."""


Entries = Sequence[Callable[[], object]]
"""The entries of a listing, each made only when its page is asked for."""


def metadata(world: World, host: str) -> Body:
    """The endpoints of this cloud, in the shape of api-version 2022-09-01."""
    url = f"https://{host}"
    return {
        "portal": f"{url}/portal",
        "authentication": {
            "loginEndpoint": f"{url}/",
            "audiences": [url, f"{url}/"],
            "tenant": world.tenant_id,
            "identityProvider": "AAD",
        },
        "media": url,
        "graphAudience": f"{url}/",
        "graph": f"{url}/",
        "name": "AzureSimulated",
        "suffixes": {
            "storage": "core.windows.net",
            "keyVaultDns": "vault.azure.net",
            "sqlServerHostname": "database.windows.net",
        },
        "batch": f"{url}/",
        "resourceManager": f"{url}/",
        "vmImageAliasDoc": f"{url}/aliases.json",
        "activeDirectoryDataLake": f"{url}/",
        "sqlManagement": f"{url}/",
        "microsoftGraphResourceId": f"{url}/",
        "gallery": f"{url}/",
    }


def _subscriptions(ask: Ask) -> Entries:
    return [partial(bodies.subscription, item) for item in ask.world.subscriptions]


def _groups(ask: Ask) -> Entries:
    return [partial(bodies.group, item) for item in _subscription(ask).groups]


def _descendants(ask: Ask) -> Entries | Response:
    root = _management_group(ask.world.management_groups, ask.found.params["name"])
    if root is None:
        path = f"/providers/Microsoft.Management/managementGroups/{ask.found.params['name']}"
        action = ask.found.route.action
        return errors.forbidden(ask.world.object_id, action, path)
    return [partial(dict, body) for body in bodies.descendants(root)]


def _vms(ask: Ask) -> Entries:
    return [partial(vm_bodies.vm_entry, vm) for vm in _vms_in(ask)]


def _statuses(ask: Ask) -> Entries:
    return [partial(_status, vm) for vm in _vms_in(ask)]


def _status(vm: Vm) -> Body:
    shown = vm.world.status_listing_agents
    with_agent = vm.name in shown if isinstance(shown, set) else shown
    view = (agent_view(vm) if with_agent else {}) | {"statuses": statuses(vm)}
    return vm_bodies.vm_status(vm, view)


def _locks(ask: Ask) -> Entries:
    subscription = _subscription(ask)
    root = _root(ask).lower()
    below = [
        lock
        for lock in subscription.locks
        if lock.on.lower() == root or lock.on.lower().startswith(root + "/")
    ]
    return [partial(bodies.lock, item) for item in below]


def _extensions(ask: Ask) -> Entries | Response:
    vm = _vm(ask)
    if isinstance(vm, Response):
        return vm
    vm_id = ask.path.rsplit("/", 1)[0]
    return [partial(vm_bodies.extension, vm, vm_id, shape) for shape in vm.extensions]


def _resources(ask: Ask) -> Entries:
    """Any type the world holds as it stands, and collections, whose lists spell the group up."""
    root = _root(ask).lower() + "/"
    kept = _subscription(ask).of_type(ask.found.route.type)
    return [partial(_entry, item) for item in kept if item.id.lower().startswith(root)]


def _entry(item: Item) -> Body:
    if isinstance(item, Collection):
        name = item.group.name
        return bodies.collection(item, item.id.replace(f"/{name}/", f"/{name.upper()}/", 1))
    return vm_bodies.vm_entry(item) if isinstance(item, Vm) else item.body


def _classic_vms(ask: Ask) -> Entries | Response:
    match _subscription(ask).classic_provider:
        case "unregistered":
            return errors.not_registered("Microsoft.ClassicCompute")
        case "absent":
            return errors.namespace_not_found("Microsoft.ClassicCompute")
    return _resources(ask)


def _vault(ask: Ask) -> Vault | Response:
    id_ = f"{_root(ask)}/providers/{Vault.type}/{ask.found.params['vault']}"
    found = _subscription(ask).find(Vault.type, id_)
    if isinstance(found, Vault):
        return found
    name = f"{Vault.type}/{ask.found.params['vault']}"
    return errors.resource_not_found(name, ask.found.params["group"])


def _protected_items(ask: Ask) -> Entries | Response:
    vault = _vault(ask)
    return vault if isinstance(vault, Response) else [partial(dict, each) for each in vault.items]


def _backup_policies(ask: Ask) -> Entries | Response:
    vault = _vault(ask)
    if isinstance(vault, Response):
        return vault
    return [partial(dict, each) for each in vault.policies]


def _backup_jobs(ask: Ask) -> Entries | Response:
    """The newest first, and of those asked for by the filter: operation, status and times."""
    vault = _vault(ask)
    if isinstance(vault, Response):
        return vault
    began = [(vault.began[each["name"]], each) for each in vault.jobs]
    chosen = [each for each in began if kept(each[1]["properties"], each[0], ask.filter)]
    chosen.sort(key=lambda each: each[0], reverse=True)
    return [partial(dict, each) for _, each in chosen]


def kept(job: Body, began: datetime, wanted: str) -> bool:
    """Whether a job passes a filter of clauses ``name eq 'value'``."""
    for name, value in re.findall(r"(\w+) eq '([^']*)'", wanted):
        if name in ("startTime", "endTime"):
            given = datetime.strptime(value, "%Y-%m-%d %I:%M:%S %p").replace(tzinfo=UTC)
            if (began < given) if name == "startTime" else (began > given):
                return False
        elif str(job.get(name)) != value:
            return False
    return True


def _backup_job(ask: Ask) -> Body | Response:
    vault = _vault(ask)
    if isinstance(vault, Response):
        return vault
    name = ask.found.params["name"]
    found = vault.details.get(name.lower())
    return found or errors.resource_not_found(f"{Vault.type}/backupJobs/{name}", vault.group.name)


def _one_subscription(ask: Ask) -> Body:
    return bodies.subscription(_subscription(ask))


def _one_group(ask: Ask) -> Body | Response:
    group = _subscription(ask).find_group(ask.found.params["group"])
    return (
        errors.group_not_found(ask.found.params["group"]) if group is None else bodies.group(group)
    )


def _one_provider(ask: Ask) -> Body:
    state = {"namespace": ask.found.params["name"], "registrationState": "Registered"}
    return {"id": ask.path, **state, "resourceTypes": []}


def _one_vm(ask: Ask) -> Body | Response:
    vm = _vm(ask)
    return vm if isinstance(vm, Response) else vm_bodies.vm_model(vm, ask.path)


def _one_view(ask: Ask) -> Body | Response:
    vm = _vm(ask)
    if isinstance(vm, Response):
        return vm
    view = instance_view(vm)
    return view if "vm" in ask.found.params else vm_bodies.vm_model(vm, ask.path, view)


def _one_collection(ask: Ask) -> Body | Response:
    item = _subscription(ask).find(ask.found.route.type, ask.path)
    if not isinstance(item, Collection):
        return _not_found(ask)
    id_ = ask.path
    if ask.found.route.name != "restore_points":
        return bodies.collection(item, id_)
    source = ask.world.find_resource(Vm.type, item.source)
    points = bodies.points(item, id_, source if isinstance(source, Vm) else None)
    return bodies.collection(item, id_, points)


def _one_resource(ask: Ask) -> Body | Response:
    item = _subscription(ask).find(ask.found.route.type, ask.path)
    return item.body if isinstance(item, Resource | ClassicVm | Vault) else _not_found(ask)


def _subscription(ask: Ask) -> Subscription:
    subscription = ask.world.find(ask.found.params["subscription"])
    assert subscription is not None, "scopes are checked before a route is answered"
    return subscription


def _root(ask: Ask) -> str:
    root = f"/subscriptions/{ask.found.params['subscription']}"
    group = ask.found.params.get("group")
    return root if group is None else f"{root}/resourceGroups/{group}"


def _vms_in(ask: Ask) -> list[Vm]:
    group = ask.found.params.get("group", "").lower()
    return [vm for vm in _subscription(ask).vms if not group or vm.group.name.lower() == group]


def _vm(ask: Ask) -> Vm | Response:
    name = ask.found.params.get("vm") or ask.found.params["name"]
    id_ = f"{_root(ask)}/providers/{ask.found.route.type}/{name}"
    item = _subscription(ask).find(Vm.type, id_)
    return item if isinstance(item, Vm) else _not_found(ask)


def _not_found(ask: Ask) -> Response:
    name = ask.found.params.get("vm") or ask.found.params["name"]
    return errors.resource_not_found(f"{ask.found.route.type}/{name}", ask.found.params["group"])


def _management_group(groups: Sequence[ManagementGroup], name: str) -> ManagementGroup | None:
    for group in groups:
        if group.name.lower() == name.lower():
            return group
        below = _management_group(group.groups, name)
        if below is not None:
            return below
    return None


LISTINGS: Mapping[str, Callable[[Ask], Entries | Response]] = {
    "subscriptions": _subscriptions,
    "resource_groups": _groups,
    "descendants": _descendants,
    "virtual_machines": _vms,
    "classic_virtual_machines": _classic_vms,
    "statuses": _statuses,
    "extensions": _extensions,
    "locks": _locks,
    "protected_items": _protected_items,
    "backup_policies": _backup_policies,
    "backup_jobs": _backup_jobs,
    "resources": _resources,
}
SINGLES: Mapping[str, Callable[[Ask], Body | Response]] = {
    "subscription": _one_subscription,
    "resource_group": _one_group,
    "provider": _one_provider,
    "virtual_machine": _one_vm,
    "instance_views": _one_view,
    "restore_points": _one_collection,
    "restore_point_collection": _one_collection,
    "backup_job": _backup_job,
    "resource": _one_resource,
}
