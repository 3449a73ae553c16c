"""Error responses of ARM, worded as in recorded answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from scanner.sim.http_messages import Response, json_response

GATEWAY = {"x-ms-failure-cause": "gateway"}
SERVICE = {"x-ms-failure-cause": "service"}


def error(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    """An error in the usual envelope of ARM: an object with the member `error`."""
    return json_response(
        status,
        {"error": {"code": code, "message": message}},
        GATEWAY if headers is None else headers,
    )


def bare_error(status: int, code: str, message: str) -> Response:
    """An error without the `error` member around it."""
    return json_response(status, {"code": code, "message": message}, {"content-type": "text/json"})


def missing_api_version() -> Response:
    """400: every ARM request names an api-version."""
    return error(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
    )


def no_token() -> Response:
    """401: no authorization header."""
    return _unauthorized(
        "AuthenticationFailed",
        "Authentication failed. The 'Authorization' header is missing.",
        "The authentication failed because of missing 'Authorization' header.",
    )


def unknown_token() -> Response:
    """401: a token that this ARM has not issued."""
    return _unauthorized(
        "InvalidAuthenticationToken",
        "The access token is invalid.",
        "Could not parse the access token.",
    )


def expired_token(expiry: datetime, now: datetime) -> Response:
    """401: an expired token."""
    return _unauthorized(
        "ExpiredAuthenticationToken",
        f"The access token expiry UTC time '{_american(expiry)}' "
        f"is earlier than current UTC time '{_american(now)}'.",
        "The access token has expired.",
    )


def forbidden(object_id: str, action: str, scope: str) -> Response:
    """403: the identity lacks the action."""
    return error(
        403,
        "AuthorizationFailed",
        f"The client '{object_id}' with object id '{object_id}' does not have authorization "
        f"to perform action '{action}' over scope '{scope}' or the scope is invalid. "
        "If access was recently granted, please refresh your credentials.",
    )


def forbidden_by_graph() -> Response:
    """403 from Microsoft Graph: the identity has no permission in it."""
    message = "Insufficient privileges to complete the operation."
    return error(403, "Authorization_RequestDenied", message, {})


def subscription_not_found(subscription_id: str) -> Response:
    """404: no such subscription, or one that the identity cannot see."""
    return error(
        404, "SubscriptionNotFound", f"The subscription '{subscription_id}' could not be found."
    )


def group_not_found(name: str) -> Response:
    """404: no such resource group."""
    return error(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")


def resource_not_found(resource: str, group: str) -> Response:
    """404 from the ARM gateway; `resource` is the type and name, `group` the resource group."""
    return error(
        404,
        "ResourceNotFound",
        f"The Resource '{resource}' under resource group '{group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    )


def entity_not_found() -> Response:
    """404 from Compute itself, for a VM that was deleted a moment ago."""
    return error(404, "NotFound", "The entity was not found in this Azure location.", {})


def parent_not_found(type_: str, parent: str) -> Response:
    """404: no such resource above; `type_` is without its namespace, `parent` an ARM id."""
    message = (
        f"Failed to perform 'read' on resource(s) of type '{type_}', because the parent resource "
        f"'{parent}' could not be found."
    )
    return error(404, "ParentResourceNotFound", message)


def part_not_found(id_: str) -> Response:
    """404 from Network itself, for a part of a resource, such as a subnet."""
    body = {"error": {"code": "NotFound", "message": f"Resource {id_} not found.", "details": []}}
    return json_response(404, body, {})


def type_not_found(type_: str, version: str) -> Response:
    """404: a resource type that its namespace does not have."""
    namespace = type_.partition("/")[0]
    message = (
        f"The resource type could not be found in the namespace '{namespace}' "
        f"for api version '{version}'."
    )
    return error(404, "InvalidResourceType", message)


def version_of_type_not_found(type_: str, version: str, versions: Sequence[str]) -> Response:
    """404: an api-version that the resource type does not have."""
    namespace, _, name = type_.partition("/")
    message = (
        f"The resource type '{name}' could not be found in the namespace '{namespace}' "
        f"for api version '{version}'. The supported api-versions are '{','.join(versions)}'."
    )
    return error(404, "InvalidResourceType", message)


def version_in_location_not_found(
    type_: str, location: str, version: str, versions: Sequence[str]
) -> Response:
    """400: an api-version that the resource type of this resource does not have."""
    name = type_.partition("/")[2]
    message = (
        f"No registered resource provider found for location '{location}' and API version "
        f"'{version}' for type '{name}'. The supported api-versions are '{', '.join(versions)}'. "
        f"The supported locations are '{location}'."
    )
    return error(400, "NoRegisteredProviderFound", message)


def invalid_api_version(version: str, versions: Sequence[str]) -> Response:
    """400: an api-version that ARM itself does not have."""
    message = (
        f"The api-version '{version}' is invalid. The supported versions are "
        f"'{','.join(versions)}'."
    )
    return error(400, "InvalidApiVersionParameter", message)


def invalid_subscription(subscription_id: str) -> Response:
    """400: an id of a subscription that is no GUID."""
    message = f"The provided subscription identifier '{subscription_id}' is malformed or invalid."
    return error(400, "InvalidSubscriptionId", message)


def invalid_filter(filter_: str) -> Response:
    """400 from ARM: a filter of groups or resources that it does not have.

    As quoted in Azure/azure-sdk-for-go issue 2480.
    """
    message = f"Invalid $filter '{filter_}' specified in the query string."
    return error(400, "InvalidFilterInQueryString", message)


def filter_not_allowed(filter_: str, allowed: str) -> Response:
    """400 from Compute: a filter that a listing does not have.

    As quoted in Azure/azure-sdk-for-java issue 630; 20728 of azure-sdk-for-go has the status.
    """
    message = (
        f"The value '{filter_}' of parameter '$filter' is not allowed. "
        f"Allowed values are '{allowed}'."
    )
    return error(400, "InvalidParameter", message, SERVICE)


def namespace_not_found(namespace: str) -> Response:
    """404: a resource provider that does not exist for this subscription."""
    return error(
        404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid."
    )


def not_registered(namespace: str) -> Response:
    """409: the subscription has not registered the resource provider."""
    return error(
        409,
        "MissingSubscriptionRegistration",
        f"The subscription is not registered to use namespace '{namespace}'. "
        "See https://aka.ms/rps-not-found for how to register subscriptions.",
    )


def throttled(subscription_id: str, object_id: str, retry_after: int) -> Response:
    """429 with the wait, in seconds, in the header `Retry-After`."""
    return error(
        429,
        "SubscriptionRequestsThrottled",
        f"Number of 'read' requests for subscription '{subscription_id}' actor '{object_id}' "
        f"exceeded. Please try again after '{retry_after}' seconds after additional tokens are "
        "available. Refer to https://aka.ms/arm-throttling for additional information.",
        {**GATEWAY, "retry-after": str(retry_after)},
    )


def throttled_by_compute(retry_after: int, allowed: int) -> Response:
    """429 of Compute itself, with the wait, in seconds, in the header `Retry-After`."""
    counted = {"operationGroup": "LowCostGet", "allowedRequestCount": allowed}
    detail = {
        "code": "TooManyRequests",
        "target": "LowCostGet",
        "message": msgspec.json.encode(counted).decode(),
    }
    message = (
        "The server rejected the request because too many requests have been received "
        "for this subscription."
    )
    body = {"error": {"code": "OperationNotAllowed", "message": message, "details": [detail]}}
    return json_response(429, body, {**SERVICE, "retry-after": str(retry_after)})


def throttled_in_words(action: str, wait: int) -> Response:
    """429 with the wait, in seconds, only in its message."""
    return error(
        429,
        "ResourceRequestsThrottled",
        f"Number of requests for action '{action}' exceeded the limit of '150' "
        f"for time interval '01:00:00'. Please try again after '{wait}' seconds.",
    )


def server_error() -> Response:
    """500 from a service behind the ARM gateway."""
    return error(500, "InternalServerError", "An error occurred.", SERVICE)


def unavailable() -> Response:
    """503 without a body, as recorded."""
    return Response(503)


def _unauthorized(code: str, message: str, description: str) -> Response:
    challenge = (
        'Bearer authorization_uri="https://login.windows.net/", error="invalid_token", '
        f'error_description="{description}"'
    )
    return error(401, code, message, {**GATEWAY, "www-authenticate": challenge})


def _american(moment: datetime) -> str:
    """A time such as 1/5/2026 6:07:08 AM, as the gateway writes it."""
    return f"{moment.month}/{moment.day}/{moment.year} {moment:%I:%M:%S %p}".replace(" 0", " ")
