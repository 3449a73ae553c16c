"""One session for all requests: its connections, TLS trust and proxies."""

from __future__ import annotations

import os
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from azure.core.exceptions import ServiceRequestError
from azure.core.pipeline.transport import AioHttpTransport
from yarl import URL

from scanner.arm.azure import Transport
from scanner.arm.bounded import bounded_response
from scanner.arm.limits import LIMITS, Limits
from scanner.errors import UsageError


class Proxy(NamedTuple):
    """A proxy, as options of a request. The URL has no password, so that no error shows it."""

    proxy: URL
    proxy_headers: Mapping[str, str]


class SessionTransport(AioHttpTransport):  # type: ignore[misc]  # typed as Any, loaded late
    """The SDK's transport over a session that it does not own.

    It decides once for each host whether a proxy is used. The session can find proxies itself
    (``trust_env``), but it does so in a thread for each request. It also reads ``.netrc`` then, and
    an entry for the host there takes the place of the token.
    """

    def __init__(
        self, session: aiohttp.ClientSession, proxies: Mapping[str, Proxy], limits: Limits
    ) -> None:
        """``proxies`` are by scheme of the URLs that they are used for."""
        super().__init__(
            session=session,
            session_owner=False,
            connection_timeout=limits.connect,
            read_timeout=limits.first_byte,
        )
        self._proxies = proxies
        self._is_bypassed = cache(_is_bypassed)

    async def send(self, request: Any, **options: Any) -> Any:
        """Send a request. Raises ``AzureError`` if no answer comes."""
        scheme, host, *_ = urlsplit(request.url)
        proxy = self._proxies.get(scheme)
        if not proxy or self._is_bypassed(host):
            return await super().send(request, **options)
        try:
            return await super().send(request, **options, **proxy._asdict())
        except ServiceRequestError as error:
            blamed = _blame_proxy(error, proxy)
            raise blamed from blamed.inner_exception


def _blame_proxy(error: ServiceRequestError, proxy: Proxy) -> ServiceRequestError:
    """The error, with the type that aiohttp has for proxies.

    aiohttp uses the type for a proxy that refuses the connection, not for one of unknown name.
    """
    cause = error.inner_exception
    if isinstance(cause, aiohttp.ClientConnectorDNSError) and cause.host == proxy.proxy.host:
        cause = aiohttp.ClientProxyConnectionError(*cause.args)
        return ServiceRequestError(str(error), error=cause)
    return error


def _is_bypassed(host: str) -> bool:
    """True if NO_PROXY names a host, with or without its port."""
    return bool(proxy_bypass(host) or proxy_bypass(urlsplit(f"//{host}").hostname or host))


@asynccontextmanager
async def open_transport(
    trust: ssl.SSLContext | None = None, *, proxies: bool = True, limits: Limits = LIMITS
) -> AsyncIterator[Transport]:
    """One session for all clients, with TLS trust, proxies and connections.

    ``trust`` replaces the certificates that the usual variables name. Without ``proxies`` the
    variables for proxies are not read. Raises ``UsageError`` if a variable names a file that cannot
    be read, or a proxy that is not an HTTP proxy.
    """
    proxy_urls = _proxies() if proxies else {}
    # Late answers hold connections of their own: see Pacing.
    connector = aiohttp.TCPConnector(limit=4 * limits.at_once, ssl=trust or _tls_context())
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        response_class=bounded_response(limits),
    ) as session:
        yield SessionTransport(session, proxy_urls, limits)


def _proxies() -> Mapping[str, Proxy]:
    """Proxies by scheme, from the usual variables or the system.

    ``host:port`` means an HTTP proxy, as in other tools. Raises ``UsageError`` if the proxy for
    https addresses is not an HTTP proxy. A proxy for other addresses is then left out, because
    ARM has only https addresses.
    """
    found = {}
    for scheme, address in getproxies().items():
        if scheme in ("http", "https") and address:
            proxy = _proxy(address if "://" in address else f"http://{address}")
            if proxy:
                found[scheme] = proxy
            elif scheme == "https":
                raise UsageError("HTTPS_PROXY names no HTTP proxy", "Give it as http://host:port")
    return found


def _proxy(address: str) -> Proxy | None:
    """A proxy by its address. None if aiohttp cannot use it."""
    try:
        url = URL(address)
        (url.host or "").encode("idna")
    except ValueError:
        return None
    user, password = url.user or "", url.password or ""
    if url.scheme not in ("http", "https") or not url.host or not url.port or ":" in user:
        return None
    pair = b64encode(f"{user}:{password}".encode()).decode()
    headers = {"Proxy-Authorization": f"Basic {pair}"} if user or password else {}
    return Proxy(url.with_user(None), headers)


def _tls_context() -> ssl.SSLContext:
    """Trusts the certificates that the usual variables name. OpenSSL reads only the first."""
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        if file := os.environ.get(name):
            try:
                return ssl.create_default_context(cafile=file)
            except OSError as error:
                raise UsageError(
                    f"{name} names {file}, which holds no certificates ({error.strerror or error})",
                    "Name a PEM file of certificate authorities, or unset it",
                ) from error
    return ssl.create_default_context()
