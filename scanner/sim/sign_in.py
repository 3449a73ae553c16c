"""The sign-in of the simulated cloud: what Entra ID and the cloud's metadata answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from scanner.sim.cloud_metadata import metadata
from scanner.sim.http_messages import Request, Response, json_response
from scanner.sim.route import RouteMatch
from scanner.sim.world import World

IssueToken = Callable[[str], tuple[str, float]]
"""Gives a new bearer token for an audience, and the seconds that it is said to be valid."""


def is_open(matched: RouteMatch | None) -> bool:
    """True if a route is asked without a token."""
    return matched is not None and matched.route.is_open


def open_answer(world: World, request: Request, matched: RouteMatch, issue: IssueToken) -> Response:
    """The answer of a route that needs no token."""
    tenant = matched.params.get("tenant", "")
    match matched.route.name:
        case "metadata":
            return json_response(200, metadata(world, request.host))
        case "token":
            return _token_answer(world, tenant, dict(parse_qsl(request.body.decode())), issue)
        case "openid_configuration":
            return json_response(200, _openid_configuration(world, request.host, tenant))
        case "keys":
            return json_response(200, {"keys": []})
        case _:
            return json_response(200, _instances(world, request.host))


def _token_answer(
    world: World, tenant: str, form: Mapping[str, str], issue: IssueToken
) -> Response:
    """A token for the right client credentials, otherwise the error of Entra ID."""
    client = form.get("client_id", "")
    if tenant.lower() != world.tenant_id:
        return sign_in_error(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
    if form.get("grant_type") != "client_credentials":
        return sign_in_error(400, "unsupported_grant_type", 70003, "Only client_credentials here.")
    if client != world.client_id:
        message = f"Application with identifier '{client}' was not found in the directory."
        return sign_in_error(400, "unauthorized_client", 700016, message)
    if form.get("client_secret") != world.client_secret:
        message = f"Invalid client secret provided for app '{client}'."
        return sign_in_error(401, "invalid_client", 7000215, message)
    # The older endpoint takes the audience, the newer one a scope of it.
    scope = form.get("scope", "")
    audience = form.get("resource") or scope.removesuffix("/.default")
    if not audience or audience == scope:
        message = f"The provided value for scope {scope} is not valid."
        return sign_in_error(400, "invalid_scope", 70011, message)
    token, seconds = issue(audience)
    lifetime: dict[str, object] = {"expires_in": int(seconds), "ext_expires_in": int(seconds)}
    if "resource" in form:
        lifetime = {name: str(value) for name, value in lifetime.items()}
        lifetime |= {"expires_on": str(int(time.time() + seconds)), "resource": audience}
    return json_response(200, {"token_type": "Bearer", **lifetime, "access_token": token})


def sign_in_error(status: int, error: str, number: int, message: str) -> Response:
    """An error of Entra ID with its number."""
    return json_response(
        status,
        {
            "error": error,
            "error_description": f"AADSTS{number}: {message}",
            "error_codes": [number],
        },
    )


def _openid_configuration(world: World, host: str, tenant: str) -> Mapping[str, object]:
    """The OpenID configuration of the tenant, with this host as its authority."""
    authority = f"https://{host}/{tenant}"
    return {
        "token_endpoint": f"{authority}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "issuer": f"https://{host}/{world.tenant_id}/v2.0",
        "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{authority}/oauth2/v2.0/devicecode",
        "jwks_uri": f"{authority}/discovery/v2.0/keys",
        "tenant_region_scope": None,
    }


def _instances(world: World, host: str) -> Mapping[str, object]:
    """Where the tenants of this host sign in."""
    well_known = f"https://{host}/{world.tenant_id}/v2.0/.well-known"
    return {
        "tenant_discovery_endpoint": f"{well_known}/openid-configuration",
        "api-version": "1.1",
        "metadata": [],
    }
