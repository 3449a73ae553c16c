"""An HTTPS server on loopback, with a private CA and real waiting."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import trustme
from aiohttp import web

from scanner.sim.arm import SimulatedArm
from scanner.sim.http_messages import Flow, Request, Response

PUBLIC_NAMES = ("management.azure.com", "login.microsoftonline.com", "graph.microsoft.com")
"""The hosts of the public Azure that its clients ask about subscriptions and for tokens."""
_HTTPS = 443


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
async def serve(
    arm: SimulatedArm,
    port: int = 0,
    authority: trustme.CA | None = None,
    names: Sequence[str] = (),
) -> AsyncIterator[Door]:
    """Serve the simulated ARM and its sign-in on https://localhost until the block ends.

    `authority` signs the certificate. Servers with the same one are trusted together. `names` are
    other hosts that the certificate is for.
    """
    authority = authority or trustme.CA()
    tls = _Tls(authority, names)
    # A request that hangs must not outlive its client.
    runner = web.AppRunner(
        _make_application(arm, tls),
        access_log=None,
        shutdown_timeout=1.0,
        handler_cancellation=True,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls.context)
        await site.start()
        with TemporaryDirectory(prefix="backupscan-") as folder:
            ca_file = Path(folder) / "ca.pem"
            authority.cert_pem.write_to_path(str(ca_file))
            yield _make_door(arm, runner.addresses[0][1], str(ca_file))
    finally:
        await runner.cleanup()


class _Tls:
    """The TLS of a server, until it is broken."""

    def __init__(self, authority: trustme.CA, names: Sequence[str]) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1", *names).configure_cert(self.context)
        self.is_broken = False

    def break_handshakes(self) -> None:
        """Let every handshake fail from now on."""
        self.is_broken = True
        self.context.sni_callback = lambda *_: ssl.ALERT_DESCRIPTION_INTERNAL_ERROR


def _make_door(arm: SimulatedArm, port: int, ca_file: str) -> Door:
    url = "https://localhost" if port == _HTTPS else f"https://localhost:{port}"
    environment = {
        "AZURE_TENANT_ID": arm.world.tenant_id,
        "AZURE_CLIENT_ID": arm.world.client_id,
        "AZURE_CLIENT_SECRET": arm.world.client_secret,
        "AZURE_AUTHORITY_HOST": url,
        "SSL_CERT_FILE": ca_file,
        "REQUESTS_CA_BUNDLE": ca_file,
    }
    return Door(url, ca_file, environment)


def _make_application(arm: SimulatedArm, tls: _Tls) -> web.Application:
    async def answer(request: web.Request) -> web.StreamResponse:
        if tls.is_broken:
            return _break_connection(request)
        response = arm.answer(await _request_from_aiohttp(request))
        if response.breaks_tls:
            tls.break_handshakes()
        await asyncio.sleep(response.delay)
        if response.dropped or response.breaks_tls:
            return _break_connection(request)
        if response.flow is not None:
            return await _send_flow(request, response, response.flow)
        return web.Response(
            status=response.status, headers=dict(response.headers), body=response.body
        )

    application = web.Application()
    application.add_routes([web.route("*", "/{path:.*}", answer)])
    return application


async def _request_from_aiohttp(request: web.Request) -> Request:
    return Request(
        method=request.method,
        path=request.path,
        query=dict(request.query),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.read(),
        host=request.host,
    )


async def _send_flow(request: web.Request, response: Response, flow: Flow) -> web.StreamResponse:
    """Send a body piece by piece, as fast as its client reads it."""
    sent = web.StreamResponse(status=response.status, headers=dict(response.headers))
    if not flow.is_raw:
        await sent.prepare(request)
    with suppress(ConnectionError):
        for piece in flow.pieces():
            await asyncio.sleep(flow.pause)
            if not flow.is_raw:
                await sent.write(piece)
            elif request.transport is not None:
                request.transport.write(piece)
    if flow.is_cut or flow.is_raw:
        return _break_connection(request)
    return sent


def _break_connection(request: web.Request) -> web.StreamResponse:
    """Close the connection. The response is not sent any more."""
    if request.transport is not None:
        request.transport.close()
    return web.Response(status=503)
