"""An HTTPS server on loopback, with a private CA, an Entra ID token endpoint and real waiting."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import trustme
from aiohttp import web

from scanner.sim.arm import SimulatedArm
from scanner.sim.http_messages import Logged, Request, Response


@dataclass(frozen=True)
class Door:
    """A running server: its URL, its CA, and the environment variables that sign in to it."""

    url: str
    ca_file: str
    environment: Mapping[str, str]

    def client_context(self) -> ssl.SSLContext:
        """A TLS context that trusts only this server."""
        return ssl.create_default_context(cafile=self.ca_file)


@asynccontextmanager
async def serve(arm: SimulatedArm, port: int = 0) -> AsyncIterator[Door]:
    """Serve the simulated ARM and its sign-in on https://localhost until the block ends."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    runner = web.AppRunner(_make_application(arm), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=context)
        await site.start()
        with TemporaryDirectory(prefix="backupscan-") as folder:
            ca_file = Path(folder) / "ca.pem"
            authority.cert_pem.write_to_path(str(ca_file))
            yield _make_door(arm, runner.addresses[0][1], str(ca_file))
    finally:
        await runner.cleanup()


def _make_door(arm: SimulatedArm, port: int, ca_file: str) -> Door:
    url = f"https://localhost:{port}"
    environment = {
        "AZURE_TENANT_ID": arm.world.tenant_id,
        "AZURE_CLIENT_ID": arm.world.client_id,
        "AZURE_CLIENT_SECRET": arm.world.client_secret,
        "AZURE_AUTHORITY_HOST": url,
        "SSL_CERT_FILE": ca_file,
        "REQUESTS_CA_BUNDLE": ca_file,
    }
    return Door(url, ca_file, environment)


def _make_application(arm: SimulatedArm) -> web.Application:
    async def token(request: web.Request) -> web.Response:
        _log(arm, request)
        form = {key: str(value) for key, value in (await request.post()).items()}
        return _token_answer(arm, request.match_info["tenant"], form)

    async def configuration(request: web.Request) -> web.Response:
        _log(arm, request)
        return web.json_response(_openid_configuration(arm, request))

    async def instances(request: web.Request) -> web.Response:
        _log(arm, request)
        well_known = f"https://{request.host}/{arm.world.tenant_id}/v2.0/.well-known"
        return web.json_response(
            {
                "tenant_discovery_endpoint": f"{well_known}/openid-configuration",
                "api-version": "1.1",
                "metadata": [],
            }
        )

    async def resource_manager(request: web.Request) -> web.StreamResponse:
        answer = arm.answer(await _request_from_aiohttp(request))
        await asyncio.sleep(answer.delay)
        return _response_for_aiohttp(request, answer)

    application = web.Application()
    application.add_routes(
        [
            web.post("/{tenant}/oauth2/v2.0/token", token),
            web.get("/{tenant}/v2.0/.well-known/openid-configuration", configuration),
            web.get("/common/discovery/instance", instances),
            web.route("*", "/{path:.*}", resource_manager),
        ]
    )
    return application


def _token_answer(arm: SimulatedArm, tenant: str, form: Mapping[str, str]) -> web.Response:
    """A token for the right client credentials, otherwise the error of Entra ID."""
    world, client = arm.world, form.get("client_id", "")
    if tenant.lower() != world.tenant_id:
        return _sign_in_error(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
    if form.get("grant_type") != "client_credentials":
        return _sign_in_error(400, "unsupported_grant_type", 70003, "Only client_credentials here.")
    if client != world.client_id:
        message = f"Application with identifier '{client}' was not found in the directory."
        return _sign_in_error(400, "unauthorized_client", 700016, message)
    if form.get("client_secret") != world.client_secret:
        message = f"Invalid client secret provided for app '{client}'."
        return _sign_in_error(401, "invalid_client", 7000215, message)
    if not form.get("scope", "").endswith("/.default"):
        message = f"The provided value for scope {form.get('scope')} is not valid."
        return _sign_in_error(400, "invalid_scope", 70011, message)
    lifetime = {"expires_in": 3599, "ext_expires_in": 3599}
    return web.json_response(
        {"token_type": "Bearer", **lifetime, "access_token": arm.issue_token(3599.0)}
    )


def _sign_in_error(status: int, error: str, number: int, message: str) -> web.Response:
    body = {
        "error": error,
        "error_description": f"AADSTS{number}: {message}",
        "error_codes": [number],
    }
    return web.json_response(body, status=status)


def _openid_configuration(arm: SimulatedArm, request: web.Request) -> Mapping[str, object]:
    """The OpenID configuration of the tenant, with this server as its authority."""
    authority = f"https://{request.host}/{request.match_info['tenant']}"
    return {
        "token_endpoint": f"{authority}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "issuer": f"https://{request.host}/{arm.world.tenant_id}/v2.0",
        "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{authority}/oauth2/v2.0/devicecode",
        "jwks_uri": f"{authority}/discovery/v2.0/keys",
        "tenant_region_scope": None,
    }


async def _request_from_aiohttp(request: web.Request) -> Request:
    return Request(
        method=request.method,
        path=request.path,
        query=dict(request.query),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.read(),
        host=request.host,
    )


def _response_for_aiohttp(request: web.Request, answer: Response) -> web.StreamResponse:
    if answer.dropped:
        if request.transport is not None:
            request.transport.close()
        return web.Response(status=503)
    return web.Response(status=answer.status, headers=dict(answer.headers), body=answer.body)


def _log(arm: SimulatedArm, request: web.Request) -> None:
    """Log a request to the sign-in endpoints, which the simulated ARM does not see."""
    arm.log.append(
        Logged(request.method, request.path, dict(request.query), request.host, authorized=False)
    )
