"""Network Watcher: where packets of a VM go, and which security rule decides on them.

Its POSTs are operations. ARM accepts one with 202 and two links, which say after some polls that it
has ended (Track asynchronous Azure operations). The judge is simple on purpose: it looks at one
address, and takes every public one for Azure Storage of the VM's region.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.sim import errors
from scanner.sim.group_base import Resource
from scanner.sim.http_messages import Request, Response, json_response
from scanner.sim.machine import Nic, Vm
from scanner.sim.patches import Body
from scanner.sim.route import RouteMatch
from scanner.sim.routes import plain_path
from scanner.sim.seeds import guid
from scanner.sim.world import World

WATCHER = "Microsoft.Network/networkWatchers"
_POLLS = 1
"""Polls that say that an operation is in progress."""
_WAIT = 1
"""Seconds that ARM asks to wait before a poll."""


class OperationError(Exception):
    """An operation that ends as failed. Its text is the code of the error."""


@dataclass
class _Operation:
    result: Body | None
    code: str
    polls: int = _POLLS


class Operations:
    """The operations that were begun, by their names."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._begun: dict[str, _Operation] = {}

    def begin(self, request: Request, matched: RouteMatch) -> Response:
        """202 with the links of a new operation, or 404 if there is no such watcher or VM."""
        question: Mapping[str, Any] = json.loads(request.body or b"{}")
        watcher = self._world.find_resource(WATCHER, plain_path(request.path).rpartition("/")[0])
        group = matched.params["group"]
        if not isinstance(watcher, Resource):
            return errors.resource_not_found(f"{WATCHER}/{matched.params['watcher']}", group)
        vm = self._world.find_resource(Vm.type, str(question.get("targetResourceId")))
        if not isinstance(vm, Vm):
            return errors.resource_not_found(Vm.type, group)
        name = guid("operation", len(self._begun))
        try:
            if vm.power != "running":
                raise OperationError("OperationNotAllowed")
            result = WATCHER_POSTS[matched.route.name](self._world, vm, question)
            self._begun[name] = _Operation(result, "")
        except OperationError as error:
            self._begun[name] = _Operation(None, str(error))
        place = f"/subscriptions/{matched.params['subscription']}/providers/Microsoft.Network"
        where = f"https://{request.host}{place}/locations/{watcher.body['location']}"
        version = f"api-version={request.option('api-version')}"
        links = {
            "location": f"{where}/operationResults/{name}?{version}",
            "azure-asyncoperation": f"{where}/operations/{name}?{version}",
            "retry-after": f"{_WAIT}",
        }
        return json_response(202, None, links)

    def poll(self, matched: RouteMatch) -> Response:
        """The status of an operation, or its result."""
        operation = self._begun.get(matched.params["name"])
        if operation is None:
            return errors.error(404, "OperationNotFound", "The operation does not exist.")
        is_status = matched.route.name == "operation"
        if operation.polls > 0:
            operation.polls -= 1
            status = 200 if is_status else 202
            return json_response(status, {"status": "InProgress"}, {"retry-after": f"{_WAIT}"})
        if operation.result is None:
            error = {"code": operation.code, "message": "The operation is not allowed."}
            body = {"error": error}
            return json_response(200 if is_status else 409, {"status": "Failed", **body})
        return json_response(200, {"status": "Succeeded"} if is_status else operation.result)


def _next_hop(world: World, vm: Vm, question: Mapping[str, Any]) -> Body:
    """The route of the longest prefix; of equal ones the user's own."""
    to = ipaddress.ip_address(question["destinationIPAddress"])
    subnet, network = _subnet(world, vm)
    found: list[tuple[int, int, str, str | None]] = [(0, 0, "Internet", None)]
    spaces = network["addressSpace"]["addressPrefixes"]
    found += [(_length(space), 0, "VnetLocal", None) for space in spaces if _has(space, to)]
    services = [endpoint["service"] for endpoint in subnet.get("serviceEndpoints", ())]
    if not to.is_private and any(map(_is_storage, services)):
        found.append((33, 0, "VirtualNetworkServiceEndpoint", None))
    table = _body(world, "Microsoft.Network/routeTables", subnet.get("routeTable"))
    for route in table["properties"]["routes"] if table else ():
        members = route["properties"]
        if _has(members["addressPrefix"], to):
            length = _length(members["addressPrefix"])
            entry = (length, 1, members["nextHopType"], members.get("nextHopIpAddress"))
            found.append(entry)
    _, is_own, kind, address = max(found, key=lambda entry: entry[:2])
    table_id = table["id"] if table and is_own else "System Route"
    hop = {"nextHopIpAddress": address} if address else {}
    return {"nextHopType": kind, **hop, "routeTableId": table_id}


def _ip_flow(world: World, vm: Vm, question: Mapping[str, Any]) -> Body:
    """The first rule that denies, of the subnet's group and the NIC's; else one that allows."""
    answer: Body = {"access": "Allow"}
    subnet, _ = _subnet(world, vm)
    for owner in (_nic(world, vm), subnet):
        group = _body(
            world, "Microsoft.Network/networkSecurityGroups", owner.get("networkSecurityGroup")
        )
        if group is None:
            continue
        kind, rule = next(_matching(group, question))
        name = f"{kind}/{rule['name']}"
        answer = {"access": rule["properties"]["access"], "ruleName": name}
        if answer["access"] == "Deny":
            return answer
    return answer


def _matching(group: Body, question: Mapping[str, Any]) -> Iterator[tuple[str, Body]]:
    """The outbound rules of a group that match, by their priority, with the name of their list."""
    kinds = ("securityRules", "defaultSecurityRules")
    rules = [(kind, rule) for kind in kinds for rule in group["properties"][kind]]
    for kind, rule in sorted(rules, key=lambda entry: int(entry[1]["properties"]["priority"])):
        members = rule["properties"]
        if (
            members["direction"] == "Outbound"
            and members["protocol"].lower() in ("*", question["protocol"].lower())
            and _in_ports(_values(members, "destinationPortRange"), question["remotePort"])
            and _in_ports(_values(members, "sourcePortRange"), question["localPort"])
            and _in_any(_values(members, "sourceAddressPrefix"), question["localIPAddress"])
            and _in_any(_values(members, "destinationAddressPrefix"), question["remoteIPAddress"])
        ):
            yield kind, rule


def _values(members: Body, name: str) -> list[str]:
    plural = f"{name}es" if name.endswith("x") else f"{name}s"
    return members.get(plural) or [members[name]]


def _in_ports(ranges: list[str], port: str) -> bool:
    ends = [text.partition("-") for text in ranges if text != "*"]
    return "*" in ranges or any(
        int(first) <= int(port) <= int(last or first) for first, _, last in ends
    )


def _in_any(prefixes: list[str], address: str) -> bool:
    return any(_has(prefix, ipaddress.ip_address(address)) for prefix in prefixes)


def _has(prefix: str, to: Any) -> bool:
    """True if a prefix or a tag has an address."""
    try:
        return to in ipaddress.ip_network(prefix)
    except ValueError:
        tag = prefix.lower().partition(".")[0]
    if tag == "virtualnetwork":
        return bool(to.is_private)
    return tag == "*" or (tag in ("internet", "azurecloud", "storage") and not to.is_private)


def _length(prefix: str) -> int:
    """The length of a prefix. A tag has longer ones than any other route."""
    return int(prefix.partition("/")[2]) if "/" in prefix else 32


def _is_storage(service: str) -> bool:
    return service.lower().startswith("microsoft.storage")


def _nic(world: World, vm: Vm) -> Body:
    body = _body(world, Nic.type, {"id": vm.nics[0].id})
    return {} if body is None else dict(body["properties"])


def _subnet(world: World, vm: Vm) -> tuple[Body, Body]:
    """The properties of a VM's subnet and of its network."""
    subnet_id = _nic(world, vm)["ipConfigurations"][0]["properties"]["subnet"]["id"].lower()
    network = _body(
        world, "Microsoft.Network/virtualNetworks", {"id": subnet_id.rpartition("/subnets/")[0]}
    )
    properties = network["properties"] if network else {"subnets": []}
    found = (entry for entry in properties["subnets"] if entry["id"].lower() == subnet_id)
    return next(found)["properties"], properties


def _body(world: World, type_: str, reference: Body | None) -> Body | None:
    found = world.find_resource(type_, reference["id"]) if reference else None
    return found.body if isinstance(found, Resource) else None


WATCHER_POSTS: Mapping[str, Callable[[World, Vm, Mapping[str, Any]], Body]] = {
    "next_hop": _next_hop,
    "ip_flow": _ip_flow,
}
"""The result of an operation about a VM, by the name of its route."""
