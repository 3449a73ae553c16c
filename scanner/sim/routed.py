"""A request with its route, and what of the world it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from scanner.sim import errors
from scanner.sim.http_messages import Response
from scanner.sim.machine import Vm
from scanner.sim.resource_types import spelt
from scanner.sim.route import Route, RouteMatch
from scanner.sim.targets import target_of
from scanner.sim.vault import Vault
from scanner.sim.world import Subscription, World

Entries = Sequence[Callable[[], object]]
"""Functions that make the entries of a listing. Only the ones of the requested page are called."""


class RoutedRequest(NamedTuple):
    """A GET with the route it matches."""

    world: World
    matched: RouteMatch
    path: str
    """The path as the client wrote it, without empty segments and a slash at the end."""
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

    @property
    def type(self) -> str:
        """The resource type: that of the route, or the one in the path."""
        return self.route.type or spelt(self.params.get("type", "")) or target_of(self.path).type


def find_subscription(request: RoutedRequest) -> Subscription:
    """The subscription that the path names."""
    subscription = request.world.find(request.params["subscription"])
    assert subscription is not None, "scopes are checked before a route is answered"
    return subscription


def scope_id(request: RoutedRequest) -> str:
    """The id of the group in the path, or of the subscription if it has no group."""
    root = f"/subscriptions/{request.params['subscription']}"
    group = request.params.get("group")
    return root if group is None else f"{root}/resourceGroups/{group}"


def is_within(id_: str, scope: str) -> bool:
    """True if the id is that of the scope, or of something below it; compared without case."""
    return f"{id_.lower()}/".startswith(f"{scope.lower()}/")


def vms_in_scope(request: RoutedRequest) -> list[Vm]:
    """The VMs of the group in the path, or of the subscription."""
    group = request.params.get("group", "").lower()
    vms = find_subscription(request).vms
    return [vm for vm in vms if not group or vm.group.name.lower() == group]


def find_vm(request: RoutedRequest) -> Vm | Response:
    """The VM that the path names, or the answer that it does not exist."""
    name = request.params.get("vm") or request.params["name"]
    vm = find_subscription(request).find(Vm.type, f"{scope_id(request)}/providers/{Vm.type}/{name}")
    if isinstance(vm, Vm):
        return vm
    return errors.resource_not_found(f"{Vm.type}/{name}", request.params["group"])


def find_vault(request: RoutedRequest) -> Vault | Response:
    """The vault that the path names, or the answer that it does not exist."""
    name = f"{Vault.type}/{request.params['vault']}"
    vault = find_subscription(request).find(Vault.type, f"{scope_id(request)}/providers/{name}")
    if isinstance(vault, Vault):
        return vault
    return errors.resource_not_found(name, request.params["group"])


def not_found(request: RoutedRequest) -> Response:
    """The answer that the resource in the path does not exist."""
    start = request.path.lower().rindex("/providers/") + len("/providers/")
    namespace, type_, *rest = request.path[start:].split("/")
    name = "/".join([spelt(f"{namespace}/{type_}"), *rest])
    return errors.resource_not_found(name, request.params["group"])
