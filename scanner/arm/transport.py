"""One session for all requests: its connections, TLS trust and proxies."""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from azure.core.pipeline.transport import AioHttpTransport

from scanner.arm.cloud import Transport
from scanner.arm.policies import AT_ONCE
from scanner.errors import UsageError

_CONNECT_SECONDS = 15
_READ_SECONDS = 90


class SessionTransport(AioHttpTransport):  # type: ignore[misc]  # typed as Any, loaded late
    """The SDK's transport over a session that it does not own.

    It finds the proxy of a host once. The session itself could do so (``trust_env``): in a thread
    for each request, and it would read ``.netrc`` in another, where an entry for the host takes
    the place of the token.
    """

    def __init__(self, session: aiohttp.ClientSession, proxies: Mapping[str, str]) -> None:
        """``proxies`` are URLs of proxies by the scheme of what is behind them."""
        super().__init__(
            session=session,
            session_owner=False,
            connection_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
        )
        self._proxies = proxies
        self._is_bypassed = cache(proxy_bypass)

    async def send(self, request: Any, **options: Any) -> Any:
        """Send a request; raises ``AzureError`` where no answer comes."""
        scheme, host, *_ = urlsplit(request.url)
        proxy = self._proxies.get(scheme)
        if proxy and not self._is_bypassed(host):
            options["proxy"] = proxy
        return await super().send(request, **options)


@asynccontextmanager
async def open_transport(
    trust: ssl.SSLContext | None = None, *, proxies: bool = True
) -> AsyncIterator[Transport]:
    """One session for all clients: it holds the TLS trust, the proxies and the connections.

    Trust and proxies are what the usual variables name, unless given and switched off. Raises
    ``UsageError`` where one of them names a file that cannot be read, or no HTTP proxy.
    """
    proxy_urls = _proxies() if proxies else {}
    connector = aiohttp.TCPConnector(limit=AT_ONCE, ssl=trust or _trust())
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        yield SessionTransport(session, proxy_urls)


def _proxies() -> Mapping[str, str]:
    """Proxies by scheme, from the usual variables or the system. Errors never show their secrets.

    ``host:port`` means an HTTP proxy, as it does to other tools.
    """
    found = {}
    for scheme in ("http", "https"):
        if proxy := getproxies().get(scheme):
            url = proxy if "://" in proxy else f"http://{proxy}"
            if not _is_http(url):
                raise UsageError(
                    f"{scheme.upper()}_PROXY names no HTTP proxy", "Give it as http://host:port"
                )
            found[scheme] = url
    return found


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0


def _trust() -> ssl.SSLContext:
    """The usual variables; OpenSSL itself knows the first alone."""
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
