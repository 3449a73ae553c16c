"""The response to a request that meets a fault which replaces the normal answer."""

from __future__ import annotations

from dataclasses import replace

from scanner.sim import errors
from scanner.sim.faults import Fault
from scanner.sim.http_messages import JSON_TYPE, Request, Response
from scanner.sim.route import RouteMatch
from scanner.sim.routes import scope_of
from scanner.sim.targets import target_of
from scanner.sim.world import World

_WAIT_SECONDS = 324
"""The wait in the recorded 429 that has no `Retry-After`."""


def fault_answer(
    world: World, request: Request, matched: RouteMatch | None, fault: Fault
) -> Response:
    """A broken connection, the bytes of the fault, or the error that ARM gives."""
    if fault.drop:
        return Response(0, dropped=True)
    if fault.body is not None:
        return Response(fault.status, {"content-type": JSON_TYPE}, fault.body)
    if fault.bare:
        response = errors.bare_error(fault.status, fault.code or "BadRequest", "Refused.")
    else:
        response = _arm_error(world, request, matched, fault)
    if fault.retry_after is None:
        return response
    headers = {**response.headers, "retry-after": str(fault.retry_after)}
    return replace(response, headers=headers)


def _arm_error(
    world: World, request: Request, matched: RouteMatch | None, fault: Fault
) -> Response:
    """The error of ARM for a status and a code; a code of None is the usual one of the status."""
    path_action = target_of(request.path).action(request.method)
    action = (matched.route.action if matched else "") or path_action
    params = matched.params if matched else {}
    match fault.status, fault.code:
        case 403, None | "AuthorizationFailed":
            scope = scope_of(matched, request.path) if matched else request.path
            return errors.forbidden(world.object_id, action, scope)
        case 404, "SubscriptionNotFound":
            return errors.subscription_not_found(params.get("subscription", ""))
        case 404, "ResourceGroupNotFound":
            return errors.group_not_found(params.get("group", ""))
        case 404, "NotFound":
            return errors.entity_not_found()
        case 404, None | "ResourceNotFound":
            type_ = matched.route.type if matched else ""
            name = params.get("name") or params.get("vm", "")
            return errors.resource_not_found(f"{type_}/{name}", params.get("group", ""))
        case 409, None | "MissingSubscriptionRegistration":
            return errors.not_registered(action.split("/")[0])
        case 429, None if fault.retry_after is None:
            return errors.throttled_in_words(action, _WAIT_SECONDS)
        case 429, None:
            subscription, wait = params.get("subscription", ""), fault.retry_after or 0
            return errors.throttled(subscription, world.object_id, wait)
        case 503, None:
            return errors.unavailable()
        case status, None:
            return replace(errors.server_error(), status=status)
        case status, code:
            return errors.error(status, str(code), "The request could not be completed.")
