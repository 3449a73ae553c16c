"""The answers about VMs, restore points, and what Compute offers in a region."""

from __future__ import annotations

from functools import partial

from scanner.sim import errors, vm_bodies
from scanner.sim.filters import asks_only, clauses
from scanner.sim.http_messages import Response
from scanner.sim.instance_view import agent_view, instance_view, statuses
from scanner.sim.locations import LOCATIONS
from scanner.sim.machine import Vm
from scanner.sim.metrics import metrics_answer
from scanner.sim.patches import Body
from scanner.sim.restore_points import Collection, collection_body, point_bodies
from scanner.sim.routed import (
    Entries,
    RoutedRequest,
    find_subscription,
    find_vm,
    not_found,
    scope_id,
    vms_in_scope,
)
from scanner.sim.shapes import SIZES
from scanner.sim.sizes import size_body, sku_body, usage_bodies
from scanner.sim.world import World

_SCALE_SET = "Microsoft.Compute/virtualMachineScaleSets"
_OF_SCALE_SET = "virtualMachineScaleSet/id"


def _list_vms(request: RoutedRequest) -> Entries | Response:
    vms = _asked_vms(request)
    return vms if isinstance(vms, Response) else [partial(vm_bodies.vm_entry, vm) for vm in vms]


def _asked_vms(request: RoutedRequest) -> list[Vm] | Response:
    """The VMs of the scale set that the filter names, the only filter that Compute has."""
    if not asks_only(request.filter, _OF_SCALE_SET.lower()):
        return errors.filter_not_allowed(request.filter, f"'{_OF_SCALE_SET}' eq {{id}}")
    wanted = [clause.value for clause in clauses(request.filter)]
    return [
        vm
        for vm in vms_in_scope(request)
        if all(vm.scale_set and _same(vm_bodies.scale_set_id(vm), id_) for id_ in wanted)
    ]


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()


def _list_vms_in_location(request: RoutedRequest) -> Entries:
    location = request.params["location"]
    vms = [vm for vm in vms_in_scope(request) if _same(vm.group.location, location)]
    return [partial(vm_bodies.vm_entry, vm) for vm in vms]


def _list_instances(request: RoutedRequest) -> Entries | Response:
    """The VMs of a scale set."""
    scale_set = request.path.rpartition("/")[0]
    if find_subscription(request).find(_SCALE_SET, scale_set) is None:
        return errors.parent_not_found("virtualMachineScaleSets/virtualMachines", scale_set)
    vms = vms_in_scope(request)
    return [
        partial(vm_bodies.vm_entry, vm)
        for vm in vms
        if vm.scale_set and _same(vm_bodies.scale_set_id(vm), scale_set)
    ]


def _list_statuses(request: RoutedRequest) -> Entries | Response:
    vms = _asked_vms(request)
    if isinstance(vms, Response):
        return vms
    return [partial(_status_entry, request.world, vm) for vm in vms]


def _status_entry(world: World, vm: Vm) -> Body:
    """A VM in the status listing, with its agent if the world shows it there."""
    shown = world.status_listing_agents
    with_agent = vm.name in shown if isinstance(shown, set) else shown
    view = (agent_view(vm) if with_agent else {}) | {"statuses": statuses(vm)}
    return vm_bodies.vm_status(vm, view)


def _one_vm(request: RoutedRequest) -> Body | Response:
    vm = find_vm(request)
    return vm if isinstance(vm, Response) else vm_bodies.vm_model(vm, request.path)


def _one_view(request: RoutedRequest) -> Body | Response:
    """The instance view, alone or (with ``$expand``) inside the VM."""
    vm = find_vm(request)
    if isinstance(vm, Response):
        return vm
    view = instance_view(vm)
    return view if "vm" in request.params else vm_bodies.vm_model(vm, request.path, view)


def _list_extensions(request: RoutedRequest) -> Entries | Response:
    vm = find_vm(request)
    if isinstance(vm, Response):
        return vm
    vm_id = request.path.rsplit("/", 1)[0]
    return [partial(vm_bodies.extension_body, vm, vm_id, shape) for shape in vm.extensions]


def _one_extension(request: RoutedRequest) -> Body | Response:
    vm = find_vm(request)
    if isinstance(vm, Response):
        return vm
    vm_id = request.path.rsplit("/", 2)[0]
    for shape in vm.extensions:
        if _same(shape.name, request.params["name"]):
            return vm_bodies.extension_body(vm, vm_id, shape)
    return not_found(request)


def _metrics_of_vm(request: RoutedRequest) -> Body | Response:
    vm = find_vm(request)
    return vm if isinstance(vm, Response) else metrics_answer(vm, request.path, request.query)


def _one_collection(request: RoutedRequest) -> Body | Response:
    collection = find_subscription(request).find(Collection.type, request.path)
    if not isinstance(collection, Collection):
        return not_found(request)
    if request.route.name != "restore_points":
        return collection_body(collection, request.path)
    points = _points(request, collection, request.path)
    return collection_body(collection, request.path, points)


def _points(request: RoutedRequest, collection: Collection, id_: str) -> list[Body]:
    source = request.world.find_resource(Vm.type, collection.source)
    return point_bodies(collection, id_, source if isinstance(source, Vm) else None)


def _one_point(request: RoutedRequest) -> Body | Response:
    """A restore point of a collection."""
    parent = request.path.rsplit("/", 2)[0]
    collection = find_subscription(request).find(Collection.type, parent)
    if not isinstance(collection, Collection):
        return errors.parent_not_found("restorePointCollections/restorePoints", parent)
    for body in _points(request, collection, parent):
        if _same(body["name"], request.params["name"]):
            return body
    return not_found(request)


def _list_sizes(request: RoutedRequest) -> Entries | Response:
    """The sizes of a region, or the ones to which a VM can change."""
    vm = find_vm(request) if "vm" in request.params else None
    return vm if isinstance(vm, Response) else [partial(size_body, size) for size in SIZES]


def _list_skus(request: RoutedRequest) -> Entries:
    """The sizes of every region, or of the one that the filter names."""
    wanted = [clause.value for clause in clauses(request.filter) if clause.name == "location"]
    return [
        partial(sku_body, size, location.name)
        for location in LOCATIONS
        if all(_same(location.name, name) for name in wanted)
        for size in SIZES
    ]


def _list_usages(request: RoutedRequest) -> Entries:
    location = request.params["location"]
    vms = [vm for vm in vms_in_scope(request) if _same(vm.group.location, location)]
    return [partial(dict, body) for body in usage_bodies(vms)]


def _list_network_usages(request: RoutedRequest) -> Entries:
    """How many of the network's resources a subscription has in a region, and may have."""
    root = f"{scope_id(request)}/providers/Microsoft.Network/{request.params['location']}"
    counted = {"VirtualNetworks": 1000, "NetworkInterfaces": 65_536, "PublicIPAddresses": 1000}
    subscription = find_subscription(request)
    return [
        partial(
            dict,
            id=f"{root}/usages/{name}",
            name={"value": name, "localizedValue": name},
            currentValue=len(subscription.of_type(f"Microsoft.Network/{name}")),
            limit=limit,
            unit="Count",
        )
        for name, limit in counted.items()
    ]


LISTINGS = {
    "virtual_machines": _list_vms,
    "vms_in_location": _list_vms_in_location,
    "instances": _list_instances,
    "statuses": _list_statuses,
    "extensions": _list_extensions,
    "sizes": _list_sizes,
    "skus": _list_skus,
    "compute_usages": _list_usages,
    "network_usages": _list_network_usages,
}
SINGLES = {
    "virtual_machine": _one_vm,
    "instance_views": _one_view,
    "extension": _one_extension,
    "metrics": _metrics_of_vm,
    "restore_points": _one_collection,
    "restore_point_collection": _one_collection,
    "restore_point": _one_point,
}
