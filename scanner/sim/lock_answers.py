"""The answers about what lies on a scope: locks, role assignments, role definitions."""

from __future__ import annotations

from functools import partial

from scanner.sim import errors, scope_bodies
from scanner.sim.filters import at_scope, passes
from scanner.sim.http_messages import Response
from scanner.sim.patches import Body
from scanner.sim.role_bodies import ROLES, assignment_bodies, definition_body
from scanner.sim.routed import Entries, RoutedRequest, find_subscription, is_within, scope_id


def _scope(request: RoutedRequest) -> str:
    """The scope in the path: the subscription, the group or a resource."""
    return scope_id(request) + request.params.get("below", "")


def _list_locks(request: RoutedRequest) -> Entries:
    """The locks at, above and below the scope; with ``atScope()`` none below.

    From the reference of `Get-AzResourceLock`, parameter ``-AtScope``.
    """
    scope, above_only = _scope(request), at_scope(request.filter)
    return [
        partial(scope_bodies.lock_body, lock)
        for lock in find_subscription(request).locks
        if is_within(scope, lock.on) or (not above_only and is_within(lock.on, scope))
    ]


def _one_lock(request: RoutedRequest) -> Body | Response:
    name, scope = request.params["name"].lower(), _scope(request)
    for lock in find_subscription(request).locks:
        if lock.name.lower() == name and lock.on.lower() == scope.lower():
            return scope_bodies.lock_body(lock)
    message = f"The lock '{request.params['name']}' could not be found."
    return errors.error(404, "LockNotFound", message)


def _list_assignments(request: RoutedRequest) -> Entries:
    """The assignments of the identity that signs in, which are on the subscription."""
    bodies = assignment_bodies(request.world, find_subscription(request))
    return [
        partial(dict, body)
        for body in bodies
        if passes({"principalid": body["properties"]["principalId"]}, request.filter)
    ]


def _one_assignment(request: RoutedRequest) -> Body | Response:
    name = request.params["name"]
    for body in assignment_bodies(request.world, find_subscription(request)):
        if body["name"] == name.lower():
            return body
    message = f"The role assignment '{name}' is not found."
    return errors.error(404, "RoleAssignmentNotFound", message)


def _list_definitions(request: RoutedRequest) -> Entries:
    root = find_subscription(request).id
    return [
        partial(definition_body, root, role)
        for role in ROLES
        if passes({"rolename": role.title, "type": "BuiltInRole"}, request.filter)
    ]


def _one_definition(request: RoutedRequest) -> Body | Response:
    name = request.params["name"]
    for role in ROLES:
        if role.name == name.lower():
            return definition_body(find_subscription(request).id, role)
    message = f"The specified role definition with ID '{name}' does not exist."
    return errors.error(404, "RoleDefinitionDoesNotExist", message)


def _nothing(_: RoutedRequest) -> Entries:
    """A listing that has no entries in the simulated Azure."""
    return ()


LISTINGS = {
    "locks": _list_locks,
    "role_assignments": _list_assignments,
    "role_definitions": _list_definitions,
    "diagnostics": _nothing,
}
SINGLES = {
    "lock": _one_lock,
    "role_assignment": _one_assignment,
    "role_definition": _one_definition,
}
