"""The answers of Azure Monitor: the activity log, and which metrics a VM has."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from scanner.sim.filters import passes
from scanner.sim.machine import Vm
from scanner.sim.metrics import loads_of
from scanner.sim.patches import Body
from scanner.sim.routed import Entries, RoutedRequest, find_subscription
from scanner.sim.seeds import arm_time, guid, roll


def _list_events(request: RoutedRequest) -> Entries:
    """What happened in the subscription: who stopped the VMs that are deallocated."""
    found = []
    for vm in find_subscription(request).vms:
        if vm.power != "deallocated":
            continue
        at = request.world.now - timedelta(minutes=10 + roll(60 * 24 * 7, vm.id, "stopped"))
        values = {
            "eventtimestamp": at,
            "resourcegroupname": vm.group.name,
            "resourceuri": vm.id,
            "resourceid": vm.id,
            "resourceprovider": "Microsoft.Compute",
        }
        if passes(values, request.filter):
            found.append((at, vm))
    found.sort(key=lambda event: event[0], reverse=True)
    return [partial(_event_body, request.world.object_id, vm, at) for at, vm in found]


def _event_body(caller: str, vm: Vm, at: datetime) -> Body:
    """The event of a VM that was deallocated."""
    operation = f"{vm.type}/deallocate/action"
    id_, time = guid(vm.id, "deallocate"), arm_time(at, vm.id).replace("+00:00", "Z")
    return {
        "eventDataId": id_,
        "correlationId": id_,
        "operationId": id_,
        "id": f"{vm.id}/events/{id_}/ticks/{int(at.timestamp())}",
        "caller": caller,
        "channels": "Operation",
        "level": "Informational",
        "category": {"value": "Administrative", "localizedValue": "Administrative"},
        "eventName": {"value": "EndRequest", "localizedValue": "End request"},
        "operationName": {"value": operation, "localizedValue": "Deallocate Virtual Machine"},
        "resourceGroupName": vm.group.name,
        "resourceId": vm.id,
        "resourceProviderName": {
            "value": "Microsoft.Compute",
            "localizedValue": "Microsoft.Compute",
        },
        "resourceType": {"value": vm.type, "localizedValue": vm.type},
        "status": {"value": "Succeeded", "localizedValue": "Succeeded"},
        "subStatus": {"value": "", "localizedValue": ""},
        "eventTimestamp": time,
        "submissionTimestamp": time,
        "subscriptionId": vm.group.subscription.id.rpartition("/")[2],
    }


def _list_metrics(request: RoutedRequest) -> Entries:
    """The metrics that a VM has; no other resource has any here."""
    id_ = request.path.lower().partition("/providers/microsoft.insights")[0]
    vm = request.world.find_resource(Vm.type, id_)
    if not isinstance(vm, Vm):
        return ()
    return [
        partial(
            dict,
            id=f"{vm.id}/providers/microsoft.insights/metricdefinitions/{name}",
            resourceId=vm.id,
            namespace=vm.type,
            name={"value": name, "localizedValue": name},
            unit="Percent",
            primaryAggregationType="Average",
            supportedAggregationTypes=["Average"],
            metricAvailabilities=[{"timeGrain": "PT1M", "retention": "P93D"}],
        )
        for name in loads_of(vm)
    ]


LISTINGS = {"activity_log": _list_events, "metric_definitions": _list_metrics}
